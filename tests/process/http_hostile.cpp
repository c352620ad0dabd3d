#include "tests/process/metrics.hpp"
#include "tests/process/node_process.hpp"

#include <catch2/catch.hpp>

namespace actormesh::process {

namespace {

struct hostile_request {
  const char* name;
  std::string bytes;
};

} // namespace

TEST_CASE("A request that two readers could read differently is 400 and ends the connection") {
  node_process node;
  const std::string start = "POST /event HTTP/1.1\r\nHost: a\r\n";
  const std::string chunked = start + "Transfer-Encoding: chunked\r\n\r\n";
  const std::vector<hostile_request> table{
      {"both lengths", start + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
      {"both lengths, the other order",
       start + "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n"},
      {"two lengths", start + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx"},
      {"a list of lengths", start + "Content-Length: 1, 2\r\n\r\nxx"},
      {"a signed length", start + "Content-Length: +1\r\n\r\nx"},
      {"a hexadecimal length", start + "Content-Length: 0x1\r\n\r\nx"},
      {"a chunk without a size", chunked + "\r\nxx\r\n0\r\n\r\n"},
      {"a chunk with a bad size", chunked + "xy\r\nxx\r\n0\r\n\r\n"},
      {"a chunk with a signed size", chunked + "-1\r\nxx\r\n0\r\n\r\n"},
      {"a chunk longer than its size", chunked + "1\r\nxx\r\n0\r\n\r\n"},
      {"a chunk with a bare line feed", chunked + "1\nx\r\n0\r\n\r\n"},
      {"a folded header", start + "X: a\r\n b\r\n\r\n"},
      {"bare line feeds", "GET /healthz HTTP/1.1\nHost: a\n\n"},
      {"a bare line feed in the headers", "GET /healthz HTTP/1.1\r\nHost: a\nX: y\r\n\r\n"},
      {"two hosts", "GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"},
      {"no host", "GET /healthz HTTP/1.1\r\n\r\n"},
      {"a blank before the colon", "GET /healthz HTTP/1.1\r\nHost : a\r\n\r\n"},
      {"a header without a name", "GET /healthz HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n"},
      {"a NUL in a header", std::string{"GET /healthz HTTP/1.1\r\nHost: a\r\nX: \0\r\n\r\n", 40}},
      {"a TLS greeting", std::string{"\x16\x03\x01\x02\x00\x01\x00\x01\xFC\x03\x03\r\n\r\n", 15}},
  };
  for (const auto& [name, bytes] : table) {
    INFO(name);
    http_client http{node.port()};
    // What would be smuggled: it must not be answered.
    http.send(bytes + http_request("GET", "/readyz"));
    const auto answer = http.read_answer();
    CHECK(answer.status == 400);
    CHECK(answer.header("Connection") == "close");
    CHECK(answer.header("x-amzn-ErrorType") == "BadRequestException");
    CHECK(http.socket().read_to_end().empty());
  }
}

TEST_CASE("A transfer coding or a version that nobody speaks here is refused") {
  node_process node;
  for (const auto* bytes : {"POST /event HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n",
                            "POST /event HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked"
                            "\r\n\r\n0\r\n\r\n",
                            "GET /healthz HTTP/2.0\r\nHost: a\r\n\r\n"}) {
    INFO(bytes);
    http_client http{node.port()};
    const auto answer = http.ask(bytes);
    CHECK(answer.status >= 400);
    CHECK(answer.header("Connection") == "close");
    CHECK(http.socket().read_to_end().empty());
  }
}

TEST_CASE("Headers and bodies that take too long are 408") {
  node_process node{{.flags = {"--loops", "1", "--set", "http.header_timeout=100ms", "--set",
                               "http.body_timeout=100ms"}}};
  for (const auto* bytes :
       {"P", "POST /event HTTP/1.1\r\nHost: a\r\n",
        "POST /event HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n",
        "POST /event HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx"}) {
    INFO(bytes);
    http_client http{node.port()};
    const auto answer = http.ask(bytes);
    CHECK(answer.status == 408);
    CHECK(answer.header("Connection") == "close");
    CHECK(answer.header("x-amzn-ErrorType") == "RequestTimeoutException");
    CHECK(http.socket().read_to_end().empty());
  }
}

TEST_CASE("Bytes that trickle in do not prolong the time for headers") {
  node_process node{{.flags = {"--loops", "1", "--set", "http.header_timeout=200ms"}}};
  raw_client slow{node.port()};
  slow.send("GET /healthz HTTP/1.1\r\nHost: a\r\nX: ");
  // As fast as the node answers somebody else: many times within the limit.
  http_client other{node.port()};
  const auto until = std::chrono::steady_clock::now() + patience;
  while (!slow.has_input() && std::chrono::steady_clock::now() < until) {
    slow.send("x");
    (void)read_metrics(other);
  }
  REQUIRE(slow.read_to_end().starts_with("HTTP/1.1 408 "));
}

TEST_CASE("An idle connection is closed without a word") {
  node_process node{{.flags = {"--loops", "1", "--set", "http.idle_timeout=100ms"}}};
  raw_client silent{node.port()};
  REQUIRE(silent.read_to_end().empty());
  http_client served{node.port()};
  REQUIRE(served.ask(http_request("GET", "/healthz"), "GET").status == 200);
  REQUIRE(served.socket().read_to_end().empty());
}

TEST_CASE("Clients that vanish in the middle of a request leave nothing behind") {
  node_process node;
  http_client http{node.port()};
  for (const auto* bytes :
       {"", "GET /hea", "POST /event HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n{",
        "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"}) {
    raw_client orderly{node.port()};
    orderly.send(bytes);
    orderly.close();
    raw_client abrupt{node.port()};
    abrupt.send(bytes);
    abrupt.reset();
  }
  wait_for_metrics(http, [](const metrics& now) { return now["actormesh_http_connections"] == 1; });
}

TEST_CASE("A client that only closes its half still gets its answers") {
  node_process node;
  raw_client client{node.port()};
  client.send(http_request("GET", "/healthz") + http_request("GET", "/readyz"));
  client.shut_down_writing();
  const auto all = client.read_to_end();
  REQUIRE(all.find("\r\n\r\nok\n") != std::string::npos);
  REQUIRE(all.ends_with("\r\n\r\nready\n"));
}

} // namespace actormesh::process
