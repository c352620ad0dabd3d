#include "text/json.hpp"

#include "text/utf8.hpp"

#include <cstdint>
#include <cstring>

namespace actormesh::text {

namespace {

constexpr std::size_t word_size = sizeof(std::uint64_t);

/// How many bytes the escape of a byte has, at most: \u001f.
constexpr std::size_t longest_escape = 6;

/// For each byte what follows the backslash: 0 no escape, 'u' the long form.
constexpr auto escape_letters = [] {
  std::array<char, 256> table{};
  for (std::size_t c = 0; c < 0x20; ++c) {
    const char letter = json_escape::short_form(static_cast<char>(c));
    table[c] = letter == 0 ? 'u' : letter;
  }
  table['"'] = '"';
  table['\\'] = '\\';
  return table;
}();

/// For each byte by how much its escape is longer.
constexpr auto escape_extras = [] {
  std::array<std::uint8_t, 256> table{};
  for (std::size_t c = 0; c < table.size(); ++c) {
    const char letter = escape_letters[c];
    table[c] = letter == 0 ? 0 : letter == 'u' ? longest_escape - 1 : 1;
  }
  return table;
}();

constexpr std::uint64_t in_every_byte(std::uint8_t value) noexcept {
  return 0x0101010101010101ULL * value;
}

/// Returns whether one of eight bytes needs an escape. The bit tricks are the well-known
/// "has a byte less than n" and "has a zero byte", exact as a yes or no.
bool needs_escape(const char* bytes) noexcept {
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, word_size);
  const auto quote = word ^ in_every_byte('"');
  const auto backslash = word ^ in_every_byte('\\');
  const auto hits = ((word - in_every_byte(0x20)) & ~word) | ((quote - in_every_byte(1)) & ~quote) |
                    ((backslash - in_every_byte(1)) & ~backslash);
  return (hits & in_every_byte(0x80)) != 0;
}

/// Writes one byte, escaped where needed, and returns the end of what it wrote.
char* write_escaped(char* to, char c) noexcept {
  const auto letter = escape_letters[static_cast<unsigned char>(c)];
  if (letter == 0) {
    *to++ = c;
    return to;
  }
  *to++ = '\\';
  *to++ = letter;
  if (letter == 'u') {
    const auto digits = hex_of(static_cast<unsigned char>(c));
    *to++ = '0';
    *to++ = '0';
    *to++ = digits[0];
    *to++ = digits[1];
  }
  return to;
}

} // namespace

void append_json_escaped(std::string& out, std::string_view text) {
  std::array<char, 1024> buffer;
  const auto full = buffer.data() + buffer.size() - word_size * longest_escape;
  auto to = buffer.data();
  const auto flush = [&] {
    out.append(buffer.data(), to);
    to = buffer.data();
  };
  while (text.size() >= word_size) {
    if (to > full)
      flush();
    if (needs_escape(text.data())) {
      for (const char c : text.substr(0, word_size))
        to = write_escaped(to, c);
    } else {
      std::memcpy(to, text.data(), word_size);
      to += word_size;
    }
    text.remove_prefix(word_size);
  }
  if (to > full)
    flush();
  for (const char c : text)
    to = write_escaped(to, c);
  flush();
}

std::size_t json_escaped_size(std::string_view text) noexcept {
  auto size = text.size();
  for (const char c : text)
    size += escape_extras[static_cast<unsigned char>(c)];
  return size;
}

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  if (is_utf8(text))
    append_json_escaped(out, text);
  else
    append_json_escaped(out, repair_utf8(text));
  out += '"';
}

} // namespace actormesh::text
