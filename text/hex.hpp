/// Bytes as hex digits, two for each. Any thread: pure functions.
#pragma once

#include "text/ascii.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace actormesh::text {

inline constexpr std::string_view hex_digits = "0123456789abcdef";

/// Returns what a digit of either case stands for; -1 if it is none.
[[nodiscard]] constexpr int hex_value(char c) noexcept {
  if (is_digit(c))
    return c - '0';
  const char lower = to_lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// Returns whether a text has lower-case hex digits only, as `to_hex` writes them.
[[nodiscard]] constexpr bool is_hex(std::string_view text) noexcept {
  return text.find_first_not_of(hex_digits) == std::string_view::npos;
}

/// Returns the two digits of a byte, in lower case.
[[nodiscard]] constexpr std::array<char, 2> hex_of(unsigned char byte) noexcept {
  return {hex_digits[byte >> 4U], hex_digits[byte & 0xFU]};
}

/// Returns bytes as lower-case digits.
[[nodiscard]] std::string to_hex(std::string_view bytes);

/// The same for a digest or a key, without an end mark and without an allocation.
template <std::size_t Size>
[[nodiscard]] constexpr std::array<char, 2 * Size>
to_hex(const std::array<unsigned char, Size>& bytes) noexcept {
  std::array<char, 2 * Size> text{};
  for (std::size_t i = 0; i < Size; ++i) {
    text[2 * i] = hex_digits[bytes[i] >> 4U];
    text[2 * i + 1] = hex_digits[bytes[i] & 0xFU];
  }
  return text;
}

/// Reads what `to_hex` writes: lower-case digits, two for each byte. Nothing if it is anything
/// else.
[[nodiscard]] std::optional<std::string> from_hex(std::string_view text);

} // namespace actormesh::text
