/// The opening handshake, the server's side: RFC 6455 section 4.2, RFC 7692 section 7. Pure
/// functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace actormesh::websocket {

/// Returns `Sec-WebSocket-Accept` for a `Sec-WebSocket-Key`, or nothing if the key is not the
/// base64 form of 16 bytes.
[[nodiscard]] std::optional<std::string> accept_value(std::string_view key);

/// Splits a header that is a comma-separated list of tokens, without the white space around them.
[[nodiscard]] std::vector<std::string_view> split_list(std::string_view value);

/// Looks for an offer of permessage-deflate that can be met with a compressed form shared by all
/// connections: no context takeover on either side, a full 15-bit window on the server's side.
/// Returns the `Sec-WebSocket-Extensions` value to answer with, or nothing.
[[nodiscard]] std::optional<std::string> negotiate_deflate(std::string_view offers);

} // namespace actormesh::websocket
