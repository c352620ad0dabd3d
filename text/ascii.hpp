/// The letters, digits and lists that protocols and configurations are made of: ASCII, whatever the
/// locale. Any thread: pure functions.
#pragma once

#include <algorithm>
#include <charconv>
#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace actormesh::text {

/// What may stand around the values of HTTP's headers (RFC 9110 section 5.6.3, OWS).
inline constexpr std::string_view blanks = " \t";

/// What may stand around the lines of files.
inline constexpr std::string_view white_space = " \t\r\n";

[[nodiscard]] constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

[[nodiscard]] constexpr char to_lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

[[nodiscard]] constexpr bool is_letter(char c) noexcept {
  const char lower = to_lower(c);
  return lower >= 'a' && lower <= 'z';
}

[[nodiscard]] constexpr bool is_alphanumeric(char c) noexcept {
  return is_digit(c) || is_letter(c);
}

/// Returns whether a byte is one of C0 (U+0000 to U+001F) or DEL.
[[nodiscard]] constexpr bool is_control(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7F;
}

[[nodiscard]] constexpr bool has_control(std::string_view text) noexcept {
  return std::any_of(text.begin(), text.end(), is_control);
}

[[nodiscard]] inline std::string lower(std::string_view text) {
  std::string result{text};
  std::transform(result.begin(), result.end(), result.begin(), to_lower);
  return result;
}

/// Returns whether two texts differ in case at most. (Beast's `iequals` of 1.81 reads a byte beyond
/// the end of texts that do.)
[[nodiscard]] constexpr bool iequals(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
           return to_lower(x) == to_lower(y);
         });
}

/// Returns whether a text begins with another, in any case.
[[nodiscard]] constexpr bool istarts_with(std::string_view text, std::string_view begin) noexcept {
  return iequals(text.substr(0, begin.size()), begin);
}

/// Returns the text without the characters of `what` at either end.
[[nodiscard]] constexpr std::string_view trim(std::string_view text,
                                              std::string_view what = white_space) noexcept {
  const auto first = text.find_first_not_of(what);
  if (first == std::string_view::npos)
    return {};
  return text.substr(first, text.find_last_not_of(what) - first + 1);
}

/// Cuts off what comes before the first `separator`, and the separator; everything if there is
/// none. Returns what it cut off, without the separator.
constexpr std::string_view take_until(std::string_view& text, char separator) noexcept {
  const auto at = text.find(separator);
  const auto first = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
  return first;
}

/// Reads a whole number: decimal digits that fit, and nothing else.
template <std::unsigned_integral Number>
[[nodiscard]] std::optional<Number> parse_number(std::string_view text) noexcept {
  Number number = 0;
  const auto* const last = text.data() + text.size();
  const auto [end, failed] = std::from_chars(text.data(), last, number);
  return failed == std::errc{} && end == last ? std::optional{number} : std::nullopt;
}

} // namespace actormesh::text
