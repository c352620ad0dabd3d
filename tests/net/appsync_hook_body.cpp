#include "auth/strict_json.hpp"
#include "net/appsync/hook_body.hpp"
#include "net/appsync/vocabulary.hpp"
#include "service/access/authority.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

using namespace actormesh;
using namespace actormesh::appsync;
using namespace std::chrono_literals;

namespace {

access::hook_answer read(std::string_view body) {
  auto object = auth::parse_strict_object(body);
  REQUIRE(object);
  return read_hook_answer(std::move(*object));
}

} // namespace

TEST_CASE("a hook is asked as AWS asks its functions") {
  CHECK(write_hook_question({"default", "123456789012"},
                            {.token = "let me in",
                             .what = subscribe_action,
                             .name_space = "chat",
                             .channel = "/chat/*",
                             .request_id = "r1",
                             .headers = {{"host", "localhost"}, {"x-\"", "1"}}}) ==
        R"({"authorizationToken":"let me in","requestContext":{"apiId":"default",)"
        R"("accountId":"123456789012","requestId":"r1","operation":"EVENT_SUBSCRIBE",)"
        R"("channelNamespaceName":"chat","channel":"/chat/*"},)"
        R"("requestHeaders":{"host":"localhost","x-\"":"1"}})");
  CHECK(write_hook_question({"default", "123456789012"},
                            {.token = "t", .what = connect_action, .request_id = "r2"}) ==
        R"({"authorizationToken":"t","requestContext":{"apiId":"default",)"
        R"("accountId":"123456789012","requestId":"r2","operation":"EVENT_CONNECT",)"
        R"("channelNamespaceName":null,"channel":null},"requestHeaders":{}})");
  CHECK(write_hook_question({"d", ""}, {.token = "t", .what = publish_action})
            .find(R"("operation":"EVENT_PUBLISH")") != std::string::npos);
}

TEST_CASE("a hook answers as AWS's functions do") {
  struct row {
    const char* body;
    std::optional<bool> authorized;
    std::optional<std::chrono::milliseconds> ttl;
    std::string_view problem;
  };
  const row rows[] = {
      {R"({"isAuthorized":true})", true, {}, ""},
      {R"({"isAuthorized":false})", false, {}, ""},
      {R"({"isAuthorized":true,"handlerContext":null})", true, {}, ""},
      {R"({"isAuthorized":true,"ttlOverride":10})", true, 10s, ""},
      {R"({"isAuthorized":false,"ttlOverride":1.5})", false, 1500ms, ""},
      {R"({"isAuthorized":true,"ttlOverride":0})", true, 0ms, ""},
      {R"({"isAuthorized":true,"ttlOverride":-1})", true, 0ms, ""},
      {R"({"isAuthorized":true,"ttlOverride":1e300})", true, 1h, ""},
      {R"({"isAuthorized":true,"ttlOverride":"10"})", true, {}, ""},
      {R"({})", {}, {}, "isAuthorized is missing"},
      {R"({"isAuthorized":"true"})", {}, {}, "isAuthorized is missing"},
      {R"({"isAuthorized":true,"handlerContext":{"a":1}})",
       true,
       {},
       "handlerContext is no map of strings"},
      {R"({"isAuthorized":true,"ttlOverride":2,"handlerContext":[]})", true, 2s,
       "handlerContext is no map of strings"},
      // What is said about somebody who is refused does not matter.
      {R"({"isAuthorized":false,"handlerContext":[]})", false, {}, ""},
  };
  for (const auto& [body, authorized, ttl, problem] : rows) {
    CAPTURE(body);
    const auto said = read(body);
    CHECK(said.authorized == authorized);
    CHECK(said.ttl == ttl);
    CHECK(said.problem == problem);
    CHECK(said.claims.empty());
  }
  const auto said = read(R"({"isAuthorized":true,"handlerContext":{"sub":"ann","team":"red"}})");
  CHECK(said.problem.empty());
  CHECK(said.claims == boost::json::object{{"sub", "ann"}, {"team", "red"}});
}

TEST_CASE("what an edge has to say about access can't be left out") {
  CHECK_FALSE(std::is_default_constructible_v<access::question>);
  CHECK_FALSE(std::is_default_constructible_v<access::permission>);
  CHECK_FALSE(std::is_default_constructible_v<access::dialect>);
  CHECK_FALSE(std::is_default_constructible_v<access::hook_format>);
  CHECK_FALSE(std::is_default_constructible_v<access::authority::parts>);
}
