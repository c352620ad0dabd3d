#include "tests/process/metrics.hpp"
#include "tests/process/node_process.hpp"
#include "tests/process/web_socket.hpp"

#include <catch2/catch.hpp>

#include <deque>

namespace actormesh::process {

namespace {

/// Enough that each of two loops has some of them, whatever the kernel does: all but once in
/// 32,768 starts.
constexpr int connection_count = 16;

const node_options two_loops{.flags = {"--loops", "2"}};

std::deque<web_socket> connect_all(const node_process& node) {
  std::deque<web_socket> all;
  for (int i = 0; i < connection_count; ++i)
    all.emplace_back(node.port());
  return all;
}

} // namespace

TEST_CASE("Subscribers on all loops get each event exactly once, in each publisher's order") {
  node_process node{two_loops};
  auto subscribers = connect_all(node);
  for (auto& each : subscribers) {
    each.subscribe("s", "/default/a");
    each.subscribe("w", "/default/*");
  }
  auto publishers = connect_all(node);
  constexpr int count = 50;
  for (int i = 0; i < count; ++i)
    for (std::size_t p = 0; p < publishers.size(); ++p)
      publishers[p].send_text(
          publish_text("p", "/default/a",
                       {std::to_string(p * 1000 + static_cast<std::size_t>(i) * 2),
                        std::to_string(p * 1000 + static_cast<std::size_t>(i) * 2 + 1)}));
  for (auto& each : subscribers) {
    // By subscription and publisher: the number that must come next.
    std::vector<unsigned long> next[2]{std::vector<unsigned long>(publishers.size()),
                                       std::vector<unsigned long>(publishers.size())};
    for (std::size_t i = 0; i < publishers.size() * count * 2 * 2; ++i) {
      const auto text = each.read_text();
      REQUIRE(text.starts_with(R"({"type":"data","id":")"));
      const auto event = std::stoul(text.substr(text.find("\"event\":\"") + 9));
      auto& expected = next[text[21] == 's' ? 0 : 1][event / 1000];
      REQUIRE(event % 1000 == expected);
      ++expected;
    }
  }
  http_client http{node.port()};
  const auto published = publishers.size() * count * 2;
  const auto counted = wait_for_metrics(http, [&](const metrics& now) {
    return now["actormesh_deliveries_total"] ==
           static_cast<double>(published * subscribers.size() * 2);
  });
  REQUIRE(counted["actormesh_events_published_total"] == static_cast<double>(published));
  REQUIRE(counted.sum("actormesh_losses_total") == 0);
  for (auto& each : subscribers)
    each.require_silence();
}

TEST_CASE("An event that is published after subscribe_success is delivered, whatever the loop") {
  node_process node{two_loops};
  auto subscribers = connect_all(node);
  std::deque<http_client> publishers;
  for (int i = 0; i < connection_count; ++i)
    publishers.emplace_back(node.port());
  for (std::size_t round = 0; round < 200; ++round) {
    CAPTURE(round);
    auto& subscriber = subscribers[round % subscribers.size()];
    auto& publisher = publishers[round * 7 / 3 % publishers.size()];
    // A channel of its own: its first subscriber, and no other has asked for it.
    const auto name = "/default/round-" + std::to_string(round);
    const auto id = "s" + std::to_string(round);
    subscriber.subscribe(id, round % 2 == 0 ? name : name + "/*");
    publisher.publish(round % 2 == 0 ? name : name + "/a", {std::to_string(round)});
    REQUIRE(subscriber.read_event(id) == std::to_string(round));
  }
}

TEST_CASE("Subscribing to a channel again and again loses nothing that follows") {
  node_process node{two_loops};
  auto subscribers = connect_all(node);
  http_client publisher{node.port()};
  for (std::size_t round = 0; round < 200; ++round) {
    CAPTURE(round);
    auto& subscriber = subscribers[round * 5 / 3 % subscribers.size()];
    subscriber.subscribe("s", "/default/same");
    publisher.publish("/default/same", {std::to_string(round)});
    REQUIRE(subscriber.read_event("s") == std::to_string(round));
    REQUIRE(subscriber.ask(unsubscribe_text("s")) == R"({"type":"unsubscribe_success","id":"s"})");
  }
}

TEST_CASE("Events for a loop whose subscriber left are neither sent nor counted") {
  node_process node{two_loops};
  http_client http{node.port()};
  {
    auto subscribers = connect_all(node);
    for (auto& each : subscribers)
      each.subscribe("s", "/default/a");
    http.publish("/default/a", {"1"});
    for (auto& each : subscribers)
      REQUIRE(each.read_event("s") == "1");
  }
  wait_for_metrics(http, [](const metrics& now) {
    return now["actormesh_websocket_connections"] == 0 && now["actormesh_subscriptions"] == 0;
  });
  http.publish("/default/a", {"2"});
  const auto counted = read_metrics(http);
  REQUIRE(counted["actormesh_deliveries_total"] == connection_count);
  REQUIRE(counted.sum("actormesh_losses_total") == 0);
}

} // namespace actormesh::process
