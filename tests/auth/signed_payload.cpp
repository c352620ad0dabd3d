#include "auth/signed_payload.hpp"

#include "text/hex.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <type_traits>
#include <vector>

using namespace actormesh::auth;

namespace {

/// As an edge would: each text of the list, piece by piece, with the text before it.
bool write_each(const signed_payload::source& from, std::size_t index, body_writer& to) {
  if (index >= from.list.size())
    return false;
  to.append(from.text);
  for (const auto& c : from.list[index])
    to.append({&c, 1});
  return true;
}

} // namespace

TEST_CASE("a body is signed as it is") {
  for (const std::string body : {"", "{ \"channel\" : \"a/b\" }<"}) {
    CAPTURE(body);
    const auto payload = signed_payload::of_body(body);
    CHECK(payload.text(0) == body);
    REQUIRE(payload.hash(0));
    CHECK(actormesh::text::to_hex(view(*payload.hash(0))) == sha256_hex(body));
    CHECK_FALSE(payload.text(1));
    CHECK_FALSE(payload.hash(1));
    CHECK_FALSE(payload.hash(2));
  }
}

TEST_CASE("a body can't be left out") {
  CHECK_FALSE(std::is_default_constructible_v<signed_payload>);
}

TEST_CASE("an edge writes the bodies that there can be") {
  const std::vector<std::string> list{"one", "two"};
  const signed_payload payload{&write_each, {"a ", list}};
  CHECK(payload.text(0) == "a one");
  CHECK(payload.text(1) == "a two");
  CHECK_FALSE(payload.text(2));
  CHECK(actormesh::text::to_hex(view(*payload.hash(1))) == sha256_hex("a two"));
  CHECK_FALSE(payload.hash(2));
}

TEST_CASE("hashes do not depend on how a body is gathered") {
  // Around the size at which pieces are passed on, and far above it.
  for (const std::size_t size : {1U, 1023U, 1024U, 1025U, 2047U, 2048U, 2049U, 100'000U}) {
    CAPTURE(size);
    const std::string large(size, 'x');
    const std::vector<std::string> list{"y", std::string(size, 'y')};
    const signed_payload payload{&write_each, {large, list}};
    CHECK(payload.text(0) == large + "y");
    CHECK(actormesh::text::to_hex(view(*payload.hash(0))) == sha256_hex(large + "y"));
    CHECK(payload.text(1) == large + list[1]);
    CHECK(actormesh::text::to_hex(view(*payload.hash(1))) == sha256_hex(large + list[1]));
  }
}
