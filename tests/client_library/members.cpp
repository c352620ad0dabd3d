#include "tests/client_library/nodes.hpp"

#include <catch2/catch.hpp>

#include <csignal>

namespace actormesh::client_tests {

using client::outcome;

namespace {

client::options member_of(const std::vector<std::string>& nodes) {
  auto how = options_for(nodes);
  how.how = client::role::as_member;
  how.api_key.clear();
  return how;
}

} // namespace

TEST_CASE("A member is linked with all nodes, and outlives any of them") {
  mesh_node a{"a"};
  mesh_node b{"b", {}, {a.address}};
  b.process.wait_for_log("mesh link up");
  auto how = member_of({a.address});
  how.name = "m";
  client::mesh_client member{system(), how};
  recorder states;
  recorder seen;
  recorder others;
  member.watch(states.actor());
  states.read_to("connected m");
  a.process.wait_for_log("peer=m");
  b.process.wait_for_log("peer=m");
  member.subscribe("/default/*", seen.actor());
  seen.read_to("subscribed /default/*");
  client::mesh_client other{system(), options_for({b.address})};
  other.subscribe("/default/x", others.actor());
  others.read_to("subscribed /default/x");

  CHECK(get(other.publish("/default/x", {"1"})).all_ok());
  CHECK(seen.next() == "/default/x 1");
  CHECK(others.next() == "/default/x 1");
  CHECK(get(member.publish("/default/x", {"2", "3", "4", "5", "6", "7"})).all_ok());
  for (const auto* each : {"2", "3", "4", "5", "6", "7"}) {
    CHECK(others.next() == std::string{"/default/x "} + each);
    CHECK(seen.next() == std::string{"/default/x "} + each);
  }
  process::http_client http{a.process.port()};
  http.publish("/default/y", {"8"});
  CHECK(seen.next() == "/default/y 8");

  a.process.signal(SIGKILL);
  CHECK(a.process.wait_for_exit() == 128 + SIGKILL);
  CHECK(get(member.publish("/default/x", {"9"})).all_ok());
  CHECK(others.next() == "/default/x 9");
  CHECK(get(other.publish("/default/x", {"10"})).all_ok());
  seen.read_to("/default/x 10");
  CHECK(states.waiting() == 0);

  member.leave();
  CHECK(seen.next() == "ended /default/* left");
  CHECK(states.next() == "left");
  b.process.wait_for_log("peer=m reason=left");
}

TEST_CASE("A member's publishes are checked") {
  mesh_node a{"a"};
  client::mesh_client member{system(), member_of({a.address})};
  CHECK(get(member.publish("/default/x", {"1"})).all_ok());
  CHECK(get(member.publish("/default/*", {"1"})).what == outcome::invalid_channel);
  CHECK(get(member.publish("/default/x", {})).what == outcome::no_events);
  CHECK(get(member.publish("/default/x", {"{"})).what == outcome::event_not_json);
  recorder seen;
  member.subscribe("/default/*/x", seen.actor());
  CHECK(seen.next() == "ended /default/*/x invalid_channel");
}

TEST_CASE("A member drops what its subscribers do not take, and tells them") {
  mesh_node a{"a"};
  auto how = member_of({a.address});
  how.queue_bytes = 100'000;
  client::mesh_client member{system(), how};
  client::mesh_client quick{system(), options_for({a.address})};
  recorder seen;
  recorder others;
  member.subscribe("/default/x", seen.actor());
  seen.read_to("subscribed /default/x");
  quick.subscribe("/default/x", others.actor());
  others.read_to("subscribed /default/x");
  seen.stall();
  constexpr int many = 50;
  const auto event = '"' + std::string(10'000, 'x') + '"';
  for (int i = 0; i < many; ++i) {
    REQUIRE(get(quick.publish("/default/x", {event})).all_ok());
    others.next_like("/default/x ");
  }
  seen.go_on();
  std::size_t lost = 0;
  std::size_t got = 0;
  // It is told at the latest with the next event that is sent to it.
  for (std::size_t published = many; lost + got < published;) {
    const auto line = seen.next();
    if (line.starts_with("lost "))
      lost += std::stoul(line.substr(5));
    else
      ++got;
  }
  CHECK(lost > 0);
}

} // namespace actormesh::client_tests
