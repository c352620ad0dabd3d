#include "tests/process/node_process.hpp"
#include "tests/process/web_socket.hpp"

#include <catch2/catch.hpp>

namespace actormesh::process {

TEST_CASE("A browser's preflight is answered for any origin") {
  node_process node;
  http_client http{node.port()};
  const auto answer = http.ask(
      http_request("OPTIONS", "/event",
                   "Origin: http://localhost:3000\r\nAccess-Control-Request-Method: POST\r\n"
                   "Access-Control-Request-Headers: content-type,x-amz-user-agent,x-api-key\r\n"));
  REQUIRE(answer.status == 204);
  REQUIRE(answer.header("Access-Control-Allow-Origin") == "*");
  REQUIRE(answer.header("Access-Control-Allow-Methods") == "POST, OPTIONS");
  REQUIRE(answer.header("Access-Control-Allow-Headers") ==
          "content-type,x-amz-user-agent,x-api-key");
  REQUIRE(answer.header("x-amzn-RequestId").size() == 36);
  REQUIRE_FALSE(answer.has_header("Content-Length"));
  http.publish("/default/a", {"1"});
}

TEST_CASE("Fifty pipelined requests are answered in their order") {
  node_process node;
  web_socket subscriber{node.port()};
  subscriber.subscribe("s", "/default/a");
  http_client http{node.port()};
  std::string all;
  for (int i = 0; i < 50; ++i)
    all += i % 3 == 2
               ? http_request("GET", "/nothing/" + std::to_string(i))
               : publish_request("/default/a",
                                 std::vector<std::string>(static_cast<std::size_t>(i % 3 + 1),
                                                          std::to_string(i)));
  http.send(all);
  for (int i = 0; i < 50; ++i) {
    CAPTURE(i);
    const auto answer = http.read_answer();
    REQUIRE(answer.status == (i % 3 == 2 ? 404 : 200));
    if (i % 3 != 2) {
      REQUIRE((answer.body.find("\"index\":1") != std::string::npos) == (i % 3 == 1));
      for (int event = 0; event <= i % 3; ++event)
        REQUIRE(subscriber.read_event("s") == std::to_string(i));
    }
  }
}

TEST_CASE("A client that expects 100 Continue gets it before it sends the body") {
  node_process node;
  http_client http{node.port()};
  const auto body = publish_body("/default/a", {"1"});
  const auto length = "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
  for (int again = 0; again < 2; ++again) {
    http.send("POST /event HTTP/1.1\r\nHost: a\r\n" + key_line() + "Expect: 100-continue\r\n" +
              length);
    REQUIRE(http.socket().read_until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
    http.send(body);
    REQUIRE(http.read_answer().status == 200);
  }
}

TEST_CASE("A chunked body is taken in any pieces") {
  node_process node;
  web_socket subscriber{node.port()};
  subscriber.subscribe("s", "/default/orders");
  http_client http{node.port()};
  // What .NET's HttpClient sends with PostAsJsonAsync.
  const std::string head = "POST /event HTTP/1.1\r\nHost: localhost:8080\r\n" + key_line() +
                           "Transfer-Encoding: chunked\r\n"
                           "Content-Type: application/json; charset=utf-8\r\n\r\n";
  const std::string dotnet =
      head + "4E\r\n"
             R"({"channel":"/default/orders","events":["{\u0022orderId\u0022:\u0022A\u0022}"]})"
             "\r\n0\r\n\r\n";
  http.send(dotnet);
  REQUIRE(http.read_answer().status == 200);
  REQUIRE(subscriber.read_event("s") == R"({"orderId":"A"})");
  for (const char byte : dotnet)
    http.send({&byte, 1});
  REQUIRE(http.read_answer().status == 200);
  REQUIRE(subscriber.read_event("s") == R"({"orderId":"A"})");
  std::string pieces = head;
  for (const char byte : publish_body("/default/orders", {"7"}))
    pieces += std::string{"01;a=\"b\"\r\n"} + byte + "\r\n";
  http.send(pieces + "000\r\nTrailer: x\r\n\r\n");
  REQUIRE(http.read_answer().status == 200);
  REQUIRE(subscriber.read_event("s") == "7");
}

TEST_CASE("HTTP/1.0 is answered and closed unless it asks to be kept") {
  node_process node;
  const auto body = publish_body("/default/a", {"1"});
  const auto rest =
      key_line() + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  {
    http_client http{node.port()};
    const auto answer = http.ask("POST /event HTTP/1.0\r\n" + rest);
    REQUIRE(answer.status == 200);
    REQUIRE(answer.header("Connection") == "close");
    REQUIRE(http.socket().read_to_end().empty());
  }
  {
    http_client http{node.port()};
    for (int again = 0; again < 2; ++again) {
      const auto answer = http.ask("POST /event HTTP/1.0\r\nConnection: keep-alive\r\n" + rest);
      REQUIRE(answer.status == 200);
      REQUIRE(answer.header("Connection") == "keep-alive");
    }
  }
}

TEST_CASE("Connection: close is honoured") {
  node_process node;
  http_client http{node.port()};
  const auto answer = http.ask(http_request("POST", "/event", key_line() + "Connection: close\r\n",
                                            publish_body("/default/a", {"1"})));
  REQUIRE(answer.status == 200);
  REQUIRE(answer.header("Connection") == "close");
  REQUIRE(http.socket().read_to_end().empty());
}

TEST_CASE("Other paths are 404 and other methods 405 with what is allowed") {
  node_process node;
  http_client http{node.port()};
  struct row {
    const char* method;
    const char* target;
    unsigned status;
    const char* allow;
  };
  const std::vector<row> table{
      {"GET", "/", 404, ""},
      {"POST", "/events", 404, ""},
      {"POST", "/event/", 404, ""},
      {"POST", "/v/dev/event", 404, ""},
      {"GET", "/event", 405, "POST, OPTIONS"},
      {"DELETE", "/event", 405, "POST, OPTIONS"},
      {"POST", "/event/realtime", 405, "GET"},
      {"POST", "/healthz", 405, "GET, HEAD"},
      {"PUT", "/metrics", 405, "GET, HEAD"},
      {"GET", "/event/realtime", 426, ""},
  };
  for (const auto& [method, target, status, allow] : table) {
    CAPTURE(method, target);
    const auto answer = http.ask(http_request(method, target), method);
    REQUIRE(answer.status == status);
    REQUIRE(answer.header("Allow") == allow);
    REQUIRE(answer.header("x-amzn-ErrorType").ends_with("Exception"));
    REQUIRE(answer.body.starts_with(R"({"errors":[{"errorType":")"));
  }
}

TEST_CASE("The status pages answer GET and HEAD") {
  node_process node;
  http_client http{node.port()};
  const auto health = http.ask(http_request("GET", "/healthz"), "GET");
  REQUIRE(health.status == 200);
  REQUIRE(health.body == "ok\n");
  const auto head = http.ask(http_request("HEAD", "/healthz"), "HEAD");
  REQUIRE(head.status == 200);
  REQUIRE(head.header("Content-Length") == "3");
  const auto ready = http.ask(http_request("GET", "/readyz"), "GET");
  REQUIRE(ready.status == 200);
  REQUIRE(ready.body == "ready\n");
  REQUIRE_FALSE(http.socket().has_input());
}

} // namespace actormesh::process
