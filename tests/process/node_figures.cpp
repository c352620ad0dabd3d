#include "tests/process/metrics.hpp"
#include "tests/process/node_process.hpp"
#include "tests/process/sanitizers.hpp"
#include "tests/process/web_socket.hpp"

#include <catch2/catch.hpp>

#include <fstream>

namespace actormesh::process {

namespace {

/// Resident memory of a process in KiB.
long resident(pid_t pid) {
  std::ifstream status{"/proc/" + std::to_string(pid) + "/status"};
  for (std::string word; status >> word;) {
    long kib = 0;
    if (word == "VmRSS:" && status >> kib)
      return kib;
  }
  throw std::runtime_error{"no VmRSS"};
}

/// One publish to each channel, many requests under way at a time.
void publish_to_channels(http_client& http, int first, int last) {
  constexpr int at_a_time = 500;
  for (int i = first; i < last; i += at_a_time) {
    std::string requests;
    for (int each = i; each < i + at_a_time; ++each)
      requests += publish_request("/default/channel-" + std::to_string(each), {"1"});
    http.send(requests);
    for (int each = 0; each < at_a_time; ++each)
      if (http.read_answer().status != 200)
        throw std::runtime_error{"a publish failed"};
  }
}

} // namespace

TEST_CASE("The metrics are in Prometheus's text format and count what happened") {
  node_process node;
  http_client http{node.port()};
  const auto page = http.ask(http_request("GET", "/metrics"), "GET");
  REQUIRE(page.header("Content-Type") == "text/plain; version=0.0.4; charset=utf-8");
  REQUIRE(page.body.ends_with("\n"));
  const metrics first{page.body};
  REQUIRE(first["actormesh_http_connections"] == 1);
  REQUIRE(first["actormesh_websocket_connections"] == 0);
  REQUIRE(first["actormesh_publishes_total{result=\"accepted\"}"] == 0);

  web_socket client{node.port()};
  client.subscribe("s", "/default/a");
  client.subscribe("t", "/default/*");
  http.publish("/default/a", {"1", "2"});
  for (const auto* id : {"s", "s", "t", "t"})
    (void)client.read_event(id);
  (void)http.ask(publish_request("/default/a", {}));
  (void)http.ask(http_request("POST", "/event", {}, publish_body("/default/a", {"1"})));
  (void)http.ask(publish_request("/default/a", {"1", '"' + std::string(300'000, 'x') + '"'}));
  (void)client.read_event("s");
  (void)client.read_event("t");

  const auto counted = read_metrics(http);
  const std::vector<std::pair<const char*, double>> table{
      {"actormesh_http_connections", 1},
      {"actormesh_websocket_connections", 1},
      {"actormesh_connects_total{result=\"accepted\"}", 1},
      {"actormesh_api_connections{api=\"default\"}", 1},
      {"actormesh_subscriptions", 2},
      {"actormesh_channels", 2},
      {"actormesh_http_errors_total", 2},
      {"actormesh_publishes_total{result=\"accepted\"}", 1},
      {"actormesh_publishes_total{result=\"partly_failed\"}", 1},
      {"actormesh_publishes_total{result=\"invalid\"}", 1},
      {"actormesh_publishes_total{result=\"unauthorized\"}", 1},
      {"actormesh_events_published_total", 3},
      {"actormesh_deliveries_total", 6},
      {"actormesh_lost_log_lines_total", 0},
      {"actormesh_publish_latency_seconds_bucket{le=\"+Inf\"}",
       counted["actormesh_publish_latency_seconds_count"]},
  };
  for (const auto& [name, expected] : table) {
    INFO(name);
    CHECK(counted[name] == expected);
  }
  CHECK(counted.sum("actormesh_losses_total") == 0);
  CHECK(counted["actormesh_received_bytes_total"] > 300'000);
  CHECK(counted["actormesh_sent_bytes_total"] > 1'000);
  CHECK(counted["actormesh_publish_latency_seconds_count"] > 0);
}

TEST_CASE("A hundred thousand channels with one publish each leave no lasting memory") {
  node_process node;
  http_client http{node.port()};
  // What the node keeps anyway: channels that may be used again soon, buffers, the allocator's.
  publish_to_channels(http, 0, 20'000);
  const auto before = resident(node.pid());
  publish_to_channels(http, 20'000, 120'000);
  const auto after = resident(node.pid());
  // 100,000 names alone would be some 10 MiB.
  REQUIRE((after - before < 4 * 1024 || sanitized));
  wait_for_metrics(http, [](const metrics& now) { return now["actormesh_channels"] <= 1; });
}

TEST_CASE("Connections that come and go leave no lasting memory and no numbers") {
  node_process node;
  http_client http{node.port()};
  const auto round = [&](int count) {
    for (int i = 0; i < count; ++i) {
      web_socket client{node.port()};
      client.subscribe("s", "/default/a");
      client.socket().reset();
    }
    wait_for_metrics(http, [](const metrics& now) {
      return now["actormesh_websocket_connections"] == 0 && now["actormesh_subscriptions"] == 0 &&
             now["actormesh_api_connections{api=\"default\"}"] == 0;
    });
  };
  round(200);
  const auto before = resident(node.pid());
  round(1'000);
  REQUIRE((resident(node.pid()) - before < 2 * 1024 || sanitized));
}

TEST_CASE("A key is in no log line, no number and no answer") {
  for (const auto* format : {"text", "json"}) {
    node_process node{{.flags = {"--loops", "1", "--log-level", "trace", "--log-format", format}}};
    http_client http{node.port()};
    http.publish("/default/a", {"1"});
    web_socket good{node.port()};
    good.subscribe("s", "/default/a");
    const std::string wrong = "da2-thisoneisnotakeyatallhere1";
    const auto refused = http.ask(http_request("POST", "/event", "x-api-key: " + wrong + "\r\n",
                                               publish_body("/default/a", {"1"})));
    REQUIRE(refused.status == 401);
    web_socket bad{node.port(),
                   {.request = upgrade_request("Sec-WebSocket-Protocol: aws-appsync-event-ws, " +
                                               header_protocol(wrong) + "\r\n")}};
    const auto error = bad.ask("{\"type\":\"connection_init\",\"x-api-key\":\"" + wrong + "\"}");
    http_client broken{node.port()};
    const auto unreadable = broken.ask("GET / HTTP/1.1\r\n" + key_line() + "\x01\r\n\r\n");
    const auto page = http.ask(http_request("GET", "/metrics"), "GET");
    // A frame that is not JSON, with the key in it.
    const auto malformed = good.ask(subscribe_text("s", "/default/a") + "}");
    broken.socket().close();
    http.socket().close();
    good.socket().close();
    bad.socket().close();
    REQUIRE(node.stop() == 0);
    for (const auto& secret : {node_process::key(), wrong, header_protocol(node_process::key())}) {
      for (const auto& text : {node.log(), refused.body, refused.head, error, unreadable.head,
                               unreadable.body, page.body, malformed})
        REQUIRE(text.find(secret) == std::string::npos);
    }
    REQUIRE(node.log().find("connection opened") != std::string::npos);
  }
}

} // namespace actormesh::process
