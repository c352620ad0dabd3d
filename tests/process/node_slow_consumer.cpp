#include "tests/process/metrics.hpp"
#include "tests/process/node_process.hpp"
#include "tests/process/web_socket.hpp"

#include <catch2/catch.hpp>

#include <deque>

namespace actormesh::process {

namespace {

constexpr const char* dropped_oldest =
    "actormesh_losses_total{reason=\"slow_consumer_dropped_oldest\"}";
constexpr const char* dropped_newest =
    "actormesh_losses_total{reason=\"slow_consumer_dropped_newest\"}";
constexpr const char* disconnected =
    "actormesh_losses_total{reason=\"slow_consumer_disconnected\"}";

/// Numbered, and large, so that few of them fill what the kernel buffers.
std::string event(int number) {
  return json_string(std::to_string(number) + '-' + std::string(100'000, 'x'));
}

int number_of(const std::string& what) { return std::stoi(what.substr(1)); }

/// A node where one subscriber does not read and another one does.
struct scene {
  explicit scene(const std::string& policy)
    : node{{.namespaces = "[{name: default, slow_consumer: " + policy + "}]",
            .flags = {"--loops", "1", "--set", "websocket.queue_bytes=256KiB"}}} {
    stalled.subscribe("s", "/default/a");
    reading.subscribe("r", "/default/a");
  }

  /// Publishes until the node has lost events; the other subscriber gets each at once.
  void publish_until_lost(const char* reason) {
    constexpr int many = 400;
    for (; published < many; ++published) {
      http.publish("/default/a", {event(published)});
      REQUIRE(number_of(reading.read_event("r")) == published);
      if (published % 10 == 9 && read_metrics(http)[reason] >= 5)
        return void(++published);
    }
    FAIL("expected losses after " << many << " events");
  }

  /// What was published to both is delivered or lost.
  void require_sums() {
    const auto counted = wait_for_metrics(http, [&](const metrics& now) {
      return now["actormesh_deliveries_total"] + now.sum("actormesh_losses_total") >=
             2.0 * published;
    });
    REQUIRE(counted["actormesh_deliveries_total"] + counted.sum("actormesh_losses_total") ==
            2.0 * published);
    REQUIRE(counted["actormesh_events_published_total"] == published);
  }

  node_process node;
  web_socket stalled{node.port(), {.receive_buffer = 4096}};
  web_socket reading{node.port()};
  http_client http{node.port()};
  int published = 0;
};

} // namespace

TEST_CASE("A subscriber that stops reading is disconnected and harms nobody") {
  scene now{"disconnect"};
  constexpr int many = 400;
  for (; now.published < many; ++now.published) {
    now.http.publish("/default/a", {event(now.published)});
    REQUIRE(number_of(now.reading.read_event("r")) == now.published);
    if (read_metrics(now.http)[disconnected] > 0)
      break;
  }
  REQUIRE(now.published < many);
  ++now.published;
  const auto counted = read_metrics(now.http);
  REQUIRE(counted.sum("actormesh_losses_total") == counted[disconnected]);
  now.require_sums();
  // What it was given before is whole and in order; then the connection ends.
  (void)now.stalled.socket().read_to_end();
  now.node.wait_for_log("slow_consumer");
  // Nothing more is meant for it.
  now.http.publish("/default/a", {"1"});
  REQUIRE(now.reading.read_event("r") == "1");
  REQUIRE(read_metrics(now.http).sum("actormesh_losses_total") == counted[disconnected]);
}

TEST_CASE("With drop_oldest a subscriber that stopped reading finds the latest events") {
  scene now{"drop_oldest"};
  now.publish_until_lost(dropped_oldest);
  // It reads on: some early events, a gap, then the last one.
  int got = -1;
  int seen = 0;
  while (got + 1 < now.published) {
    const auto next = number_of(now.stalled.read_event("s"));
    REQUIRE(next > got);
    got = next;
    ++seen;
  }
  now.require_sums();
  const auto counted = read_metrics(now.http);
  REQUIRE(counted[dropped_oldest] == now.published - seen);
  REQUIRE(counted.sum("actormesh_losses_total") == counted[dropped_oldest]);
  now.stalled.require_silence();
}

TEST_CASE("With drop_newest a subscriber that stopped reading finds the oldest events") {
  scene now{"drop_newest"};
  now.publish_until_lost(dropped_newest);
  const auto lost = read_metrics(now.http)[dropped_newest];
  // It reads on: everything up to the gap without one missing.
  const auto kept = now.published - static_cast<int>(lost);
  for (int i = 0; i < kept; ++i)
    REQUIRE(number_of(now.stalled.read_event("s")) == i);
  now.stalled.require_silence();
  now.require_sums();
  now.http.publish("/default/a", {event(now.published)});
  REQUIRE(number_of(now.stalled.read_event("s")) == now.published);
}

TEST_CASE("On several loops a subscriber that stops reading delays nobody, and the sums agree") {
  node_process node{{.namespaces = "[{name: default, slow_consumer: drop_newest}]",
                     .flags = {"--loops", "2", "--set", "websocket.queue_bytes=256KiB"}}};
  constexpr std::size_t pairs = 8;
  std::deque<web_socket> stalled;
  std::deque<web_socket> reading;
  for (std::size_t i = 0; i < pairs; ++i) {
    stalled.emplace_back(node.port(), web_socket::options{.receive_buffer = 4096});
    stalled.back().subscribe("s", "/default/*");
    reading.emplace_back(node.port());
    reading.back().subscribe("r", "/default/a");
  }
  http_client http{node.port()};
  constexpr int count = 60;
  for (int i = 0; i < count; ++i) {
    http.publish("/default/a", {event(i)});
    for (auto& each : reading)
      REQUIRE(number_of(each.read_event("r")) == i);
  }
  // Those that stalled go: what still waits for them is lost, and counted too.
  for (auto& each : stalled)
    each.socket().reset();
  const auto counted = wait_for_metrics(
      http, [](const metrics& now) { return now["actormesh_websocket_connections"] == pairs; });
  REQUIRE(counted[dropped_newest] > 0);
  REQUIRE(counted["actormesh_deliveries_total"] + counted.sum("actormesh_losses_total") ==
          2.0 * pairs * count);
}

TEST_CASE("Replies to a client that does not read them wait, and so do its requests") {
  node_process node{{.flags = {"--loops", "1", "--set", "websocket.queue_bytes=1MiB"}}};
  web_socket client{node.port(), {.receive_buffer = 4096}};
  // One frame that says little and is answered with a long pong.
  web_socket other{node.port()};
  other.subscribe("s", "/default/a");
  const std::string ping{"\x89\xFD\0\0\0\0", 6};
  std::string flood;
  for (int i = 0; i < 1'000; ++i)
    flood += ping + std::string(125, 'p');
  // As much as fits: the node stops reading before it stores without bound.
  std::size_t sent = 0;
  for (std::size_t last = 1; last != 0 && sent < 64 * 1024 * 1024; sent += last) {
    last = client.socket().send_some(std::string_view{flood}.substr(sent % flood.size()));
    other.require_silence();
  }
  const auto pings = sent / (ping.size() + 125);
  for (std::size_t i = 0; i < pings; ++i) {
    const auto pong = client.read_frame();
    REQUIRE(pong.what == opcode::pong);
  }
}

} // namespace actormesh::process
