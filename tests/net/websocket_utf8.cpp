#include "net/websocket/utf8.hpp"
#include "tests/net/hex.hpp"

#include <catch2/catch.hpp>

using namespace actormesh::websocket;
using actormesh::tests::from_hex;

namespace {

/// The bytes alone and at every place of a text that is longer than a machine word.
bool everywhere(const std::string& bytes) {
  const auto alone = is_utf8(bytes);
  for (std::size_t before = 0; before < 18; ++before)
    for (std::size_t after = 0; after < 18; ++after)
      if (is_utf8(std::string(before, 'a') + bytes + std::string(after, 'z')) != alone)
        FAIL("differs with " << before << " before and " << after << " after");
  return alone;
}

} // namespace

TEST_CASE("well-formed UTF-8 is recognised") {
  const auto* const bytes = GENERATE("", "00", "41", "7f", //
                                     "c2 80", "df bf",     // two bytes: the first, the last
                                     "e0 a0 80", "ec bf bf", "ed 80 80", "ed 9f bf", "ee 80 80",
                                     "ef bf bf", // three
                                     "f0 90 80 80", "f3 bf bf bf", "f4 80 80 80", "f4 8f bf bf",
                                     "ce ba e1 bd b9 cf 83 ce bc ce b5"); // a word
  INFO(bytes);
  CHECK(everywhere(from_hex(bytes)));
}

TEST_CASE("what is not UTF-8 is refused") {
  const auto* const bytes =
      GENERATE("80", "bf", "c0 80", "c1 bf",                               // stray and overlong
               "e0 80 80", "e0 9f bf", "f0 80 80 80",                      // overlong
               "f0 8f bf bf",                                              //
               "ed a0 80", "ed bf bf",                                     // surrogates
               "f4 90 80 80", "f5 80 80 80", "f8 88 80 80 80", "fe", "ff", // beyond U+10FFFF
               "c2", "c2 41", "e1 80", "e1 80 41", "e1 41 80", "f1 80 80", // cut off
               "f1 80 80 41", "f1 80 41 80", "f1 41 80 80", "c2 80 80");
  INFO(bytes);
  CHECK_FALSE(everywhere(from_hex(bytes)));
}
