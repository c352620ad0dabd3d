#include "service/admission.hpp"

#include <catch2/catch.hpp>

#include <vector>

using namespace actormesh::service;
using actormesh::config::api_limits;
using verdict = admission::verdict;

namespace {

const auto first = boost::asio::ip::make_address("192.0.2.1");
const auto second = boost::asio::ip::make_address("2001:db8::1");
const std::chrono::steady_clock::time_point start{std::chrono::hours{1}};

} // namespace

SCENARIO("an API lets in a number of connections") {
  api_limits limits;
  limits.connections_per_second = 0;

  GIVEN("at most three in all") {
    limits.connections = 3;
    const auto door = std::make_shared<admission>(limits);
    std::vector<admission::ticket> inside;
    for (auto i = 0; i < 3; ++i)
      inside.push_back(door->ask(first, start).admitted);
    CHECK(door->connections() == 3);
    CHECK(door->ask(second, start).outcome == verdict::too_many);
    inside.pop_back();
    CHECK(door->connections() == 2);
    CHECK(door->ask(second, start).outcome == verdict::admitted);
    THEN("one that is asked for and not kept is gone again") { CHECK(door->connections() == 2); }
    THEN("a lower limit keeps those that are there") {
      limits.connections = 1;
      door->change_limits(limits);
      CHECK(door->connections() == 2);
      CHECK(door->ask(second, start).outcome == verdict::too_many);
    }
  }
  GIVEN("at most two from an address") {
    limits.connections_per_address = 2;
    const auto door = std::make_shared<admission>(limits);
    const auto a = door->ask(first, start);
    auto b = door->ask(first, start);
    CHECK(door->ask(first, start).outcome == verdict::too_many);
    CHECK(door->ask(second, start).outcome == verdict::admitted);
    b.admitted = {};
    CHECK(door->ask(first, start).outcome == verdict::admitted);
  }
  GIVEN("no limits") {
    const auto door = std::make_shared<admission>(limits);
    for (auto i = 0; i < 10'000; ++i)
      REQUIRE(door->ask(first, start).outcome == verdict::admitted);
  }
}

SCENARIO("an API lets in connections at a rate") {
  api_limits limits;
  limits.connections_per_second = 5;
  const auto door = std::make_shared<admission>(limits);
  for (auto i = 0; i < 5; ++i)
    CHECK(door->ask(first, start).outcome == verdict::admitted);
  CHECK(door->ask(second, start).outcome == verdict::rate_limited);
  CHECK(door->ask(second, start + std::chrono::milliseconds{200}).outcome == verdict::admitted);
}
