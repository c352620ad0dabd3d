#include "net/websocket/frame.hpp"

namespace actormesh::websocket {

namespace {

/// Writes `count` bytes of `value` in network order. Returns the end.
char* put_big_endian(char* out, std::uint64_t value, std::size_t count) noexcept {
  for (std::size_t i = count; i > 0; --i)
    *out++ = static_cast<char>((value >> (8 * (i - 1))) & 0xFF);
  return out;
}

} // namespace

std::size_t write_header(char* out, std::uint8_t first, std::uint64_t payload) noexcept {
  out[0] = static_cast<char>(first);
  if (payload < 126) {
    out[1] = static_cast<char>(payload);
  } else if (payload <= 0xFFFF) {
    out[1] = 126;
    put_big_endian(out + 2, payload, 2);
  } else {
    out[1] = 127;
    put_big_endian(out + 2, payload, 8);
  }
  return header_size(payload);
}

} // namespace actormesh::websocket
