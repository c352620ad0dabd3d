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

/// Size of the header of an unmasked frame with `payload` bytes.
[[nodiscard]] constexpr std::size_t header_size(std::uint64_t payload) noexcept {
  return payload < 126 ? 2 : payload <= 0xFFFF ? 4 : 10;
}

/// The first byte of a final frame: FIN, RSV1, and the opcode.
[[nodiscard]] constexpr std::uint8_t first_byte(opcode op, compressed rsv1) noexcept {
  return static_cast<std::uint8_t>(0x80U | (rsv1 == compressed::yes ? 0x40U : 0U) |
                                   static_cast<unsigned>(op));
}

/// Whether a frame's first byte has RSV1.
[[nodiscard]] constexpr bool is_compressed(std::uint8_t first) noexcept {
  return (first & 0x40U) != 0;
}

/// Writes the header of an unmasked frame to `out`, which has room for `header_size(payload)`
/// bytes. Returns the bytes written.
std::size_t write_header(char* out, std::uint8_t first, std::uint64_t payload) noexcept;

} // namespace actormesh::websocket
