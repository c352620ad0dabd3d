#include "tests/mesh/traffic.hpp"
#include "tests/process/http_client.hpp"
#include "tests/process/web_socket.hpp"

#include <catch2/catch.hpp>

#include <memory>
#include <string>
#include <vector>

namespace actormesh::mesh_tests {

using namespace std::chrono_literals;

TEST_CASE("What is published anywhere after subscribe_success arrives") {
  mesh_nodes nodes{{.size = 3}};
  nodes.start_all();
  // Links that have something to do: interest waits behind events.
  const auto run = start_run(nodes);
  run->counters().expect_others();
  const traffic load{.channels = {"/default/load"}, .pattern = "/default/load/*"};
  subscribe_everywhere(*run, nodes, load);
  publish_everywhere(*run, nodes, load);
  std::vector<std::unique_ptr<process::http_client>> publishers;
  for (const auto& each : nodes.places())
    publishers.push_back(std::make_unique<process::http_client>(each.port));
  constexpr std::size_t rounds = 300;
  for (std::size_t round = 0; round < rounds; ++round) {
    const auto at = round % nodes.size();
    process::web_socket client{nodes.place(at).port};
    const auto base = "/default/round" + std::to_string(round);
    const auto is_pattern = round % 2 == 1;
    client.subscribe("s", is_pattern ? base + "/*" : base + "/a");
    for (std::size_t other = 1; other < nodes.size(); ++other) {
      const auto text = std::to_string(nodes.size() * round + other);
      publishers[(at + other) % nodes.size()]->publish(base + "/a", {text});
      REQUIRE(client.read_event("s") == text);
    }
  }
  run->stop_publishing();
  run->settle(nodes.places());
  require_all(run->finish());
}

TEST_CASE("The first subscriber of a channel on a node waits for every peer, others don't") {
  mesh_nodes nodes{{.size = 3, .heartbeat_timeout = 60s}};
  nodes.start_all();
  process::web_socket first{nodes.place(0).port};
  process::web_socket second{nodes.place(0).port};
  process::http_client other{nodes.place(2).port};
  other.publish("/default/a", {"0"});

  nodes.freeze(2);
  first.send_text(process::subscribe_text("s", "/default/a"));
  // Node c has not confirmed, so a publish there would not arrive: nothing may be promised.
  CHECK_FALSE(first.socket().wait_for_input(300ms));
  nodes.thaw(2);
  REQUIRE(first.read_text() == R"({"type":"subscribe_success","id":"s"})");
  other.publish("/default/a", {"1"});
  REQUIRE(first.read_event("s") == "1");

  nodes.freeze(2);
  second.subscribe("s", "/default/a");
  nodes.thaw(2);
  other.publish("/default/a", {"2"});
  REQUIRE(first.read_event("s") == "2");
  REQUIRE(second.read_event("s") == "2");
}

TEST_CASE("A second subscriber waits as long as the first one has to") {
  mesh_nodes nodes{{.size = 2, .heartbeat_timeout = 60s}};
  nodes.start_all();
  process::web_socket first{nodes.place(0).port};
  process::web_socket second{nodes.place(0).port};
  nodes.freeze(1);
  for (auto* each : {&first, &second})
    each->send_text(process::subscribe_text("s", "/default/a"));
  CHECK_FALSE(first.socket().wait_for_input(300ms));
  CHECK_FALSE(second.socket().has_input());
  nodes.thaw(1);
  for (auto* each : {&first, &second})
    REQUIRE(each->read_text() == R"({"type":"subscribe_success","id":"s"})");
}

TEST_CASE("A peer that does not answer in time holds no subscriber up") {
  mesh_nodes nodes{{.size = 3, .heartbeat_timeout = short_timeout}};
  nodes.start_all();
  process::web_socket client{nodes.place(0).port};
  nodes.freeze(2);
  client.subscribe("s", "/default/a");
  process::http_client other{nodes.place(1).port};
  other.publish("/default/a", {"1"});
  REQUIRE(client.read_event("s") == "1");
  nodes.wait_until_down(0, 2);
  nodes.thaw(2);
  nodes.wait_until_linked();
  process::http_client frozen{nodes.place(2).port};
  frozen.publish("/default/a", {"2"});
  REQUIRE(client.read_event("s") == "2");
}

} // namespace actormesh::mesh_tests
