#include "tests/process/metrics.hpp"
#include "tests/process/node_process.hpp"
#include "tests/process/web_socket.hpp"

#include <catch2/catch.hpp>

namespace actormesh::process {

namespace {

std::vector<std::string> with(std::vector<std::string> settings) {
  std::vector<std::string> flags{"--loops", "1"};
  for (auto& each : settings) {
    flags.emplace_back("--set");
    flags.push_back(std::move(each));
  }
  return flags;
}

constexpr const char* connection_limit_error =
    R"({"type":"connection_error","errors":[{"errorType":"LimitExceededError",)"
    R"("message":"Connection limit exceeded","errorCode":429}]})";

constexpr const char* connection_rate_error =
    R"({"type":"connection_error","errors":[{"errorType":"LimitExceededError",)"
    R"("message":"Rate limit exceeded","errorCode":429}]})";

} // namespace

TEST_CASE("A ka comes at the configured interval") {
  node_process node{
      {.flags = with({"websocket.keep_alive_interval=50ms", "websocket.connection_timeout=7s"})}};
  const auto start = std::chrono::steady_clock::now();
  web_socket client{node.port()};
  for (int i = 0; i < 3; ++i)
    REQUIRE(client.read_text() == R"({"type":"ka"})");
  REQUIRE(std::chrono::steady_clock::now() - start >= std::chrono::milliseconds{100});
  client.send_text(R"({"type":"connection_init"})");
  std::string text;
  while ((text = client.read_text()) == R"({"type":"ka"})") {
  }
  REQUIRE(text == R"({"type":"connection_ack","connectionTimeoutMs":7000})");
}

TEST_CASE("A connection is closed when its life is over") {
  node_process node{{.flags = with({"websocket.connection_lifetime=200ms"})}};
  web_socket client{node.port()};
  client.subscribe("s", "/default/a");
  REQUIRE(client.read_close() == 1000);
  client.send({.what = opcode::close, .payload = "\x03\xE8"});
  REQUIRE(client.socket().read_to_end().empty());
}

TEST_CASE("A client that does not answer a close is not waited for long") {
  node_process node{
      {.flags = with({"websocket.connection_lifetime=100ms", "websocket.close_timeout=100ms"})}};
  web_socket client{node.port()};
  REQUIRE(client.read_close() == 1000);
  REQUIRE(client.socket().read_to_end().empty());
  http_client http{node.port()};
  wait_for_metrics(http,
                   [](const metrics& now) { return now["actormesh_websocket_connections"] == 0; });
}

TEST_CASE("A message that does not end is late, whatever else comes between its fragments") {
  node_process node{{.flags = with({"websocket.message_timeout=200ms"})}};
  web_socket client{node.port()};
  client.send({.payload = R"({"type":)", .fin = false});
  auto frame = received_frame{};
  while (frame.what != opcode::close) {
    client.send({.what = opcode::ping, .payload = "?"});
    frame = client.read_frame();
  }
  REQUIRE(frame.payload.starts_with("\x03\xF0")); // 1008
  client.send({.what = opcode::close, .payload = frame.payload});
  node.wait_for_log("reason=message_timeout");
  http_client http{node.port()};
  CHECK(read_metrics(http)["actormesh_protocol_errors_total"] == 1);
}

TEST_CASE("A client that always has a message under way is not late") {
  node_process node{{.flags = with({"websocket.message_timeout=50ms"})}};
  web_socket client{node.port()};
  const auto text = subscribe_text("s", "/elsewhere/a");
  const auto middle = text.size() / 2;
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds{500};
  client.send({.payload = text.substr(0, middle), .fin = false});
  while (std::chrono::steady_clock::now() < until) {
    client.send({.what = opcode::continuation, .payload = text.substr(middle)});
    client.send({.payload = text.substr(0, middle), .fin = false});
    REQUIRE(client.read_text().starts_with(R"({"type":"subscribe_error")"));
  }
}

TEST_CASE("A connection may publish so often in a second and not more") {
  node_process node{{.limits = "{publishes_per_second: 5}"}};
  web_socket client{node.port()};
  std::vector<std::string> refused;
  for (int i = 0; i < 50; ++i)
    client.send_text(publish_text("p" + std::to_string(i), "/default/a", {"1"}));
  for (int i = 0; i < 50; ++i) {
    const auto id = json_string("p" + std::to_string(i));
    auto text = client.read_text();
    if (i < 5)
      REQUIRE(text.starts_with(R"({"type":"publish_success","id":)" + id));
    else if (!text.starts_with(R"({"type":"publish_success")"))
      REQUIRE(refused.emplace_back(text) == R"({"type":"publish_error","id":)" + id +
                                                R"(,"errors":[{"errorType":"LimitExceededError",)"
                                                R"("message":"Rate limit exceeded"}]})");
  }
  // Slow machines let some through: the limit is one of time.
  REQUIRE_FALSE(refused.empty());
  // Others have their own, and HTTP has none.
  web_socket other{node.port()};
  REQUIRE(
      other.ask(publish_text("p", "/default/a", {"1"})).starts_with(R"({"type":"publish_succ)"));
  http_client http{node.port()};
  for (int i = 0; i < 20; ++i)
    http.publish("/default/a", {"1"});
  const auto counted = read_metrics(http);
  REQUIRE(counted["actormesh_publishes_total{result=\"rate_limited\"}"] ==
          static_cast<double>(refused.size()));
}

TEST_CASE("Subscriptions of a connection are limited as configured") {
  node_process node{{.limits = "{subscriptions: 2}"}};
  web_socket client{node.port()};
  client.subscribe("a", "/default/a");
  client.subscribe("b", "/default/a");
  REQUIRE(
      client.ask(subscribe_text("c", "/default/a"))
          .starts_with(R"({"type":"subscribe_error","id":"c","errors":[{"errorType":"MaxSubs)"));
}

TEST_CASE("Connections of an API are limited, and a place that is left is taken again") {
  for (const auto* limits : {"{connections: 2}", "{connections_per_address: 2}"}) {
    INFO(limits);
    node_process node{{.limits = limits}};
    web_socket first{node.port()};
    {
      web_socket second{node.port()};
      web_socket third{node.port()};
      REQUIRE(third.ask(R"({"type":"connection_init"})") == connection_limit_error);
      REQUIRE(third.read_close() == 1000);
      second.send({.what = opcode::close});
      REQUIRE(second.read_close() == 1000);
      REQUIRE(second.socket().read_to_end().empty());
    }
    web_socket fourth{node.port()};
    fourth.subscribe("s", "/default/a");
    first.subscribe("s", "/default/a");
    http_client http{node.port()};
    const auto counted = read_metrics(http);
    REQUIRE(counted["actormesh_connects_total{result=\"too_many\"}"] == 1);
    REQUIRE(counted["actormesh_connects_total{result=\"accepted\"}"] == 3);
    REQUIRE(counted["actormesh_api_connections{api=\"default\"}"] == 2);
  }
}

TEST_CASE("A client that is refused takes a place too, until it is gone") {
  node_process node{{.limits = "{connections: 1}"}};
  const auto stranger =
      upgrade_request("Sec-WebSocket-Protocol: aws-appsync-event-ws\r\nx-api-key: da2-wrong\r\n");
  web_socket refused{node.port(), {.request = stranger}};
  {
    web_socket client{node.port()};
    REQUIRE(client.ask(R"({"type":"connection_init"})") == connection_limit_error);
  }
  refused.socket().reset();
  http_client http{node.port()};
  wait_for_metrics(http, [](const metrics& now) {
    return now["actormesh_api_connections{api=\"default\"}"] == 0;
  });
  web_socket client{node.port()};
  client.subscribe("s", "/default/a");
}

TEST_CASE("New connections are limited in a second") {
  node_process node{{.limits = "{connections_per_second: 1}"}};
  // At most as many are let in as seconds pass, and one more.
  const auto start = std::chrono::steady_clock::now();
  int refused = 0;
  int accepted = 0;
  for (int i = 0; i < 10; ++i) {
    web_socket client{node.port()};
    const auto text = client.ask(R"({"type":"connection_init"})");
    if (text.starts_with(R"({"type":"connection_ack")")) {
      ++accepted;
      continue;
    }
    ++refused;
    REQUIRE(text == connection_rate_error);
    REQUIRE(client.read_close() == 1000);
  }
  const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - start;
  CAPTURE(refused);
  REQUIRE(accepted >= 1);
  REQUIRE(accepted <= passed.count() + 1);
}

} // namespace actormesh::process
