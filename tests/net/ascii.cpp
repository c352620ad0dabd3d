#include "net/ascii.hpp"

#include <catch2/catch.hpp>

using actormesh::net::same_name;

TEST_CASE("names are the same in any case") {
  CHECK(same_name("", ""));
  CHECK(same_name("Content-Type", "content-TYPE"));
  CHECK_FALSE(same_name("a", ""));
  CHECK_FALSE(same_name("host", "hosts"));
  CHECK_FALSE(same_name("host", "hosT2"));
  // Only letters have a case.
  CHECK_FALSE(same_name("[", "{"));
  CHECK_FALSE(same_name("@", "`"));
  CHECK_FALSE(same_name("\xc3\x84", "\xc3\xa4"));
}
