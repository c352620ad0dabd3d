/// permessage-deflate (RFC 7692) without context takeover. Pure functions over Beast's zlib.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace actormesh::websocket {

/// Longest text that fits one stored block.
inline constexpr std::size_t max_stored_block = 0xFFFF;

/// The header of a stored (uncompressed), not final deflate block of `size` bytes
/// (RFC 1951 section 3.2.4). What is compressed once for all can follow a text of one's own: a
/// message is [this header][own text][`deflate_tail(shared text)`].
[[nodiscard]] std::array<char, 5> stored_block_header(std::uint16_t size) noexcept;

/// Compresses `text` on its own and ends as RFC 7692 section 7.2.1 says (flushed to a byte border,
/// without the four bytes 00 00 FF FF), so that it can be the last part of a message.
[[nodiscard]] std::string deflate_tail(std::string_view text);

/// Decompresses a whole message. Returns nothing if the data is broken, and `too_big` set if it
/// would grow beyond `limit` bytes (it stops there).
struct inflated {
  std::optional<std::string> text;
  bool too_big = false;
};
[[nodiscard]] inflated inflate_message(std::string_view data, std::size_t limit);

} // namespace actormesh::websocket
