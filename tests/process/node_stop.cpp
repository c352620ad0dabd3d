#include "tests/process/metrics.hpp"
#include "tests/process/node_process.hpp"
#include "tests/process/web_socket.hpp"

#include <catch2/catch.hpp>

#include <csignal>

namespace actormesh::process {

TEST_CASE("SIGTERM closes clients with 1001, and the node exits with 0") {
  node_process node{{.flags = {"--loops", "2"}}};
  web_socket first{node.port()};
  web_socket second{node.port()};
  first.subscribe("s", "/default/a");
  http_client idle{node.port()};
  idle.publish("/default/a", {"1"});
  REQUIRE(first.read_event("s") == "1");
  node.signal(SIGTERM);
  for (auto* each : {&first, &second}) {
    REQUIRE(each->read_close() == 1001);
    each->send({.what = opcode::close, .payload = "\x03\xE9"});
    REQUIRE(each->socket().read_to_end().empty());
  }
  REQUIRE(idle.socket().read_to_end().empty());
  idle.socket().close();
  REQUIRE(node.wait_for_exit() == 0);
}

TEST_CASE("A stopping node accepts nobody and finishes what it has begun") {
  node_process node;
  http_client http{node.port()};
  http.publish("/default/a", {"1"});
  const auto request = publish_request("/default/a", {"2"});
  http.send(std::string_view{request}.substr(0, request.size() - 1));
  // The first half must have been read: the node says so to another client.
  http_client other{node.port()};
  wait_for_metrics(other, [&](const metrics& now) {
    return now["actormesh_received_bytes_total"] >= 2.0 * static_cast<double>(request.size()) - 1;
  });
  web_socket client{node.port()};
  node.signal(SIGTERM);
  REQUIRE(client.read_close() == 1001);
  REQUIRE_THROWS(http_client{node.port()});
  http.send(std::string_view{request}.substr(request.size() - 1));
  const auto answer = http.read_answer();
  REQUIRE(answer.status == 200);
  REQUIRE(answer.header("Connection") == "close");
  client.send({.what = opcode::close, .payload = "\x03\xE9"});
  other.socket().close();
  http.socket().close();
  REQUIRE(node.wait_for_exit() == 0);
}

TEST_CASE("Events that were accepted before SIGTERM reach their subscribers") {
  node_process node{{.flags = {"--loops", "2"}}};
  web_socket client{node.port()};
  client.subscribe("s", "/default/a");
  http_client http{node.port()};
  for (int i = 0; i < 100; ++i)
    http.publish("/default/a", {std::to_string(i)});
  node.signal(SIGTERM);
  for (int i = 0; i < 100; ++i)
    REQUIRE(client.read_event("s") == std::to_string(i));
  REQUIRE(client.read_close() == 1001);
}

TEST_CASE("A client that does not read does not hold a stopping node up for ever") {
  node_process node{{.flags = {"--loops", "1", "--set", "node.drain_timeout=300ms"}}};
  web_socket stalled{node.port(), {.receive_buffer = 4096}};
  stalled.subscribe("s", "/default/a");
  http_client http{node.port()};
  // Until the kernel takes no more: then events wait in the node.
  const auto event = '"' + std::string(100'000, 'x') + '"';
  double delivered = -1;
  for (double now = 0; now != delivered;) {
    delivered = now;
    http.publish("/default/a", {event, event});
    now = read_metrics(http)["actormesh_deliveries_total"];
  }
  REQUIRE(node.stop() == 0);
  node.wait_for_log("stopped before all clients had ended");
}

TEST_CASE("A second SIGTERM stops at once") {
  node_process node{{.flags = {"--loops", "1", "--set", "node.drain_timeout=1h", "--set",
                               "websocket.close_timeout=5m"}}};
  web_socket client{node.port()};
  client.subscribe("s", "/default/a");
  node.signal(SIGTERM);
  REQUIRE(client.read_close() == 1001);
  REQUIRE(node.stop() == 0);
}

TEST_CASE("SIGINT stops a node as SIGTERM does") {
  node_process node;
  node.signal(SIGINT);
  REQUIRE(node.wait_for_exit() == 0);
}

} // namespace actormesh::process
