#include "tests/mesh/traffic.hpp"
#include "tests/process/http_client.hpp"
#include "tests/process/web_socket.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <set>

namespace actormesh::mesh_tests {

using namespace std::chrono_literals;

namespace {

/// Per publisher; with six of them, enough to be in the middle of something all the time.
constexpr double load = 400;

} // namespace

TEST_CASE("kill -9 of a node: others miss nothing of others, and its clients go on elsewhere") {
  mesh_nodes nodes{{.size = 3}};
  nodes.start_all();
  const auto run = start_run(nodes);
  const traffic how{.on_break = failover::yes, .publishes_per_second = load};
  subscribe_everywhere(*run, nodes, how);
  publish_everywhere(*run, nodes, how);
  run->wait_for_acknowledged(1'000);
  run->counters().forget("c");
  nodes.kill(2);
  run->book().node_died("c");
  run->wait_until_subscribed();
  run->wait_for_acknowledged(2'000);
  nodes.wait_until_down(0, 2);
  nodes.wait_until_down(1, 2);
  run->stop_publishing();
  run->settle(nodes.places());
  const auto sums = run->finish();
  require_agreement(sums);
  INFO(ledger::to_table(sums));
  REQUIRE(sums.missing_at_peers == 0);
  REQUIRE(sums.missing_locally == 0);
  for (const auto& each : sums.publishers) {
    if (each.name.starts_with("c-"))
      REQUIRE_FALSE(each.reconnects.empty());
    else
      REQUIRE(each.unknown == 0);
  }
  for (const auto& each : sums.subscriptions)
    REQUIRE(each.reconnects.empty() == !each.nodes.starts_with("c"));
}

TEST_CASE("A node killed and started again is a new one, and nothing of the old one lingers") {
  mesh_nodes nodes{{.size = 3}};
  nodes.start_all();
  process::web_socket client{nodes.place(2).port};
  client.subscribe("s", "/default/a");
  client.subscribe("p", "/default/b/*");
  const auto old =
      nodes
          .wait_for_page(0, "the interest of c",
                         [](const mesh_page& now) { return now.find("c")->their_interest == 2; })
          .find("c")
          ->incarnation;
  nodes.kill(2);
  nodes.start(2);
  nodes.wait_until_linked();
  for (const std::size_t node : {0U, 1U}) {
    const auto page = nodes.wait_for_page(node, "the new c", [&](const mesh_page& now) {
      return now.find("c")->incarnation == nodes.page(2).incarnation;
    });
    INFO(page.text);
    REQUIRE(page.peers.size() == 2);
    REQUIRE(page.find("c")->incarnation != old);
    REQUIRE(page.find("c")->their_interest == 0);
  }
  // It gets nothing that only its predecessor asked for.
  process::http_client http{nodes.place(0).port};
  http.publish("/default/a", {"1"});
  process::web_socket fresh{nodes.place(2).port};
  fresh.subscribe("s", "/default/c");
  http.publish("/default/c", {"2"});
  REQUIRE(fresh.read_event("s") == "2");
  const auto page = nodes.wait_for_page(
      2, "an event", [](const mesh_page& now) { return now.find("a")->events_received > 0; });
  INFO(page.text);
  REQUIRE(page.find("a")->events_received == 1);
  require_that_all_comes(nodes, 100);
}

TEST_CASE("A mesh whose nodes are killed one after the other recovers each time") {
  mesh_nodes nodes{{.size = 3}};
  nodes.start_all();
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    nodes.kill(i);
    nodes.start(i);
    nodes.wait_until_linked();
    require_that_all_comes(nodes, 50);
  }
}

TEST_CASE("A frozen node is noticed, its losses are counted, and it comes back") {
  mesh_nodes nodes{{.size = 3, .heartbeat_timeout = short_timeout}};
  nodes.start_all();
  const auto run = start_run(nodes);
  const traffic how{.publishes_per_second = load, .patience = 30s};
  subscribe_everywhere(*run, nodes, how);
  publish_everywhere(*run, nodes, how);
  run->wait_for_acknowledged(1'000);
  nodes.freeze(2);
  nodes.wait_until_down(0, 2);
  nodes.wait_until_down(1, 2);
  run->wait_for_acknowledged(1'000);
  nodes.thaw(2);
  nodes.wait_until_linked();
  nodes.wait_until_agreed(how.interest());
  run->wait_for_acknowledged(1'000);
  run->stop_publishing();
  run->settle(nodes.places());
  const auto sums = run->finish();
  require_agreement(sums);
  INFO(ledger::to_table(sums));
  // It was away for a while, and everybody had something for it.
  REQUIRE(sums.counted.loss("peer_down") > 0);
  REQUIRE(sums.missing() > 0);
  for (const auto& each : sums.subscriptions) {
    for (const auto& gap : each.gaps) {
      CAPTURE(each.name, each.nodes, gap.publisher);
      REQUIRE((each.nodes == "c" || gap.publisher.starts_with("c-")));
    }
  }
  require_that_all_comes(nodes, 100);
}

TEST_CASE("What waits for a frozen node when it is given up is counted") {
  mesh_nodes nodes{{.size = 2, .heartbeat_timeout = short_timeout}};
  nodes.start_all();
  const auto run = start_run(nodes);
  run->subscribe({.client = {.places = {nodes.place(1)}}, .channels = {"/default/x"}});
  run->wait_until_subscribed();
  nodes.freeze(1);
  // More than the system buffers, less than the link's queue takes.
  run->publish({.client = {.places = {nodes.place(0)}},
                .how = ledger::transport::websocket,
                .channels = {"/default/x"},
                .in_flight = 10,
                .event_bytes = 100'000,
                .events = 300});
  run->wait_for_publishers();
  run->stop_publishing();
  nodes.wait_until_down(0, 1);
  nodes.thaw(1);
  nodes.wait_until_linked();
  nodes.wait_for_page(0, "interest of b",
                      [](const mesh_page& now) { return now.find("b")->their_interest == 1; });
  run->settle(nodes.places());
  const auto sums = run->finish();
  require_agreement(sums);
  INFO(ledger::to_table(sums));
  // Some had been written, and nobody knows what became of them; others had not.
  REQUIRE(sums.counted.loss("peer_unconfirmed") > 0);
  REQUIRE(sums.counted.loss("peer_down") > 0);
  REQUIRE(sums.missing() >= sums.counted.loss("peer_down"));
}

TEST_CASE("A node frozen for less than the timeout loses nothing") {
  mesh_nodes nodes{{.size = 3, .heartbeat_timeout = 30s}};
  nodes.start_all();
  const auto run = start_run(nodes);
  const traffic how{.publishes_per_second = load, .patience = 30s};
  subscribe_everywhere(*run, nodes, how);
  publish_everywhere(*run, nodes, how);
  for (int i = 0; i < 3; ++i) {
    run->wait_for_acknowledged(500);
    nodes.freeze(2);
    run->wait_for_acknowledged(500);
    nodes.thaw(2);
  }
  run->stop_publishing();
  run->settle(nodes.places());
  const auto sums = run->finish();
  require_all(sums);
  REQUIRE(sums.counted.peer_losses() == 0);
}

TEST_CASE("A rolling restart of all nodes loses nothing of who is connected") {
  mesh_nodes nodes{{.size = 3}};
  nodes.start_all();
  const auto run = start_run(nodes);
  const traffic how{.on_break = failover::yes, .publishes_per_second = load};
  subscribe_everywhere(*run, nodes, how);
  publish_everywhere(*run, nodes, how);
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    run->wait_for_acknowledged(500);
    run->counters().end(nodes.place(i));
    nodes.stop(i);
    run->wait_until_subscribed();
    nodes.start(i);
    nodes.wait_until_linked();
    run->counters().begin_at_start(nodes.place(i));
    run->wait_for_acknowledged(500);
  }
  run->stop_publishing();
  run->wait_until_subscribed();
  run->settle(nodes.places());
  const auto sums = run->finish();
  require_all(sums);
  INFO(ledger::to_table(sums));
  for (const auto& each : sums.publishers)
    if (!each.name.starts_with("last-"))
      REQUIRE_FALSE(each.reconnects.empty());
}

TEST_CASE("A graceful stop loses nothing that was acknowledged") {
  mesh_nodes nodes{{.size = 3}};
  nodes.start_all();
  // b and c subscribe; everything is published at a, as fast as it goes.
  const auto run = start_run(nodes);
  for (const std::size_t node : {1U, 2U})
    for (const auto* channel : {"/default/x", "/default/*"})
      run->subscribe({.client = {.places = {nodes.place(node)}}, .channels = {channel}});
  run->wait_until_subscribed();
  for (const auto kind : {ledger::transport::http, ledger::transport::websocket})
    run->publish({.client = {.places = {nodes.place(0)}},
                  .how = kind,
                  .channels = {"/default/x"},
                  .in_flight = 50,
                  .events_per_publish = 2});
  run->wait_for_acknowledged(5'000);
  run->counters().end(nodes.place(0));
  nodes.stop(0);
  nodes.wait_until_down(1, 0);
  nodes.wait_until_down(2, 0);
  run->stop_publishing();
  run->settle(nodes.places());
  require_all(run->finish());
}

TEST_CASE("A node that stops waits for a peer that is slow") {
  mesh_nodes nodes{{.size = 3, .heartbeat_timeout = 60s}};
  nodes.start_all();
  const auto run = start_run(nodes);
  for (const std::size_t node : {1U, 2U})
    run->subscribe({.client = {.places = {nodes.place(node)}}, .channels = {"/default/x"}});
  run->wait_until_subscribed();
  nodes.freeze(2);
  run->publish({.client = {.places = {nodes.place(0)}},
                .how = ledger::transport::websocket,
                .channels = {"/default/x"},
                .in_flight = 10,
                .event_bytes = 100'000,
                .events = 300});
  run->wait_for_publishers();
  nodes.wait_for_page(0, "events wait for c",
                      [](const mesh_page& now) { return now.find("c")->queued_bytes > 1'000'000; });
  run->stop_publishing();
  run->counters().end(nodes.place(0));
  nodes.node(0).signal(SIGTERM);
  nodes.node(0).wait_for_log("stopping");
  nodes.thaw(2);
  nodes.wait_for_exit(0);
  run->settle(nodes.places());
  const auto sums = run->finish();
  require_all(sums);
  REQUIRE(sums.acknowledged() >= 300);
}

} // namespace actormesh::mesh_tests
