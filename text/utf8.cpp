#include "text/utf8.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace actormesh::text {

namespace {

/// What may follow the first byte of a character (RFC 3629 section 4, UTF8-2 to UTF8-4).
struct sequence {
  std::size_t size = 0; ///< Of the whole character; 0 if no character starts so.
  unsigned char low = 0x80;
  unsigned char high = 0xBF; ///< The second byte lies in [low, high], others in [0x80, 0xBF].
};

constexpr sequence sequence_of(unsigned char first) noexcept {
  if (first < 0xC2)
    return {};
  if (first < 0xE0)
    return {2};
  if (first == 0xE0)
    return {3, 0xA0, 0xBF}; // below: overlong
  if (first == 0xED)
    return {3, 0x80, 0x9F}; // above: surrogates
  if (first < 0xF0)
    return {3};
  if (first == 0xF0)
    return {4, 0x90, 0xBF}; // below: overlong
  if (first < 0xF4)
    return {4};
  if (first == 0xF4)
    return {4, 0x80, 0x8F}; // above: beyond U+10FFFF
  return {};
}

/// Returns the size of the character at `text` (not ASCII), 0 if it is not well-formed.
std::size_t character(const unsigned char* text, std::size_t left) noexcept {
  const auto seq = sequence_of(text[0]);
  if (seq.size == 0 || seq.size > left || text[1] < seq.low || text[1] > seq.high)
    return 0;
  for (std::size_t i = 2; i < seq.size; ++i)
    if ((text[i] & 0xC0) != 0x80)
      return 0;
  return seq.size;
}

} // namespace

bool is_utf8(std::string_view text) noexcept {
  constexpr std::uint64_t high_bits = 0x8080808080808080U;
  // memcpy is the portable way to look at eight bytes at once.
  const auto* at = reinterpret_cast<const unsigned char*>(text.data());
  const auto* const end = at + text.size();
  while (at != end) {
    if (static_cast<std::size_t>(end - at) >= sizeof(high_bits)) {
      std::uint64_t word = 0;
      std::memcpy(&word, at, sizeof(word));
      if ((word & high_bits) == 0) {
        at += sizeof(word);
        continue;
      }
    }
    if (*at < 0x80) {
      ++at;
      continue;
    }
    const auto size = character(at, static_cast<std::size_t>(end - at));
    if (size == 0)
      return false;
    at += size;
  }
  return true;
}

std::size_t utf8_character_size(std::string_view text) noexcept {
  const auto* const bytes = reinterpret_cast<const unsigned char*>(text.data());
  return bytes[0] < 0x80 ? 1 : character(bytes, text.size());
}

std::string repair_utf8(std::string_view text) {
  std::string valid;
  valid.reserve(text.size());
  while (!text.empty()) {
    const auto size = utf8_character_size(text);
    valid += size == 0 ? replacement_character : text.substr(0, size);
    text.remove_prefix(std::max<std::size_t>(size, 1));
  }
  return valid;
}

} // namespace actormesh::text
