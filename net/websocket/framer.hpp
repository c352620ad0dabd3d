/// WebSocket messages for the outbound queue: one frame each, as a server sends it.
#pragma once

#include "net/framer.hpp"
#include "net/websocket/frame.hpp"

namespace actormesh::websocket {

/// The framer's kinds: the first byte of the frame (RFC 6455 section 5.2). What a compressed
/// message has of its own is sent as a stored block (`stored_block_header`), so that it is at most
/// `max_stored_block` bytes; what is shared has to be a `deflate_tail`.
[[nodiscard]] constexpr net::frame_kind kind_of(opcode op,
                                                compressed rsv1 = compressed::no) noexcept {
  return net::frame_kind{first_byte(op, rsv1)};
}

inline constexpr net::frame_kind text_message = kind_of(opcode::text);
inline constexpr net::frame_kind binary_message = kind_of(opcode::binary);
inline constexpr net::frame_kind compressed_text_message = kind_of(opcode::text, compressed::yes);

extern const net::framer message_framer;

} // namespace actormesh::websocket
