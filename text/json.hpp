/// Texts in JSON (RFC 8259 section 7), escaped as JSON.stringify does: only `"`, `\` and U+0000 to
/// U+001F (\b \t \n \f \r short, else \u00xx in lower case); everything else as it is. Any thread:
/// pure functions.
#pragma once

#include "text/hex.hpp"

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace actormesh::text {

/// The escape of one character.
class json_escape {
public:
  /// The short one if JSON has one, also of `/`; else `\u00xx` in lower case.
  explicit constexpr json_escape(char c) noexcept {
    const char letter = short_form(c);
    bytes_[0] = '\\';
    bytes_[1] = letter == 0 ? 'u' : letter;
    if (letter != 0)
      return;
    const auto digits = hex_of(static_cast<unsigned char>(c));
    bytes_[2] = bytes_[3] = '0';
    bytes_[4] = digits[0];
    bytes_[5] = digits[1];
    size_ = bytes_.size();
  }

  /// Lives as long as this object.
  [[nodiscard]] constexpr std::string_view view() const noexcept { return {bytes_.data(), size_}; }

  /// Returns what follows the backslash in the short escape; 0 if there is none.
  [[nodiscard]] static constexpr char short_form(char c) noexcept {
    switch (c) {
    case '\b':
      return 'b';
    case '\t':
      return 't';
    case '\n':
      return 'n';
    case '\f':
      return 'f';
    case '\r':
      return 'r';
    case '"':
    case '\\':
    case '/':
      return c;
    default:
      return 0;
    }
  }

private:
  std::array<char, 6> bytes_{};
  std::size_t size_ = 2;
};

/// Appends a text as the inside of a JSON string. It has to be UTF-8 for the result to be JSON.
void append_json_escaped(std::string& out, std::string_view text);

/// Returns the size that `append_json_escaped` would add, in bytes.
[[nodiscard]] std::size_t json_escaped_size(std::string_view text) noexcept;

/// Appends any text as a JSON string, in quotes: what is no UTF-8 becomes U+FFFD.
void append_json_string(std::string& out, std::string_view text);

} // namespace actormesh::text
