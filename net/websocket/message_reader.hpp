/// Turns the bytes a client sends into messages (RFC 6455 section 5, RFC 7692).
#pragma once

#include "net/websocket/frame.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

namespace actormesh::websocket {

/// A whole message or one control frame.
struct message {
  opcode kind = opcode::text; ///< text, binary, ping, pong or close.
  std::string_view payload;   ///< Valid until the next call of the reader. For close: the reason.
  close_code code = close_code::none; ///< Of a close frame; `none` if it carried no code.
};

/// Why a client's bytes were refused.
enum class read_error : std::uint8_t {
  none,
  not_masked,        ///< 1002
  reserved_bits,     ///< 1002, also RSV1 without permessage-deflate
  bad_opcode,        ///< 1002
  bad_control_frame, ///< 1002: fragmented or longer than 125 bytes
  bad_length,        ///< 1002: not the shortest encoding, or the top bit set
  bad_fragment,      ///< 1002: continuation without a start, or a start within a message
  bad_close,         ///< 1002: one byte, or a code that may not be sent
  binary,            ///< 1003: unless `options::binary` is set
  invalid_utf8,      ///< 1007: text or close reason
  bad_compression,   ///< 1007
  too_big,           ///< 1009: before or after decompression
};

[[nodiscard]] const char* to_string(read_error) noexcept;

/// The close code that answers an error.
[[nodiscard]] close_code close_code_of(read_error) noexcept;

/// Loop-bound: reads one connection. Holds no buffer between messages (see `next`).
class message_reader {
public:
  struct options {
    std::size_t message_bytes = 0; ///< Longest message, fragments together, after decompression.
    bool deflate = false;          ///< permessage-deflate was negotiated, without context takeover.
    bool binary = false;           ///< Whether binary messages are taken.
  };

  struct step {
    std::size_t consumed = 0;            ///< Bytes of the input that are done with.
    std::optional<message> complete;     ///< At most one message per step.
    read_error error = read_error::none; ///< Final: the connection is to be closed.
  };

  explicit message_reader(options opts) noexcept;
  message_reader(message_reader&&) noexcept;
  message_reader& operator=(message_reader&&) noexcept;
  ~message_reader();

  /// Takes as much of `input` as makes one message. Unmasks in place: `input` is changed, and a
  /// message that lies whole in it is handed out without a copy. Bytes of a message that is not
  /// whole yet are kept inside, so that `consumed == input.size()` when no message is complete.
  /// Memory grows with what arrived, never with what a header claims. What a message was handed
  /// out from is freed by the next call, also by one without input: call it until no message is
  /// complete.
  step next(std::span<char> input);

  /// Changes `options::message_bytes`.
  void limit(std::size_t bytes) noexcept { opts_.message_bytes = bytes; }

  /// A number for the message or control frame that has begun and is not whole yet, different for
  /// each; nothing if there is none. Means something after a call without input.
  [[nodiscard]] std::optional<std::uint32_t> unfinished() const noexcept;

  /// Bytes held for a message that is not whole yet.
  [[nodiscard]] std::size_t buffered() const noexcept;

private:
  struct partial;
  class turn;
  options opts_;
  std::unique_ptr<partial> partial_; ///< Only while a message or header is incomplete.
  std::uint32_t begun_ = 0;          ///< How often there was one.
};

} // namespace actormesh::websocket
