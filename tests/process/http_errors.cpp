#include "tests/process/http_client.hpp"
#include "tests/process/node_process.hpp"

#include <catch2/catch.hpp>

namespace actormesh::process {

namespace {

struct refused_publish {
  const char* name;
  unsigned status;
  const char* type;
  const char* message; ///< Null where the protocol says none.
  std::string headers;
  std::string body;
};

std::string error_body(const refused_publish& what) {
  const auto message =
      what.message == nullptr ? std::string{} : ",\"message\":" + json_string(what.message);
  return R"({"errors":[{"errorType":)" + json_string(what.type) + message + "}]" + message + "}";
}

void require_refused(http_client& http, const refused_publish& what) {
  INFO(what.name);
  const auto answer = http.ask(http_request("POST", "/event", what.headers, what.body));
  CHECK(answer.status == what.status);
  CHECK(answer.header("x-amzn-ErrorType") == what.type);
  CHECK(answer.body == error_body(what));
  CHECK(answer.header("Content-Type") == "application/json");
  CHECK(answer.header("x-amzn-RequestId").size() == 36);
  CHECK(answer.header("Access-Control-Allow-Origin") == "*");
}

constexpr const char* unauthorized = "You are not authorized to make this call.";
constexpr const char* not_json = "An event is not a string that holds valid JSON";
constexpr const char* bad_channel = "Invalid Channel Format";
constexpr const char* bad_field = "A field is missing or of the wrong type";

} // namespace

TEST_CASE("Callers without a good key are told so") {
  node_process node;
  http_client http{node.port()};
  const auto body = publish_body("/default/a", {"1"});
  auto other = node_process::key();
  other.back() = other.back() == 'a' ? 'b' : 'a';
  for (const auto& headers :
       {std::string{}, std::string{"x-api-key: \r\n"}, std::string{"x-api-key: da2-wrong\r\n"},
        "x-api-key: " + other + "\r\n", "x-api-key: " + node_process::key() + "x\r\n",
        "authorization: " + node_process::key() + "\r\n"})
    require_refused(http,
                    {headers.c_str(), 401, "UnauthorizedException", unauthorized, headers, body});
  // The answer tells nothing else about the request.
  require_refused(http, {"unknown namespace",
                         401,
                         "UnauthorizedException",
                         unauthorized,
                         {},
                         publish_body("/unknown/a", {"1"})});
}

TEST_CASE("Each fault of a publish request has its answer, and the connection goes on") {
  node_process node;
  http_client http{node.port()};
  const auto key = key_line();
  const auto* const bad = "BadRequestException";
  const auto long_segment = "/default/" + std::string(51, 'x');
  const std::vector<refused_publish> table{
      {"unknown namespace", 401, "UnauthorizedException", nullptr, key,
       publish_body("/unknown/a", {"1"})},
      {"namespace in another case", 401, "UnauthorizedException", nullptr, key,
       publish_body("/Default/a", {"1"})},
      {"underscore", 400, bad, bad_channel, key, publish_body("/default/a_b", {"1"})},
      {"six segments", 400, bad, bad_channel, key, publish_body("/default/2/3/4/5/6", {"1"})},
      {"51 characters", 400, bad, bad_channel, key, publish_body(long_segment, {"1"})},
      {"empty segment", 400, bad, bad_channel, key, publish_body("/default//a", {"1"})},
      {"leading hyphen", 400, bad, bad_channel, key, publish_body("/default/-a", {"1"})},
      {"no channel", 400, bad, bad_channel, key, publish_body("", {"1"})},
      {"wildcard", 400, bad, bad_channel, key, publish_body("/default/*", {"1"})},
      {"no body", 400, bad, "Expected a JSON object", key, ""},
      {"half a body", 400, bad, "Expected a JSON object", key, R"({"channel":"/default/a")"},
      {"an array", 400, bad, "Expected a JSON object", key, "[]"},
      {"more than an object", 400, bad, "Expected a JSON object", key,
       R"({"channel":"/default/a","events":["1"]} x)"},
      {"invalid UTF-8", 400, bad, "Expected a JSON object", key,
       "{\"channel\":\"/default/a\",\"events\":[\"\\\"\xFF\\\"\"]}"},
      {"channel missing", 400, bad, bad_field, key, R"({"events":["1"]})"},
      {"channel no string", 400, bad, bad_field, key, R"({"channel":1,"events":["1"]})"},
      {"events no array", 400, bad, bad_field, key, R"({"channel":"/default/a","events":"1"})"},
      {"events missing", 400, bad, "Input has no events", key, R"({"channel":"/default/a"})"},
      {"no events", 400, bad, "Input has no events", key, publish_body("/default/a", {})},
      {"event not JSON", 400, bad, not_json, key, publish_body("/default/a", {"1", "{a:1}"})},
      {"event empty", 400, bad, not_json, key, publish_body("/default/a", {""})},
      {"event no string", 400, bad, not_json, key,
       R"({"channel":"/default/a","events":[{"a":1}]})"},
  };
  for (const auto& each : table)
    require_refused(http, each);
  http.publish("/default/a", {"1"});
}

TEST_CASE("A key is refused once it has expired, in the running node too") {
  node_process node;
  http_client http{node.port()};
  http.publish("/default/a", {"1"});
  auto text = node.read_file("keys.yaml");
  const auto expires = text.find("expires: ");
  REQUIRE(expires != std::string::npos);
  text.replace(expires + 9, 20, "2020-01-01T00:00:00Z");
  node.write_file("keys.yaml", text);
  node.wait_for_log("file of keys reloaded");
  // The loop learns of it in a turn of its own: asked until then.
  const auto until = std::chrono::steady_clock::now() + patience;
  http_answer answer;
  do
    answer = http.ask(publish_request("/default/a", {"1"}));
  while (answer.status == 200 && std::chrono::steady_clock::now() < until);
  REQUIRE(answer.status == 401);
  REQUIRE(answer.header("x-amzn-ErrorType") == "UnauthorizedException");
}

TEST_CASE("A mode that the API knows and the namespace does not allow is 403") {
  node_process node{{.namespaces = "[{name: open, auth: {publish: [NONE]}}, {name: default}]"}};
  http_client http{node.port()};
  const auto body = publish_body("/open/a", {"1"});
  REQUIRE(http.ask(http_request("POST", "/event", {}, body)).status == 200);
  REQUIRE(http.ask(http_request("POST", "/event", key_line(), body)).status == 200);
  REQUIRE(http.ask(http_request("POST", "/event", {}, publish_body("/default/a", {"1"}))).status ==
          401);
  require_refused(http, {"a wrong key where none is needed", 401, "UnauthorizedException",
                         unauthorized, "x-api-key: da2-wrong\r\n", body});
}

TEST_CASE("A body above 1.2 MB is 413 and headers above the limit are 431") {
  node_process node;
  {
    http_client http{node.port()};
    http.send("POST /event HTTP/1.1\r\nHost: a\r\n" + key_line() +
              "Content-Length: 1258292\r\n\r\n");
    const auto answer = http.read_answer();
    REQUIRE(answer.status == 413);
    REQUIRE(answer.header("Connection") == "close");
    REQUIRE(answer.header("x-amzn-ErrorType") == "RequestEntityTooLargeException");
    REQUIRE(http.socket().read_to_end().empty());
  }
  {
    // Chunked: known only when the bytes have come.
    http_client http{node.port()};
    http.send("POST /event HTTP/1.1\r\nHost: a\r\n" + key_line() +
              "Transfer-Encoding: chunked\r\n\r\n133334\r\n" + std::string(1258292, ' '));
    REQUIRE(http.read_answer().status == 413);
    REQUIRE(http.socket().read_to_end().empty());
  }
  {
    // More than 64 bits can count.
    http_client http{node.port()};
    http.send("POST /event HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
              "10000000000000001\r\nx\r\n0\r\n\r\n");
    REQUIRE(http.read_answer().status == 413);
    REQUIRE(http.socket().read_to_end().empty());
  }
  {
    http_client http{node.port()};
    const auto filler = "x-filler: " + std::string(16 * 1024, 'x') + "\r\n";
    const auto answer = http.ask(http_request("GET", "/healthz", filler), "GET");
    REQUIRE(answer.status == 431);
    REQUIRE(answer.header("Connection") == "close");
    REQUIRE(answer.header("x-amzn-ErrorType") == "RequestHeaderFieldsTooLargeException");
    REQUIRE(http.socket().read_to_end().empty());
  }
}

} // namespace actormesh::process
