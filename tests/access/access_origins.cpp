#include "tests/access/fixtures.hpp"

#include <catch2/catch.hpp>

namespace actormesh::process {

namespace {

std::string origin_line(std::string_view origin) {
  return "Origin: " + std::string{origin} + "\r\n";
}

constexpr auto config = R"(
apis:
  - id: default
    keys_file: keys.yaml
    origins: ["https://shop.example.org", "http://localhost:5173", "https://*.example.com"]
    namespaces: [{name: default}]
)";

constexpr const char* allowed[] = {"https://shop.example.org", "http://localhost:5173",
                                   "https://a.example.com", "https://a.b.example.com"};

constexpr const char* refused[] = {
    "https://example.com",        "http://a.example.com",
    "https://a.example.com:8443", "https://a.example.com.evil.org",
    "https://evilexample.com",    "https://shop.example.org.evil.org",
    "http://localhost",           "null"};

} // namespace

TEST_CASE("Pages of the named origins may publish, others may not") {
  node_process node{{.config = config}};
  http_client http{node.port()};
  for (const auto* const origin : allowed) {
    INFO(origin);
    const auto answer = http.ask(publish_with(key_line() + origin_line(origin), "/default/a"));
    CHECK(answer.status == 200);
    CHECK(answer.header("Access-Control-Allow-Origin") == origin);
    CHECK(answer.header("Vary") == "Origin");
  }
  for (const auto* const origin : refused) {
    INFO(origin);
    const auto answer = http.ask(publish_with(key_line() + origin_line(origin), "/default/a"));
    CHECK(answer.status == 403);
    CHECK_FALSE(answer.has_header("Access-Control-Allow-Origin"));
  }
  // No browser.
  const auto answer = http.ask(publish_with(key_line(), "/default/a"));
  CHECK(answer.status == 200);
  CHECK_FALSE(answer.has_header("Access-Control-Allow-Origin"));
}

TEST_CASE("A preflight is answered for the named origins only") {
  node_process node{{.config = config}};
  http_client http{node.port()};
  const auto ask = [&](std::string_view origin) {
    return http.ask(http_request("OPTIONS", "/event",
                                 origin_line(origin) +
                                     "Access-Control-Request-Method: POST\r\n"
                                     "Access-Control-Request-Headers: content-type,x-api-key\r\n"),
                    "OPTIONS");
  };
  for (const auto* const origin : allowed) {
    INFO(origin);
    const auto answer = ask(origin);
    CHECK(answer.status == 204);
    CHECK(answer.header("Access-Control-Allow-Origin") == origin);
    CHECK(answer.header("Access-Control-Allow-Headers") == "content-type,x-api-key");
  }
  for (const auto* const origin : refused) {
    INFO(origin);
    const auto answer = ask(origin);
    CHECK(answer.status == 403);
    CHECK_FALSE(answer.has_header("Access-Control-Allow-Origin"));
  }
}

TEST_CASE("A page of another origin gets no connection") {
  node_process node{{.config = config}};
  web_socket mine{node.port(), {.request = authorized_upgrade(origin_line(allowed[0]))}};
  CHECK(mine.ask(R"({"type":"connection_init"})").starts_with(R"({"type":"connection_ack")"));
  for (const auto* const origin : refused) {
    INFO(origin);
    web_socket other{node.port(), {.request = authorized_upgrade(origin_line(origin))}};
    const auto answer = other.ask(R"({"type":"connection_init"})");
    CHECK(answer.starts_with(R"({"type":"connection_error")"));
    CHECK(answer.find("Origin not allowed") != std::string::npos);
  }
}

} // namespace actormesh::process
