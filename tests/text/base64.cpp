#include "text/base64.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <string_view>

using namespace actormesh::text;
using namespace std::string_literals;

TEST_CASE("base64url goes there and back, without padding") {
  struct row {
    std::string bytes;
    std::string text;
  };
  // RFC 4648 section 10, RFC 7515 appendix C, and the two characters that set it apart.
  const row rows[] = {
      {"", ""},
      {"f", "Zg"},
      {"fo", "Zm8"},
      {"foo", "Zm9v"},
      {"foob", "Zm9vYg"},
      {"fooba", "Zm9vYmE"},
      {"foobar", "Zm9vYmFy"},
      {"\x03\xec\xff\xe0\xc1", "A-z_4ME"},
      {"\xff\xff\xff"s, "____"},
      {"\0\0"s, "AAA"},
      {"\xfb\xff", "-_8"},
  };
  for (const auto& [bytes, text] : rows) {
    CAPTURE(text);
    CHECK(encode_base64url(bytes) == text);
    CHECK(decode_base64url(text) == bytes);
  }
}

TEST_CASE("base64url that is not strictly that is none") {
  const std::string_view rows[] = {"A",     "AAAAA", "Zg==",  "Zg=",  "Zm8=", "Zm9v\n",
                                   " Zm9v", "Zm 9v", "A+z/4", "A+z_", "A/z_", "Zh",
                                   "Zm9",   "Z",     "....",  "Zg.",  "\xff", "Zm9v\xc3"};
  for (const auto text : rows) {
    CAPTURE(text);
    CHECK(decode_base64url(text) == std::nullopt);
  }
  CHECK(decode_base64url("Zm9v\0"s) == std::nullopt);
}

TEST_CASE("every byte survives base64url") {
  std::string bytes;
  for (int i = 0; i < 256; ++i) {
    bytes += static_cast<char>(i);
    REQUIRE(decode_base64url(encode_base64url(bytes)) == bytes);
  }
}

TEST_CASE("plain base64 is padded") {
  struct row {
    std::string bytes;
    std::string text;
  };
  // RFC 4648 section 10.
  const row rows[] = {
      {"", ""},        {"f", "Zg=="},          {"fo", "Zm8="},
      {"foo", "Zm9v"}, {"foobar", "Zm9vYmFy"}, {"\x03\xec\xff\xe0\xc1", "A+z/4ME="},
  };
  for (const auto& [bytes, text] : rows) {
    CAPTURE(text);
    CHECK(encode_base64(bytes) == text);
    CHECK(decode_any_base64(text) == bytes);
  }
}

TEST_CASE("any base64 is read that clients write") {
  struct row {
    std::string_view text;
    std::string_view bytes;
  };
  const row rows[] = {
      {"Zg", "f"},
      {"Zg==", "f"},
      {"Zg=", "f"},
      {"Zh", "f"}, // bits left
      {"Zm9vYg==", "foob"},
      {"+-/_", "\xfb\xef\xff"},
      {"A-z_4ME", "\x03\xec\xff\xe0\xc1"},
  };
  for (const auto& [text, bytes] : rows) {
    CAPTURE(text);
    CHECK(decode_any_base64(text) == bytes);
  }
}

TEST_CASE("what is no base64 of any kind is none") {
  const std::string_view rows[] = {"A",    "=",      "====",  "AAAAA", "Q=",   "Q===",
                                   "Z=g=", "Zm9v\n", " Zm9v", "Zm 9",  "Zm.v", "Zm9\xc3"};
  for (const auto text : rows) {
    CAPTURE(text);
    CHECK(decode_any_base64(text) == std::nullopt);
  }
}

TEST_CASE("plain base64 has 64 digits") {
  std::string digits;
  for (int value = 0; value < 256; ++value)
    if (is_base64_digit(static_cast<char>(value)))
      digits += static_cast<char>(value);
  CHECK(digits == "+/0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
}
