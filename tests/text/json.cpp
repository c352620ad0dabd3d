#include "text/json.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <string_view>

using namespace actormesh::text;

namespace {

std::string escaped(std::string_view text) {
  std::string out = "before ";
  append_json_escaped(out, text);
  REQUIRE(out.starts_with("before "));
  return out.substr(7);
}

std::string as_string(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

} // namespace

TEST_CASE("a string is escaped as JSON.stringify does") {
  struct row {
    std::string text;
    std::string escaped;
  };
  const auto given = GENERATE(values<row>({
      {"", ""},
      {"plain", "plain"},
      {R"({"some":"json"})", R"({\"some\":\"json\"})"},
      {R"(\)", R"(\\)"},
      {"\b\t\n\f\r", R"(\b\t\n\f\r)"},
      {std::string("\0\x01\x0B\x0E\x1F", 5), R"(\u0000\u0001\u000b\u000e\u001f)"},
      {" !#/<>&'\x7F", " !#/<>&'\x7F"},
      {"h\xC3\xA9llo \xE2\x82\xAC \xF0\x9F\x98\x80", "h\xC3\xA9llo \xE2\x82\xAC \xF0\x9F\x98\x80"},
      {"\xE2\x80\xA8\xE2\x80\xA9", "\xE2\x80\xA8\xE2\x80\xA9"},
  }));
  CAPTURE(given.text);
  CHECK(escaped(given.text) == given.escaped);
  CHECK(json_escaped_size(given.text) == given.escaped.size());
}

TEST_CASE("every byte is escaped alike at every place of a long text") {
  for (int value = 0; value < 256; ++value) {
    const std::string byte(1, static_cast<char>(value));
    const auto alone = escaped(byte);
    const auto is_plain = value >= 0x20 && byte != "\"" && byte != "\\";
    CHECK((alone == byte) == is_plain);
    for (std::size_t at = 0; at < 17; ++at) {
      const std::string before(at, '\xC3');
      const std::string after(17 - at, 'z');
      REQUIRE(escaped(before + byte + after) == before + alone + after);
    }
  }
}

TEST_CASE("texts longer than any buffer are escaped whole") {
  for (const std::size_t length : {975U, 976U, 977U, 1023U, 1024U, 1025U, 250'000U}) {
    std::string expected;
    for (std::size_t i = 0; i < length; ++i)
      expected += "\\u0001";
    const std::string text(length, '\x01');
    CHECK(escaped(text) == expected);
    CHECK(json_escaped_size(text) == expected.size());
    CHECK(escaped(std::string(length, 'a')) == std::string(length, 'a'));
  }
}

TEST_CASE("whatever bytes a text has, it becomes a JSON string") {
  CHECK(as_string("") == R"("")");
  CHECK(as_string("a\"b\\c\n") == R"("a\"b\\c\n")");
  CHECK(as_string("gr\xc3\xbc\xc3\x9f") == "\"gr\xc3\xbc\xc3\x9f\"");
  CHECK(as_string("\x01\xff\"") == "\"\\u0001\xef\xbf\xbd\\\"\"");
}

TEST_CASE("each character has one escape") {
  CHECK(json_escape{'\n'}.view() == "\\n");
  CHECK(json_escape{'"'}.view() == "\\\"");
  CHECK(json_escape{'/'}.view() == "\\/");
  CHECK(json_escape{'\x1f'}.view() == "\\u001f");
  CHECK(json_escape{'<'}.view() == "\\u003c");
}
