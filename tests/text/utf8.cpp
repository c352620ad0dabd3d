#include "text/utf8.hpp"

#include "tests/text/bytes.hpp"

#include <catch2/catch.hpp>

using actormesh::tests::from_hex;
using actormesh::text::is_utf8;
using actormesh::text::repair_utf8;
using actormesh::text::utf8_character_size;

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

TEST_CASE("the character that a text begins with has its size") {
  struct row {
    const char* bytes;
    std::size_t size;
  };
  const auto given = GENERATE(values<row>({
      {"00", 1},
      {"41 42", 1},
      {"7f", 1},
      {"c2 80", 2},
      {"df bf 41", 2},
      {"e0 a0 80", 3},
      {"ef bf bf", 3},
      {"f0 90 80 80 41", 4},
      {"f4 8f bf bf", 4},
      {"80", 0},
      {"c0 af", 0},
      {"c2", 0},
      {"e2 82", 0},
      {"ed a0 80", 0},
      {"f4 90 80 80", 0},
      {"ff", 0},
  }));
  INFO(given.bytes);
  CHECK(utf8_character_size(from_hex(given.bytes)) == given.size);
}

TEST_CASE("each byte that belongs to no character becomes U+FFFD") {
  struct row {
    const char* bytes;
    const char* repaired;
  };
  const auto given = GENERATE(values<row>({
      {"", ""},
      {"61 c3 bc f0 9f 98 80", "61 c3 bc f0 9f 98 80"},
      {"ff", "ef bf bd"},
      {"61 ff 62", "61 ef bf bd 62"},
      {"c0 af", "ef bf bd ef bf bd"},
      {"ed a0 80", "ef bf bd ef bf bd ef bf bd"},
      {"61 e2 82", "61 ef bf bd ef bf bd"},
      {"e2 82 c3 bc", "ef bf bd ef bf bd c3 bc"},
  }));
  INFO(given.bytes);
  const auto repaired = repair_utf8(from_hex(given.bytes));
  CHECK(actormesh::tests::to_hex(repaired) == given.repaired);
  CHECK(is_utf8(repaired));
}
