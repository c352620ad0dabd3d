/// The frame header of RFC 6455 section 5.2, the server's side of it. Pure functions.
#pragma once

#include <cstddef>
#include <cstdint>

namespace actormesh::websocket {

enum class opcode : std::uint8_t {
  continuation = 0x0,
  text = 0x1,
  binary = 0x2,
  close = 0x8,
  ping = 0x9,
  pong = 0xA,
};

/// Close codes of RFC 6455 section 7.4.1 that this node sends or looks at.
enum class close_code : std::uint16_t {
  none = 0, ///< Not on the wire: no error, or a close frame without a code.
  normal = 1000,
  going_away = 1001,
  protocol_error = 1002,
  unsupported_data = 1003,
  invalid_payload = 1007,
  policy_violation = 1008,
  message_too_big = 1009,
  internal_error = 1011,
  try_again_later = 1013,
};

/// Whether a message is compressed (RSV1, RFC 7692 section 6).
enum class compressed : bool { no, yes };

/// Longest header of an unmasked frame.
inline constexpr std::size_t max_header_size = 10;

/// The first byte of a final frame: FIN, RSV1, and the opcode.
[[nodiscard]] constexpr std::uint8_t first_byte(opcode op, compressed rsv1) noexcept {
  return static_cast<std::uint8_t>(0x80U | (rsv1 == compressed::yes ? 0x40U : 0U) |
                                   static_cast<unsigned>(op));
}

/// Whether a frame's first byte has RSV1.
[[nodiscard]] constexpr bool is_compressed(std::uint8_t first) noexcept {
  return (first & 0x40U) != 0;
}

/// Writes the header of an unmasked frame with `payload` bytes to `out`, which has room for
/// `max_header_size` bytes. Returns the bytes written.
inline std::size_t write_header(char* out, std::uint8_t first, std::uint64_t payload) noexcept {
  const auto byte_of = [payload](unsigned shift) { return static_cast<char>(payload >> shift); };
  out[0] = static_cast<char>(first);
  if (payload < 126) {
    out[1] = byte_of(0);
    return 2;
  }
  if (payload <= 0xFFFF) {
    out[1] = 126;
    out[2] = byte_of(8);
    out[3] = byte_of(0);
    return 4;
  }
  out[1] = 127;
  for (unsigned i = 0; i < 8; ++i)
    out[2 + i] = byte_of(56 - 8 * i);
  return 10;
}

} // namespace actormesh::websocket
