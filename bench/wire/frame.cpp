#include "bench/wire/frame.hpp"

#include <array>
#include <cstring>

namespace actormesh::bench::wire {
namespace {

void append_header(std::string& out, opcode kind, std::size_t size, unsigned mask_bit) {
  out += static_cast<char>(0x80U | static_cast<unsigned>(kind));
  if (size < 126) {
    out += static_cast<char>(mask_bit | size);
    return;
  }
  const bool fits_two_bytes = size <= 0xFFFF;
  out += static_cast<char>(mask_bit | (fits_two_bytes ? 126U : 127U));
  for (int shift = fits_two_bytes ? 8 : 56; shift >= 0; shift -= 8)
    out += static_cast<char>((size >> static_cast<unsigned>(shift)) & 0xFFU);
}

} // namespace

void append_server_frame(std::string& out, opcode kind, std::string_view payload) {
  append_header(out, kind, payload.size(), 0);
  out += payload;
}

void append_client_frame(std::string& out, opcode kind, std::string_view payload,
                         std::uint32_t key) {
  append_header(out, kind, payload.size(), 0x80U);
  std::array<char, 4> mask{};
  std::memcpy(mask.data(), &key, mask.size());
  out.append(mask.data(), mask.size());
  const auto start = out.size();
  out += payload;
  apply_mask(out.data() + start, payload.size(), mask.data());
}

void apply_mask(char* data, std::size_t size, const char* key) noexcept {
  std::uint32_t narrow = 0;
  std::memcpy(&narrow, key, sizeof narrow);
  const std::uint64_t wide = (std::uint64_t{narrow} << 32U) | narrow;
  std::size_t at = 0;
  for (; at + sizeof wide <= size; at += sizeof wide) {
    std::uint64_t word = 0;
    std::memcpy(&word, data + at, sizeof word);
    word ^= wide;
    std::memcpy(data + at, &word, sizeof word);
  }
  for (; at < size; ++at)
    data[at] = static_cast<char>(data[at] ^ key[at & 3U]);
}

} // namespace actormesh::bench::wire
