/// Base64 and base64url (RFC 4648). Any thread: pure functions.
#pragma once

#include "text/ascii.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace actormesh::text {

/// Returns whether a character is a digit of plain base64; padding is none.
[[nodiscard]] constexpr bool is_base64_digit(char c) noexcept {
  return is_alphanumeric(c) || c == '+' || c == '/';
}

/// Returns bytes as plain base64, with padding.
[[nodiscard]] std::string encode_base64(std::string_view bytes);

/// Returns bytes as base64url without padding (RFC 7515 section 2).
[[nodiscard]] std::string encode_base64url(std::string_view bytes);

/// Reads base64url without padding, strictly: no padding, no white space, no character of plain
/// base64, and no bits beyond the last byte, so that every sequence of bytes has one text. Nothing
/// if it is anything else.
[[nodiscard]] std::optional<std::string> decode_base64url(std::string_view text);

/// Reads what clients write for base64 or base64url: either alphabet, with or without padding,
/// whatever bits stand behind the last byte. Nothing if it is anything else.
[[nodiscard]] std::optional<std::string> decode_any_base64(std::string_view text);

} // namespace actormesh::text
