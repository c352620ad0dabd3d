#include "tests/client_library/nodes.hpp"

#include <catch2/catch.hpp>

namespace actormesh::client_tests {

namespace {

constexpr int many = 400;

/// Numbered, and large, so that few of them fill what is between a node and an actor.
std::string event(int number) {
  return '"' + std::to_string(number) + '-' + std::string(100'000, 'x') + '"';
}

int number_of(const std::string& line) { return std::stoi(line.substr(line.find('"') + 1)); }

/// A node with little room for a client, one subscriber that does not keep up, and one that does.
struct scene {
  explicit scene(const std::string& policy)
    : a{"a",
        {.namespaces = "[{name: default, slow_consumer: " + policy + "}]",
         .flags = {"--loops", "1", "--set", "mesh.client_queue_bytes=256KiB"}}}
    , slow_client{system(), with_small_queue(a.address)}
    , quick_client{system(), options_for({a.address})} {
    slow_client.watch(states.actor());
    states.read_to("connected a");
    slow_client.subscribe("/default/x", slow.actor());
    slow.read_to("subscribed /default/x");
    slow.stall();
    quick_client.subscribe("/default/x", quick.actor());
    quick.read_to("subscribed /default/x");
  }

  static client::options with_small_queue(const std::string& address) {
    auto how = options_for({address});
    how.queue_bytes = 100'000;
    return how;
  }

  void publish_all() {
    for (int i = 0; i < many; ++i) {
      http.publish("/default/x", {event(i)});
      REQUIRE(number_of(quick.next()) == i);
    }
  }

  /// Each event was delivered to, or lost for, both.
  void require_sums() {
    const auto counted = process::wait_for_metrics(http, [](const auto& now) {
      return now["actormesh_deliveries_total"] + now.sum("actormesh_losses_total") >= 2.0 * many;
    });
    CHECK(counted["actormesh_deliveries_total"] + counted.sum("actormesh_losses_total") ==
          2.0 * many);
  }

  struct account {
    int got = 0;
    int told = 0; ///< Losses that it was told of.
  };

  /// Reads what the slow one got, up to this event.
  account read_slow_to(int last) {
    account sums;
    for (auto at = -1; at != last;) {
      const auto line = slow.next();
      if (line.starts_with("lost ")) {
        sums.told += std::stoi(line.substr(5));
        continue;
      }
      REQUIRE(number_of(line) > at);
      at = number_of(line);
      ++sums.got;
    }
    return sums;
  }

  double lost(const std::string& reason) {
    return process::read_metrics(http)["actormesh_losses_total{reason=\"" + reason + "\"}"];
  }

  recorder states;
  recorder slow;
  recorder quick;
  mesh_node a;
  client::mesh_client slow_client;
  client::mesh_client quick_client;
  process::http_client http{a.process.port()};
};

} // namespace

TEST_CASE("A client that cannot keep up is disconnected, and comes back") {
  scene now{"disconnect"};
  now.publish_all();
  now.slow.go_on();
  now.states.read_to("reconnecting");
  now.states.read_to("connected a");
  now.slow.read_to("resubscribed /default/x");
  CHECK(now.lost("slow_consumer_disconnected") > 0);
  // While it was stalled it may have come back and been disconnected several times.
  process::wait_for_metrics(
      now.http, [](const auto& metrics) { return metrics["actormesh_subscriptions"] == 2.0; });
  now.http.publish("/default/x", {event(many)});
  // It may have been back before everything was published.
  auto last = -1;
  while (last != many) {
    const auto line = now.slow.next();
    if (line.starts_with("lost ") || line.starts_with("resubscribed "))
      continue;
    const auto number = number_of(line);
    REQUIRE(number > last);
    last = number;
  }
}

TEST_CASE("With drop_oldest a client that cannot keep up finds the latest events") {
  scene now{"drop_oldest"};
  now.publish_all();
  now.slow.go_on();
  const auto [got, told] = now.read_slow_to(many - 1);
  CHECK(told > 0);
  CHECK(got + told == many);
  CHECK(now.lost("slow_consumer_dropped_oldest") == told);
  now.require_sums();
}

TEST_CASE("With drop_newest a client that cannot keep up finds the oldest events") {
  scene now{"drop_newest"};
  now.publish_all();
  const auto lost = now.lost("slow_consumer_dropped_newest");
  CHECK(lost > 0);
  now.slow.go_on();
  now.require_sums();
  // There is room again.
  now.http.publish("/default/x", {event(many)});
  const auto [got, told] = now.read_slow_to(many);
  CHECK(told == lost);
  CHECK(got + told == many + 1);
}

} // namespace actormesh::client_tests
