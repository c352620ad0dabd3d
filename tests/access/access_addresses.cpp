#include "tests/access/fixtures.hpp"
#include "tests/process/metrics.hpp"

#include <catch2/catch.hpp>

namespace actormesh::process {

namespace {

using namespace std::string_view_literals;

std::string config_of(const std::string& http, const std::string& listener = "{port: 0}") {
  return "listeners: [" + listener + "]\nhttp: " + http + R"(
audit: {file: audit.jsonl}
apis:
  - {id: default, keys_file: keys.yaml, namespaces: [{name: default, audit: all}]}
)";
}

void wait_for_audit(const node_process& of, const std::string& text) {
  wait_until([&] { return of.read_file("audit.jsonl").find(text) != std::string::npos; },
             "in the audit log: " + text);
}

std::string remote(std::string_view address) {
  return R"("remote":")" + std::string{address} + '"';
}

} // namespace

TEST_CASE("What a trusted proxy says about the client's address is in the audit log") {
  node_process node{{.config = config_of("{trusted_proxies: [127.0.0.0/8]}")}};
  http_client http{node.port()};
  REQUIRE(http.ask(publish_with(key_line() + "X-Forwarded-For: 198.51.100.7, 203.0.113.9\r\n",
                                "/default/a"))
              .status == 200);
  wait_for_audit(node, remote("203.0.113.9"));
  web_socket client{node.port(),
                    {.request = authorized_upgrade("X-Forwarded-For: 2001:db8::7\r\n")}};
  client.subscribe("s", "/default/a");
  wait_for_audit(node, remote("2001:db8::7"));
  CHECK(node.read_file("audit.jsonl").find("198.51.100.7") == std::string::npos);
}

TEST_CASE("What anybody else says about an address does not count") {
  node_process node{{.config = config_of("{trusted_proxies: [192.0.2.0/24]}")}};
  http_client http{node.port()};
  REQUIRE(http.ask(publish_with(key_line() + "X-Forwarded-For: 203.0.113.9\r\n", "/default/a"))
              .status == 200);
  wait_for_audit(node, remote("127.0.0.1"));
  CHECK(node.read_file("audit.jsonl").find("203.0.113.9") == std::string::npos);
}

TEST_CASE("A PROXY protocol header says who the client is") {
  node_process node{
      {.config = config_of("{trusted_proxies: [127.0.0.1]}", "{port: 0, proxy_protocol: true}"),
       .listen = false}};
  http_client http{node.port()};
  http.send("\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\xcb\0\x71\x2a\x7f\0\0\x01\x30\x39\x1f\x90"sv);
  REQUIRE(http.ask(publish_request("/default/a", {"1"})).status == 200);
  wait_for_audit(node, remote("203.0.113.42"));
  // Without one there is no request.
  raw_client bare{node.port()};
  bare.send(publish_request("/default/a", {"1"}));
  CHECK(bare.read_to_end().empty());
  // From elsewhere clients speak for themselves, and a header is a broken request.
  const auto health = "http://127.0.0.1:" + std::to_string(node.port()) + "/healthz";
  const std::vector<std::string> elsewhere{"--interface", "127.0.0.2", health};
  CHECK(run_curl(elsewhere).answer.status == 200);
  CHECK(run_curl({"--haproxy-protocol", "--interface", "127.0.0.2", health}).answer.status == 400);
}

TEST_CASE("Connections of one address that are no WebSockets are limited") {
  node_process node{{.config = config_of("{connections_per_address: 2}")}};
  http_client first{node.port()};
  http_client second{node.port()};
  first.publish("/default/a", {"1"});
  second.publish("/default/a", {"1"});
  raw_client third{node.port()};
  CHECK(third.read_to_end().empty());
  // Others have places of their own.
  const std::vector<std::string> elsewhere{"--interface", "127.0.0.2", "--header",
                                           "x-api-key: " + node_process::key()};
  CHECK(publish_by_curl(node, "/default/a", elsewhere).status == 200);
  // A place is free again when its connection has become a WebSocket, or has ended.
  second.socket().close();
  wait_until(
      [&] {
        http_client again{node.port()};
        try {
          return again.ask(publish_request("/default/a", {"1"})).status == 200;
        } catch (const std::exception&) { // It was closed.
          return false;
        }
      },
      "a free place");
}

TEST_CASE("There is no Server header unless the configuration has one") {
  {
    node_process node{{.config = config_of("{}")}};
    http_client http{node.port()};
    CHECK_FALSE(http.ask(publish_request("/default/a", {"1"})).has_header("Server"));
    CHECK_FALSE(http.ask(http_request("GET", "/healthz"), "GET").has_header("Server"));
    CHECK_FALSE(http.ask(http_request("GET", "/none"), "GET").has_header("Server"));
    CHECK_FALSE(web_socket{node.port()}.answer().has_header("Server"));
  }
  node_process node{{.config = config_of("{server_header: mesh}")}};
  http_client http{node.port()};
  CHECK(http.ask(publish_request("/default/a", {"1"})).header("Server") == "mesh");
  CHECK(http.ask(http_request("GET", "/none"), "GET").header("Server") == "mesh");
  CHECK(web_socket{node.port()}.answer().header("Server") == "mesh");
}

} // namespace actormesh::process
