#include "actors/mesh/local_interest.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <vector>

using actormesh::mesh::local_interest;

namespace {

std::vector<std::uint64_t> tickets(const std::vector<local_interest::waiter>& list) {
  std::vector<std::uint64_t> result;
  for (const auto& each : list)
    result.push_back(each.ticket);
  std::ranges::sort(result);
  return result;
}

} // namespace

TEST_CASE("A node is interested as long as one of its loops is") {
  local_interest interest;
  CHECK(interest.gained("api/ns/a", {0, 1}));
  CHECK_FALSE(interest.gained("api/ns/a", {1, 1}));
  CHECK(interest.loops_of("api/ns/a") == 0b11);
  CHECK_FALSE(interest.lost("api/ns/a", 0));
  CHECK(interest.loops_of("api/ns/a") == 0b10);
  CHECK(interest.lost("api/ns/a", 1));
  CHECK(interest.loops_of("api/ns/a") == 0);
  CHECK_FALSE(interest.lost("api/ns/a", 1));
}

TEST_CASE("A pattern counts for the channels below it") {
  local_interest interest;
  CHECK(interest.gained("api/ns/*", {2, 1}));
  CHECK(interest.gained("api/ns/a/*", {3, 1}));
  CHECK(interest.gained("api/ns/a", {4, 1}));
  CHECK(interest.loops_of("api/ns/a") == 0b10100);
  CHECK(interest.loops_of("api/ns/a/b") == 0b01100);
  CHECK(interest.loops_of("api/ns") == 0);
  CHECK(interest.channels() == 1);
  CHECK(interest.patterns() == 2);
  CHECK(interest.lost("api/ns/*", 2));
  CHECK(interest.patterns() == 1);
}

TEST_CASE("Who waits for a change is let go when all other nodes have seen it") {
  local_interest interest;
  interest.gained("api/ns/a", {0, 1});
  interest.gained("api/ns/b", {0, 2});
  // Waits for the first change again, since that is when the node became interested.
  interest.gained("api/ns/a", {1, 3});
  CHECK(interest.version() == 2);
  CHECK(tickets(interest.take_confirmed(0)).empty());
  CHECK(tickets(interest.take_confirmed(1)) == std::vector<std::uint64_t>{1, 3});
  CHECK(tickets(interest.take_confirmed(2)) == std::vector<std::uint64_t>{2});
  CHECK_FALSE(interest.anybody_waits());
}

TEST_CASE("Interest that is lost and gained again has to be seen again") {
  local_interest interest;
  interest.gained("api/ns/a", {0, 1});
  CHECK(tickets(interest.take_confirmed(1)).size() == 1);
  interest.lost("api/ns/a", 0);
  interest.gained("api/ns/a", {0, 2});
  CHECK(tickets(interest.take_confirmed(2)).empty());
  CHECK(tickets(interest.take_confirmed(3)) == std::vector<std::uint64_t>{2});
}
