/// Bytes written out in tests.
#pragma once

#include <string>
#include <string_view>

namespace actormesh::tests {

/// Returns the bytes of "81 85 37 ...".
inline std::string from_hex(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string result;
  for (std::size_t at = 0; at + 1 < text.size(); at += 3)
    result += static_cast<char>(digits.find(text[at]) << 4U | digits.find(text[at + 1]));
  return result;
}

/// The other way round.
inline std::string to_hex(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string result;
  for (const char byte : bytes) {
    const auto value = static_cast<unsigned char>(byte);
    if (!result.empty())
      result += ' ';
    result += digits[value >> 4U];
    result += digits[value & 0xFU];
  }
  return result;
}

} // namespace actormesh::tests
