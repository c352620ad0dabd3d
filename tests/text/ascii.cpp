#include "text/ascii.hpp"

#include <catch2/catch.hpp>

#include <cstdint>

using namespace actormesh;

TEST_CASE("names are the same in any case") {
  CHECK(text::iequals("", ""));
  CHECK(text::iequals("Content-Type", "content-TYPE"));
  CHECK_FALSE(text::iequals("a", ""));
  CHECK_FALSE(text::iequals("host", "hosts"));
  CHECK_FALSE(text::iequals("host", "hosT2"));
  // Only letters have a case.
  CHECK_FALSE(text::iequals("[", "{"));
  CHECK_FALSE(text::iequals("@", "`"));
  CHECK_FALSE(text::iequals("\xc3\x84", "\xc3\xa4"));
}

TEST_CASE("a text begins with another in any case") {
  CHECK(text::istarts_with("", ""));
  CHECK(text::istarts_with("Bearer x", "bearer "));
  CHECK(text::istarts_with("bearer", "BEARER"));
  CHECK_FALSE(text::istarts_with("Bear", "bearer"));
  CHECK_FALSE(text::istarts_with(" bearer", "bearer"));
}

TEST_CASE("only letters of ASCII become lower") {
  CHECK(text::lower("AZaz09-_") == "azaz09-_");
  CHECK(text::lower("@[`{\xc3\x84") == "@[`{\xc3\x84");
}

TEST_CASE("each byte is of its kinds") {
  for (int value = 0; value < 256; ++value) {
    const auto c = static_cast<char>(value);
    const bool digit = value >= 0x30 && value <= 0x39;
    const bool letter = (value >= 0x41 && value <= 0x5A) || (value >= 0x61 && value <= 0x7A);
    CAPTURE(value);
    CHECK(text::is_digit(c) == digit);
    CHECK(text::is_letter(c) == letter);
    CHECK(text::is_alphanumeric(c) == (digit || letter));
    CHECK(text::is_control(c) == (value < 0x20 || value == 0x7F));
  }
}

TEST_CASE("blanks are taken off both ends, and nothing else") {
  struct row {
    std::string_view text;
    std::string_view as_line;
    std::string_view as_value;
  };
  const row rows[] = {
      {"", "", ""},
      {" \t", "", ""},
      {"\r\n", "", "\r\n"},
      {"a", "a", "a"},
      {" a b\t", "a b", "a b"},
      {"\n a \r\n", "a", "\n a \r\n"},
      {"\v a", "\v a", "\v a"},
  };
  for (const auto& [text, as_line, as_value] : rows) {
    CAPTURE(text);
    CHECK(text::trim(text) == as_line);
    CHECK(text::trim(text, text::blanks) == as_value);
  }
}

TEST_CASE("parts are taken off one after the other") {
  std::string_view rest = "a//bc";
  CHECK(text::take_until(rest, '/') == "a");
  CHECK(text::take_until(rest, '/').empty());
  CHECK(rest == "bc");
  CHECK(text::take_until(rest, '/') == "bc");
  CHECK(rest.empty());
  CHECK(text::take_until(rest, '/').empty());
}

TEST_CASE("numbers are digits that fit") {
  CHECK(text::parse_number<std::uint16_t>("0") == 0);
  CHECK(text::parse_number<std::uint16_t>("0080") == 80);
  CHECK(text::parse_number<std::uint16_t>("65535") == 65'535);
  CHECK(text::parse_number<std::uint64_t>("18446744073709551615") == 18'446'744'073'709'551'615U);
  for (const auto* wrong : {"", " 1", "1 ", "+1", "-1", "0x1", "1.0", "65536", "99999999999"}) {
    CAPTURE(wrong);
    CHECK_FALSE(text::parse_number<std::uint16_t>(wrong).has_value());
  }
}
