#include "text/base64.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace actormesh::text {

namespace {

constexpr std::string_view plain_digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view url_digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

constexpr std::uint8_t no_digit = 0xFF;

/// What each byte stands for.
using digit_values = std::array<std::uint8_t, 256>;

constexpr digit_values add_digits(digit_values values, std::string_view digits) noexcept {
  for (std::size_t i = 0; i < digits.size(); ++i)
    values[static_cast<unsigned char>(digits[i])] = static_cast<std::uint8_t>(i);
  return values;
}

constexpr digit_values no_values = [] {
  digit_values values{};
  values.fill(no_digit);
  return values;
}();
constexpr auto url_values = add_digits(no_values, url_digits);
constexpr auto any_values = add_digits(url_values, plain_digits);

std::string encode(std::string_view bytes, std::string_view digits) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  std::uint32_t pending = 0; // The low `bits` of it wait for company.
  unsigned bits = 0;
  for (const char c : bytes) {
    pending = (pending << 8U | static_cast<unsigned char>(c)) & 0xFFFFU;
    bits += 8;
    while (bits >= 6) {
      bits -= 6;
      text += digits[pending >> bits & 0x3FU];
    }
  }
  if (bits > 0)
    text += digits[pending << (6U - bits) & 0x3FU];
  return text;
}

/// The bytes, and whether bits that are set stand behind the last of them.
struct decoded {
  std::string bytes;
  bool has_rest = false;
};

std::optional<decoded> decode(std::string_view text, const digit_values& values) {
  if (text.size() % 4 == 1)
    return std::nullopt;
  decoded result;
  result.bytes.reserve(text.size() / 4 * 3 + 2);
  std::uint32_t pending = 0;
  unsigned bits = 0;
  for (const char c : text) {
    const auto value = values[static_cast<unsigned char>(c)];
    if (value == no_digit)
      return std::nullopt;
    pending = (pending << 6U | value) & 0xFFFFU;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      result.bytes += static_cast<char>(pending >> bits & 0xFFU);
    }
  }
  result.has_rest = (pending & ((1U << bits) - 1U)) != 0;
  return result;
}

} // namespace

std::string encode_base64(std::string_view bytes) {
  auto text = encode(bytes, plain_digits);
  text.append((4 - text.size() % 4) % 4, '=');
  return text;
}

std::string encode_base64url(std::string_view bytes) { return encode(bytes, url_digits); }

std::optional<std::string> decode_base64url(std::string_view text) {
  auto read = decode(text, url_values);
  if (!read || read->has_rest)
    return std::nullopt;
  return std::move(read->bytes);
}

std::optional<std::string> decode_any_base64(std::string_view text) {
  while (text.ends_with('=') && text.size() % 4 != 1)
    text.remove_suffix(1);
  auto read = decode(text, any_values);
  if (!read)
    return std::nullopt;
  return std::move(read->bytes);
}

} // namespace actormesh::text
