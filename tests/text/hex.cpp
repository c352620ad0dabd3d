#include "text/hex.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <string>
#include <string_view>

using namespace actormesh::text;
using namespace std::string_literals;

TEST_CASE("hex is lower-case") {
  CHECK(to_hex(""s).empty());
  CHECK(to_hex("\x00\x7f\xff\xa0"s) == "007fffa0");
  const std::array<unsigned char, 3> bytes{0x00, 0x9A, 0xFE};
  const auto text = to_hex(bytes);
  CHECK(std::string_view{text.data(), text.size()} == "009afe");
}

TEST_CASE("every byte survives hex") {
  std::string bytes;
  for (int i = 0; i < 256; ++i)
    bytes += static_cast<char>(i);
  CHECK(from_hex(to_hex(bytes)) == bytes);
}

TEST_CASE("what is no lower-case hex is not read") {
  CHECK(from_hex("") == "");
  for (const auto* wrong : {"0", "000", "0A", "0g", " 00", "0x00", "00 00"}) {
    CAPTURE(wrong);
    CHECK(from_hex(wrong) == std::nullopt);
  }
}

TEST_CASE("digits of either case have a value") {
  for (int value = 0; value < 16; ++value) {
    CHECK(hex_value("0123456789abcdef"[value]) == value);
    CHECK(hex_value("0123456789ABCDEF"[value]) == value);
  }
  for (const char c : "/:@G`g\x80 "s)
    CHECK(hex_value(c) == -1);
}
