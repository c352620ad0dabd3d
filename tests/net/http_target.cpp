#include "net/http/target.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace actormesh::http;

TEST_CASE("targets have a path and a query") {
  struct row {
    const char* target;
    const char* path;
    const char* query;
  };
  const auto given = GENERATE(values<row>({
      {"/", "/", ""},
      {"/event", "/event", ""},
      {"/event?", "/event", ""},
      {"/event?a=b&c=%20", "/event", "a=b&c=%20"},
      {"/event?a?b", "/event", "a?b"},
      {"/event?a=/b:c@d", "/event", "a=/b:c@d"},
      // What browsers leave as it is.
      {"/event?a[]=\"|\"", "/event", "a[]=\"|\""},
      {"/%65vent", "/%65vent", ""},
      {"/v/../event", "/v/../event", ""},
      {"/a:b@c", "/a:b@c", ""},
      // To a proxy.
      {"http://host/event", "/event", ""},
      {"HTTPS://user@[::1]:443/event?a=b", "/event", "a=b"},
      {"http://host", "/", ""},
      {"http://host?a", "/", "a"},
  }));
  CAPTURE(given.target);
  const auto parts = split_target(given.target);
  REQUIRE(parts.has_value());
  CHECK(parts->path == given.path);
  CHECK(parts->query == given.query);
}

TEST_CASE("what is no target with a path is none") {
  const auto* const target =
      GENERATE("", "*", "?", "?a", "event", "host:443", "mailto:somebody", "://host/event",
               "http://[::1/event", "http://[::1]x/event", "http://h:80x/", "/%", "/%4", "/%zz",
               "/a b", "/a#b", "/a\"b", "/a|b", "/a\\b", "/\x7f", "/\xc3\xa4");
  CAPTURE(target);
  CHECK_FALSE(split_target(target).has_value());
}

TEST_CASE("the parts of a target are pieces of it") {
  const std::string target = "/event?query";
  const auto parts = split_target(target);
  REQUIRE(parts.has_value());
  CHECK(parts->path.data() == target.data());
  CHECK(parts->query.data() == target.data() + 7);
}
