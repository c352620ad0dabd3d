#include "tests/process/node_process.hpp"
#include "tests/process/web_socket.hpp"

#include <catch2/catch.hpp>

#include <set>

namespace actormesh::process {

namespace {

constexpr const char* uuid_pattern =
    "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}";

std::string letters(std::size_t count) { return '"' + std::string(count, 'x') + '"'; }

} // namespace

TEST_CASE("A publish by HTTP is answered with the event's index and a UUID") {
  node_process node;
  http_client http{node.port()};
  const auto answer = http.ask(publish_request("default/channel", {R"({"event_1":"data_1"})"}));
  REQUIRE(answer.status == 200);
  REQUIRE(without_uuids(answer.body) ==
          R"({"failed":[],"successful":[{"identifier":"UUID","index":0}]})");
  REQUIRE_THAT(answer.body.substr(42, 36), Catch::Matchers::Matches(uuid_pattern));
  REQUIRE(answer.header("Content-Type") == "application/json");
  REQUIRE_THAT(answer.header("x-amzn-RequestId"), Catch::Matchers::Matches(uuid_pattern));
  REQUIRE(answer.header("Access-Control-Allow-Origin") == "*");
  REQUIRE(answer.header("Access-Control-Expose-Headers") == "x-amzn-RequestId,x-amzn-ErrorType");
  REQUIRE_THAT(answer.header("Date"),
               Catch::Matchers::Matches("[A-Z][a-z]{2}, \\d\\d [A-Z][a-z]{2} \\d{4} "
                                        "\\d\\d:\\d\\d:\\d\\d GMT"));
  REQUIRE_FALSE(answer.has_header("x-amzn-ErrorType"));
  REQUIRE_FALSE(answer.has_header("Connection"));
}

TEST_CASE("Two nodes never give the same identifiers") {
  std::set<std::string> ids;
  for (int start = 0; start < 2; ++start) {
    node_process node{{.flags = {"--loops", "2"}}};
    for (int connection = 0; connection < 8; ++connection) {
      http_client http{node.port()};
      const auto answer = http.ask(publish_request("default/channel", {"1"}));
      REQUIRE(ids.insert(answer.header("x-amzn-RequestId")).second);
      REQUIRE(ids.insert(answer.body.substr(42, 36)).second);
    }
  }
}

TEST_CASE("Five events of one request arrive in their order") {
  node_process node;
  web_socket subscriber{node.port()};
  subscriber.subscribe("s", "/default/five");
  http_client http{node.port()};
  const auto answer =
      http.ask(publish_request("/default/five", {"1", "\"two\"", "[3]", "{}", "null"}));
  REQUIRE(without_uuids(answer.body) ==
          R"({"failed":[],"successful":[{"identifier":"UUID","index":0},)"
          R"({"identifier":"UUID","index":1},{"identifier":"UUID","index":2},)"
          R"({"identifier":"UUID","index":3},{"identifier":"UUID","index":4}]})");
  for (const auto* expected : {"1", "\"two\"", "[3]", "{}", "null"})
    REQUIRE(subscriber.read_event("s") == expected);
}

TEST_CASE("A sixth event refuses the whole request") {
  node_process node;
  web_socket subscriber{node.port()};
  subscriber.subscribe("s", "/default/six");
  http_client http{node.port()};
  const auto answer = http.ask(publish_request("/default/six", {"1", "2", "3", "4", "5", "6"}));
  REQUIRE(answer.status == 400);
  REQUIRE(answer.body == R"({"errors":[{"errorType":"BadRequestException",)"
                         R"("message":"Input exceeded 5 event limit"}],)"
                         R"("message":"Input exceeded 5 event limit"})");
  REQUIRE(answer.header("x-amzn-ErrorType") == "BadRequestException");
  subscriber.require_silence();
}

TEST_CASE("An event above 240 KB fails alone") {
  node_process node;
  web_socket subscriber{node.port()};
  subscriber.subscribe("s", "/default/large");
  http_client http{node.port()};
  constexpr std::size_t largest = 240 * 1024;
  const auto answer = http.ask(
      publish_request("/default/large", {"1", letters(largest - 1), letters(largest - 2), "4"}));
  REQUIRE(answer.status == 200);
  REQUIRE(without_uuids(answer.body) ==
          R"({"failed":[{"code":"EventTooLargeException","identifier":"UUID","index":1,)"
          R"("message":"Transformed event is larger than 240KB"}],)"
          R"("successful":[{"identifier":"UUID","index":0},{"identifier":"UUID","index":2},)"
          R"({"identifier":"UUID","index":3}]})");
  REQUIRE(subscriber.read_event("s") == "1");
  REQUIRE(subscriber.read_event("s").size() == largest);
  REQUIRE(subscriber.read_event("s") == "4");
}

TEST_CASE("Five events of the largest size are one request") {
  node_process node;
  http_client http{node.port()};
  http.publish("/default/large", std::vector<std::string>(5, letters(240 * 1024 - 2)));
}

TEST_CASE("A channel is the same with and without slashes around it") {
  node_process node;
  web_socket subscriber{node.port()};
  subscriber.subscribe("s", "default/a/b");
  http_client http{node.port()};
  for (const auto* name : {"default/a/b", "/default/a/b", "default/a/b/", "/default/a/b/"}) {
    http.publish(name, {json_string(name)});
    REQUIRE(subscriber.read_event("s") == json_string(name));
  }
  http.publish("/default/A/b", {"1"});
  subscriber.require_silence();
}

TEST_CASE("A namespace alone is a channel") {
  node_process node;
  web_socket subscriber{node.port()};
  subscriber.subscribe("s", "/default");
  http_client http{node.port()};
  http.publish("default", {"1"});
  REQUIRE(subscriber.read_event("s") == "1");
}

TEST_CASE("What the body has besides, and content-encoding amz-1.0, are ignored") {
  node_process node;
  http_client http{node.port()};
  const std::string body =
      R"({"x":[{"channel":"no"}],"channel":"/default/a","id":7,"events":["1"],"authorization":null})";
  const auto answer = http.ask(http_request(
      "POST", "/event?a=b",
      key_line() + "Content-Type: application/json; charset=UTF-8\r\ncontent-encoding: amz-1.0\r\n"
                   "accept: application/json, text/javascript\r\nx-amz-user-agent: any\r\n"
                   "x-amz-date: 20261121T175940Z\r\n",
      body));
  INFO(answer.body);
  REQUIRE(answer.status == 200);
}

} // namespace actormesh::process
