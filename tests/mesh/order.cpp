#include "tests/mesh/traffic.hpp"

#include <catch2/catch.hpp>

namespace actormesh::mesh_tests {

namespace {

void publish_in_order(const std::string& loops, ledger::publisher_options how) {
  mesh_nodes nodes{{.size = 3, .loops = loops}};
  nodes.start_all();
  const auto run = start_run(nodes);
  subscribe_everywhere(*run, nodes, {.channels = {"/default/x"}});
  how.client.places = {nodes.place(0)};
  how.client.patience = process::patience;
  how.channels = {"/default/x", "/default/x/y"};
  run->publish(how);
  run->wait_for_publishers();
  run->settle(nodes.places());
  const auto sums = run->finish();
  require_all(sums);
  REQUIRE(sums.acknowledged() >= how.events);
}

} // namespace

TEST_CASE("Thousands of events of one WebSocket stay in order on every node") {
  publish_in_order("1", {.how = ledger::transport::websocket,
                         .in_flight = 100,
                         .events_per_publish = 5,
                         .events = 20'000});
}

TEST_CASE("Thousands of events of one WebSocket stay in order across loops and nodes") {
  publish_in_order("3", {.how = ledger::transport::websocket, .in_flight = 100, .events = 10'000});
}

TEST_CASE("Pipelined publishes of one HTTP connection stay in order on every node") {
  publish_in_order(
      "2",
      {.how = ledger::transport::http, .in_flight = 20, .events_per_publish = 2, .events = 6'000});
}

TEST_CASE("Large events stay whole and in order") {
  publish_in_order("1", {.how = ledger::transport::websocket,
                         .in_flight = 20,
                         .event_bytes = 100'000,
                         .events = process::sanitized ? 50U : 500U});
}

} // namespace actormesh::mesh_tests
