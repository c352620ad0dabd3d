/// UTF-8 as RFC 3629 defines it: no overlong forms, no surrogates, nothing above U+10FFFF. Any
/// thread: pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace actormesh::text {

/// U+FFFD, which stands for what is no character.
inline constexpr std::string_view replacement_character = "\xEF\xBF\xBD";

/// Returns whether `text` is well-formed. Fast on ASCII (eight bytes at a time).
[[nodiscard]] bool is_utf8(std::string_view text) noexcept;

/// Returns the size of the character that a text begins with, in bytes; 0 if there is none. The
/// text must not be empty.
[[nodiscard]] std::size_t utf8_character_size(std::string_view text) noexcept;

/// Returns the text with each byte that belongs to no character replaced by U+FFFD.
[[nodiscard]] std::string repair_utf8(std::string_view text);

} // namespace actormesh::text
