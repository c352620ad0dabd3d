/// How a protocol frames what it sends.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace actormesh::net {

/// What kind of message it is, in a framer's own numbers.
enum class frame_kind : std::uint8_t {};

/// Any thread: makes messages of a protocol out of bytes: a WebSocket frame, an event of an event
/// stream, a chunk of an answer. Two values instead of a base class, since it is asked once for
/// each event and connection.
struct framer {
  /// Longest head of any protocol, in bytes.
  static constexpr std::size_t max_head = 32;

  /// The payload of a message: `own` bytes of the connection, then `shared` bytes that others send
  /// too.
  struct payload {
    std::size_t own = 0;
    std::size_t shared = 0;
  };

  /// Writes what comes before a message's payload to `out`, which has room for `max_head` bytes.
  /// Returns the bytes written, which depend on nothing but the arguments.
  std::size_t (*head)(char* out, frame_kind what, payload of) noexcept;

  /// What comes behind the payload of each message.
  std::string_view tail = {};
};

} // namespace actormesh::net
