/// WebSocket frames, as cheap as a generator needs them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace actormesh::bench::wire {

enum class opcode : std::uint8_t {
  continuation = 0,
  text = 1,
  binary = 2,
  close = 8,
  ping = 9,
  pong = 10,
};

/// The header of a frame that lies at the front of some bytes.
struct frame_header {
  std::size_t header_size = 0; ///< 0: the bytes end inside the header.
  std::size_t payload_size = 0;
  opcode kind = opcode::continuation;
  bool final = false;
  bool masked = false;

  [[nodiscard]] std::size_t frame_size() const noexcept { return header_size + payload_size; }
};

/// Reads the header at the front of `bytes`. The mask, if any, is its last four bytes.
[[nodiscard]] inline frame_header parse_frame_header(std::string_view bytes) noexcept {
  frame_header header;
  if (bytes.size() < 2)
    return header;
  const auto byte = [bytes](std::size_t at) { return static_cast<std::uint8_t>(bytes[at]); };
  header.final = (byte(0) & 0x80U) != 0;
  header.kind = static_cast<opcode>(byte(0) & 0x0FU);
  header.masked = (byte(1) & 0x80U) != 0;
  const std::size_t length = byte(1) & 0x7FU;
  const std::size_t extended = length < 126 ? 0 : length == 126 ? 2 : 8;
  const std::size_t size = 2 + extended + (header.masked ? 4U : 0U);
  if (bytes.size() < size)
    return header;
  header.payload_size = extended == 0 ? length : 0;
  for (std::size_t i = 0; i < extended; ++i)
    header.payload_size = (header.payload_size << 8U) | byte(2 + i);
  header.header_size = size;
  return header;
}

/// Appends a frame as a server sends it: whole and not masked.
void append_server_frame(std::string& out, opcode kind, std::string_view payload);

/// Appends a frame as a client sends it: whole and masked with `key`.
void append_client_frame(std::string& out, opcode kind, std::string_view payload,
                         std::uint32_t key);

/// Masks or unmasks `size` bytes at `data`; `key` points to the mask's four bytes.
void apply_mask(char* data, std::size_t size, const char* key) noexcept;

} // namespace actormesh::bench::wire
