/// Bytes written out in tests.
#pragma once

#include "text/hex.hpp"

#include <string>
#include <string_view>

namespace actormesh::tests {

/// Returns the bytes of "81 85 37 ...".
inline std::string from_hex(std::string_view text) {
  std::string digits{text};
  std::erase(digits, ' ');
  return text::from_hex(digits).value();
}

/// The other way round.
inline std::string to_hex(std::string_view bytes) {
  std::string result;
  for (const char byte : bytes) {
    const auto digits = text::hex_of(static_cast<unsigned char>(byte));
    result += result.empty() ? "" : " ";
    result.append(digits.data(), digits.size());
  }
  return result;
}

} // namespace actormesh::tests
