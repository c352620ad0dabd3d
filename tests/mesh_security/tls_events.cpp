/// Events over a link with TLS.
#include "tests/mesh_security/nodes.hpp"
#include "tests/process/http_client.hpp"

#include <catch2/catch.hpp>

#include <future>

namespace actormesh::mesh_security {

namespace {

using process::web_socket;

constexpr int events_each = 5'000;
constexpr int events_per_request = 5;

/// A JSON string. Numbered, most of them small and some of many TLS records.
std::string event(int number) {
  constexpr int large_ones = 50;
  constexpr std::size_t large = 150'000;
  const auto size = number % large_ones == 0 ? large + static_cast<std::size_t>(number) : 10;
  auto text = '"' + std::to_string(number) + ' ';
  while (text.size() < size)
    text += static_cast<char>('a' + (static_cast<std::size_t>(number) + text.size()) % 26);
  return text + '"';
}

void publish_all(std::uint16_t port, const std::string& channel) {
  process::http_client http{port};
  for (int i = 0; i < events_each; i += events_per_request) {
    std::vector<std::string> events;
    for (int k = i; k < i + events_per_request; ++k)
      events.push_back(event(k));
    http.publish(channel, events);
  }
}

/// Returns what is not as it was sent; empty if all has come.
std::string read_all(web_socket& from) {
  for (int i = 0; i < events_each; ++i)
    if (const auto got = from.read_event("s"); got != event(i))
      return "expected event " + std::to_string(i) + ", got " + got.substr(0, 40);
  return {};
}

const std::vector<std::string> roomy{"websocket.queue_bytes=512MiB", "mesh.queue_bytes=512MiB"};

} // namespace

TEST_CASE("Thousands of events, some of them large, cross a TLS link in both directions at once") {
  linked_nodes nodes{linked_nodes::security::tls, roomy};
  web_socket at_a{nodes.a().port()};
  web_socket at_b{nodes.b().port()};
  at_a.subscribe("s", "/default/from-b");
  at_b.subscribe("s", "/default/from-a");
  auto read_a = std::async(std::launch::async, [&] { return read_all(at_a); });
  auto read_b = std::async(std::launch::async, [&] { return read_all(at_b); });
  auto from_b =
      std::async(std::launch::async, [&] { publish_all(nodes.b().port(), "/default/from-b"); });
  publish_all(nodes.a().port(), "/default/from-a");
  from_b.get();
  REQUIRE(read_a.get().empty());
  REQUIRE(read_b.get().empty());
  nodes.require_untouched();
  for (const auto* node : {&nodes.a(), &nodes.b()})
    for (const auto* reason : {"peer_down", "peer_unconfirmed", "peer_queue_full", "too_large"})
      REQUIRE(look_at(*node).lost(reason) == 0);
}

TEST_CASE("An event that fills a frame crosses a TLS link") {
  certificates papers;
  const std::string config = "apis:\n  - id: default\n    keys_file: keys.yaml\n"
                             "    limits: {event_bytes: 8MiB}\n    namespaces: [{name: default}]\n"
                             "http: {body_bytes: 20MiB}\n"
                             "websocket: {message_bytes: 20MiB, queue_bytes: 64MiB}\n";
  auto how = mesh_node("a", tls_flags(papers.issue("a")));
  how.config = config;
  process::node_process a{how};
  auto flags = tls_flags(papers.issue("b"));
  flags.insert(flags.end(), {"--join", mesh_address(a)});
  how = mesh_node("b", flags);
  how.config = config;
  process::node_process b{how};
  wait_until_up(a, "b");
  wait_until_up(b, "a");
  web_socket client{b.port()};
  client.subscribe("s", "/default/x");
  process::http_client http{a.port()};
  for (const char each : {'a', 'b', 'c'}) {
    const auto large = '"' + std::string(8'000'000, each) + '"';
    http.publish("/default/x", {large});
    // Not compared by Catch, which would print both.
    const auto same = client.read_event("s") == large;
    REQUIRE(same);
  }
}

} // namespace actormesh::mesh_security
