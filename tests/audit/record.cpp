#include "audit/record.hpp"

#include "audit/chain.hpp"

#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include <chrono>
#include <string>
#include <vector>

using namespace actormesh::audit;

namespace {

namespace json = boost::json;

/// 2027-01-15T08:00:00.007Z
constexpr std::chrono::system_clock::time_point moment{
    std::chrono::milliseconds{1'800'000'000'007}};

std::string body_of(const record& what) {
  std::string text;
  append_body(text, moment, "\"node-1\"", what);
  return text;
}

std::string json_of(std::string_view text, std::size_t longest = longest_text) {
  std::string made;
  append_json(made, text, longest);
  return made;
}

std::string time_of(std::chrono::system_clock::time_point time) {
  std::string text;
  append_time(text, time);
  return text;
}

} // namespace

TEST_CASE("a record is the members of a JSON object") {
  const std::vector<event_note> events{{"e-1", 12}, {"e-2", 240'000}};
  CHECK(body_of({.what = action::publish,
                 .result = outcome::allowed,
                 .api = "prod",
                 .mode = "API_KEY",
                 .who = "k-1",
                 .channel = "/default/orders",
                 .events = events,
                 .remote = "192.0.2.1",
                 .request = "r-1"}) ==
        R"("time":"2027-01-15T08:00:00.007Z","node":"node-1","what":"publish","result":"allowed",)"
        R"("api":"prod","mode":"API_KEY","who":"k-1","channel":"/default/orders",)"
        R"("events":[{"id":"e-1","bytes":12},{"id":"e-2","bytes":240000}],)"
        R"("remote":"192.0.2.1","request":"r-1")");
  CHECK(body_of({.what = action::connect,
                 .result = outcome::denied,
                 .reason = "unauthorized",
                 .connection = "c-1",
                 .details = "d"}) ==
        R"("time":"2027-01-15T08:00:00.007Z","node":"node-1","what":"connect","result":"denied",)"
        R"("reason":"unauthorized","connection":"c-1","details":"d")");
}

TEST_CASE("whatever bytes a text has, it becomes a JSON string") {
  CHECK(json_of("plain") == R"("plain")");
  CHECK(json_of("a\"b\\c") == R"("a\"b\\c")");
  CHECK(json_of({"\0\x01\n\x1f\x7f", 5}) == R"("\u0000\u0001\u000a\u001f\u007f")");
  CHECK(json_of("\xc2\x80\xc2\x9b") == R"("\u0080\u009b")"); // C1, which terminals act upon
  CHECK(json_of("gr\xc3\xbc\xc3\x9f \xf0\x9f\x98\x80") ==
        "\"gr\xc3\xbc\xc3\x9f \xf0\x9f\x98\x80\"");
  // A lone byte, a form too long, a surrogate, beyond U+10FFFF, a character that is cut short.
  CHECK(json_of("\xff") == "\"\xef\xbf\xbd\"");
  CHECK(json_of("\xc0\xaf") == "\"\xef\xbf\xbd\xef\xbf\xbd\"");
  CHECK(json_of("\xed\xa0\x80") == "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
  CHECK(json_of("\xf4\x90\x80\x80") == "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
  CHECK(json_of("a\xe2\x82") == "\"a\xef\xbf\xbd\xef\xbf\xbd\"");
}

TEST_CASE("every pair of bytes in every text makes a line that is JSON") {
  for (unsigned first = 0; first < 256; ++first) {
    std::string text;
    for (unsigned second = 0; second < 256; ++second)
      text += {static_cast<char>(first), static_cast<char>(second)};
    const std::vector<event_note> events{{text, 1}};
    const auto body = body_of({.what = action::publish,
                               .reason = text,
                               .api = text,
                               .mode = text,
                               .who = text,
                               .channel = text,
                               .events = events,
                               .remote = text,
                               .request = text,
                               .connection = text,
                               .details = text});
    boost::system::error_code failed;
    json::parse("{" + body + "}", failed);
    if (failed)
      FAIL(first);
    if (body.find('\n') != std::string::npos)
      FAIL("a line end within a line");
  }
}

TEST_CASE("a text that is too long is cut between characters") {
  CHECK(json_of("abcdef", 6) == R"("abcdef")");
  CHECK(json_of("abcdefg", 6) == "\"abcdef\xe2\x80\xa6\"");
  CHECK(json_of("a\xc3\xbc\xc3\xbc", 4) == "\"a\xc3\xbc\xe2\x80\xa6\"");
  CHECK(json_of("\xf0\x9f\x98\x80\xf0\x9f\x98\x80", 7) == "\"\xf0\x9f\x98\x80\xe2\x80\xa6\"");
}

TEST_CASE("the longest record is shorter than the longest line") {
  const std::string text(10'000, '\x01');
  const std::vector<event_note> events(1'000, event_note{text, UINT64_MAX});
  std::string node;
  append_json(node, text);
  std::string body;
  append_body(body, moment, node,
              {.what = action::configuration_reloaded,
               .reason = text,
               .api = text,
               .mode = text,
               .who = text,
               .channel = text,
               .events = events,
               .remote = text,
               .request = text,
               .connection = text,
               .details = text});
  std::string line;
  hasher hash{""};
  REQUIRE(append_line(line, {UINT64_MAX - 1, no_hash()}, body, hash).has_value());
  CHECK(line.size() < longest_line);
  CHECK(body.find(",\"more_events\":936") != std::string::npos);
}

TEST_CASE("times are written in UTC with milliseconds, and read to the second") {
  using std::chrono::milliseconds;
  CHECK(time_of(moment) == "2027-01-15T08:00:00.007Z");
  CHECK(time_of(moment + milliseconds{999}) == "2027-01-15T08:00:01.006Z");
  CHECK(time_of(moment) == "2027-01-15T08:00:00.007Z");
  CHECK(time_of({}) == "1970-01-01T00:00:00.000Z");
  CHECK(parse_time("2027-01-15T08:00:00.007Z") == std::chrono::floor<std::chrono::seconds>(moment));
  CHECK_FALSE(parse_time("2027-02-29T08:00:00.007Z"));
  CHECK_FALSE(parse_time("2027-01-15T24:00:00.007Z"));
  CHECK_FALSE(parse_time("2027-01-15T08:00:00Z"));
  CHECK_FALSE(parse_time("2027-01-15 08:00:00.007Z"));
}

TEST_CASE("a level says what is recorded") {
  static_assert(!wants(level::off, outcome::denied) && !wants(level::off, outcome::allowed));
  static_assert(wants(level::denied, outcome::denied) && !wants(level::denied, outcome::allowed));
  static_assert(wants(level::all, outcome::denied) && wants(level::all, outcome::allowed));
}
