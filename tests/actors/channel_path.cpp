#include "actors/channel_path.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <string_view>
#include <vector>

using actormesh::channel_path;

namespace {

const std::string fifty(50, 'a');
const std::string fifty_one(51, 'a');

/// What `text` is as a channel: its canonical name, or empty if it is none.
std::string channel(std::string_view text) {
  const auto path = channel_path::parse_channel(text);
  return path ? path->text() : std::string{};
}

std::string subscription(std::string_view text) {
  const auto path = channel_path::parse_subscription(text);
  return path ? path->text() : std::string{};
}

std::vector<std::string> patterns_of(std::string_view path) {
  std::vector<std::string> found;
  std::string scratch;
  actormesh::for_each_pattern(path, scratch,
                              [&found](std::string_view pattern) { found.emplace_back(pattern); });
  return found;
}

} // namespace

TEST_CASE("a channel has one canonical name, however its slashes are written") {
  struct row {
    std::string text;
    std::string canonical;
  };
  const auto given = GENERATE(values<row>({
      {"news", "/news"},
      {"/news", "/news"},
      {"news/", "/news"},
      {"/news/", "/news"},
      {"default/orders", "/default/orders"},
      {"/default/orders/", "/default/orders"},
      {"a/b/c/d/e", "/a/b/c/d/e"},
      {"/a/b/c/d/e/", "/a/b/c/d/e"},
      {"A/a", "/A/a"},
      {"0/9/z/Z", "/0/9/z/Z"},
      {"a-b", "/a-b"},
      {"a--b", "/a--b"},
      {fifty, "/" + fifty},
      {"/a/" + fifty + "/", "/a/" + fifty},
      {"a" + std::string(48, '-') + "a", "/a" + std::string(48, '-') + "a"},
  }));
  CAPTURE(given.text);
  CHECK(channel(given.text) == given.canonical);
  CHECK(subscription(given.text) == given.canonical);
}

TEST_CASE("what is no channel is refused for publishing and for subscribing") {
  const auto text = GENERATE(values<std::string>({
      "",
      "/",
      "//",
      "//a",
      "a//",
      "a//b",
      "///a",
      "a/b/c/d/e/f",
      "/a/b/c/d/e/f/",
      fifty_one,
      "a/" + fifty_one,
      "a" + std::string(49, '-') + "a",
      "-",
      "-a",
      "a-",
      "a/-b",
      "a/b-/c",
      "a_b",
      "a.b",
      "a:b",
      "a@b",
      "a b",
      " a",
      "a ",
      "a\n",
      "a\\b",
      "a%2Fb",
      "a+b",
      "caf\xC3\xA9",
      "\xFF",
      std::string("a\0b", 3),
      "a/\xE2\x82\xAC",
  }));
  CAPTURE(text);
  CHECK(channel(text).empty());
  CHECK(subscription(text).empty());
}

TEST_CASE(
    "a pattern is a channel's name and a last segment of one asterisk, to subscribe to only") {
  struct row {
    std::string text;
    std::string canonical;
  };
  const auto given = GENERATE(values<row>({
      {"ns/*", "/ns/*"},
      {"/ns/*", "/ns/*"},
      {"/ns/*/", "/ns/*"},
      {"/ns/a/*", "/ns/a/*"},
      {"/a/b/c/d/*", "/a/b/c/d/*"},
      {"/" + fifty + "/*", "/" + fifty + "/*"},
  }));
  CAPTURE(given.text);
  CHECK(subscription(given.text) == given.canonical);
  CHECK(channel(given.text).empty());
}

TEST_CASE("an asterisk anywhere else is refused") {
  const auto text = GENERATE(values<std::string>({
      "*",
      "/*",
      "*/",
      "/*/",
      "*/*",
      "*/a",
      "/ns/*/a",
      "/ns/*/*",
      "/ns/**",
      "/ns/a*",
      "/ns/*a",
      "/ns*",
      "/ns//*",
      "/ns/*//",
      "/a/b/c/d/e/*",
      "/a_b/*",
  }));
  CAPTURE(text);
  CHECK(subscription(text).empty());
  CHECK(channel(text).empty());
}

TEST_CASE("a path knows its namespace, its segments and whether it is a pattern") {
  struct row {
    std::string text;
    std::string name_space;
    std::size_t segments;
    bool is_pattern;
  };
  const auto given = GENERATE(values<row>({
      {"news", "news", 1, false},
      {"default/orders/", "default", 2, false},
      {"a/b/c/d/e", "a", 5, false},
      {"ns/*", "ns", 2, true},
      {"a/b/c/d/*", "a", 5, true},
  }));
  const auto path = channel_path::parse_subscription(given.text);
  REQUIRE(path);
  CHECK(path->name_space() == given.name_space);
  CHECK(path->segments() == given.segments);
  CHECK(path->is_pattern() == given.is_pattern);
}

TEST_CASE("names are compared with their case") {
  CHECK(channel_path::parse_channel("/a/b") == channel_path::parse_channel("a/b/"));
  CHECK_FALSE(channel_path::parse_channel("/a/b") == channel_path::parse_channel("/a/B"));
}

TEST_CASE("the patterns over a channel are those of its parents") {
  CHECK(patterns_of("/ns").empty());
  CHECK(patterns_of("/ns/a") == std::vector<std::string>{"/ns/*"});
  CHECK(patterns_of("/a/b/c/d/e") ==
        std::vector<std::string>{"/a/*", "/a/b/*", "/a/b/c/*", "/a/b/c/d/*"});
}
