#include "text/hex.hpp"

namespace actormesh::text {

std::string to_hex(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    const auto digits = hex_of(static_cast<unsigned char>(c));
    text.append(digits.data(), digits.size());
  }
  return text;
}

std::optional<std::string> from_hex(std::string_view text) {
  if (text.size() % 2 != 0 || !is_hex(text))
    return std::nullopt;
  std::string bytes;
  bytes.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2)
    bytes += static_cast<char>(hex_value(text[i]) * 16 + hex_value(text[i + 1]));
  return bytes;
}

} // namespace actormesh::text
