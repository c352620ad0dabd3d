#include "auth/policy.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

// In the words of a kind of API whose ARNs have another form: API Gateway's, whose REST and
// WebSocket APIs name what is called as `API/STAGE/METHOD/PATH`.

using namespace actormesh::auth;
using namespace std::string_literals;

namespace {

constexpr std::array<std::string_view, 2> names{"execute-api:Invoke",
                                                "execute-api:ManageConnections"};

std::string_view problem_of(std::string_view resource) noexcept {
  return resource.find('/') == std::string_view::npos ? "is not of the form API/STAGE/…"
                                                      : std::string_view{};
}

resource_name name_of(const actormesh::auth::access& wanted) {
  resource_name name;
  name.text = std::string{wanted.api} + '/' + std::string{wanted.object};
  name.owner_size = name.text.size();
  return name;
}

constexpr vocabulary words{.service = "execute-api",
                           .kind = "a WebSocket API",
                           .actions = names,
                           .problem_of = problem_of,
                           .name_of = name_of};
constexpr action invoke{words, "execute-api:Invoke"};
constexpr action manage{words, "execute-api:ManageConnections"};

/// The same words of another kind of API.
constexpr vocabulary other_words = words;

using list = std::vector<std::string>;

policy policy_of(const std::vector<statement_text>& statements) {
  auto parsed = policy::parse(statements, words, {"eu-west-1", "123456789012"});
  for (const auto& problem : parsed.problems)
    FAIL(problem.message);
  return parsed.value;
}

std::string arn(std::string_view resource) {
  return "arn:aws:execute-api:eu-west-1:123456789012:" + std::string{resource};
}

decision check(const policy& by, const action& what, std::string_view object) {
  return by.check({what, "i4vdq18wg9", object});
}

list problems_of(const std::vector<statement_text>& statements) {
  list messages;
  for (const auto& problem : policy::parse(statements, words, {}).problems)
    messages.push_back(problem.message);
  return messages;
}

} // namespace

TEST_CASE("a policy is made in the words of its kind of API") {
  const auto by =
      policy_of({{"allow", {"execute-api:Invoke"}, {arn("i4vdq18wg9/prod/$connect")}},
                 {"allow", {"execute-api:Manage*"}, {arn("i4vdq18wg9/prod/*/@connections/*")}},
                 {"deny", {"*"}, {arn("*/DELETE/@connections/*")}}});
  CHECK(check(by, invoke, "prod/$connect") == decision::allowed);
  CHECK(check(by, invoke, "test/$connect") == decision::implicitly_denied);
  CHECK(check(by, invoke, "prod/POST/@connections/L0SM9cOFvHcCIhw=") ==
        decision::implicitly_denied);
  CHECK(check(by, manage, "prod/POST/@connections/L0SM9cOFvHcCIhw=") == decision::allowed);
  CHECK(check(by, manage, "prod/DELETE/@connections/L0SM9cOFvHcCIhw=") ==
        decision::explicitly_denied);
  CHECK(check(by, manage, "prod/$connect") == decision::implicitly_denied);
}

TEST_CASE("an action of other words is allowed by nothing") {
  const auto by = policy_of({{"allow", {"*"}, {"*"}}});
  CHECK(check(by, invoke, "prod/$connect") == decision::allowed);
  CHECK(check(by, action{other_words, "execute-api:Invoke"}, "prod/$connect") ==
        decision::implicitly_denied);
  CHECK(policy{}.check({invoke, "i4vdq18wg9", "prod/$connect"}) == decision::implicitly_denied);
}

TEST_CASE("an action is one of its vocabulary's") {
  CHECK(invoke.name() == "execute-api:Invoke");
  CHECK(manage.name() == "execute-api:ManageConnections");
  CHECK(invoke.bit() != manage.bit());
  CHECK(invoke == action{words, "execute-api:Invoke"});
  CHECK_FALSE(invoke == manage);
  CHECK_FALSE(invoke == action{other_words, "execute-api:Invoke"});
  CHECK_THROWS_AS((action{words, "execute-api:invoke"}), std::invalid_argument);
}

TEST_CASE("what an edge has to say can't be left out") {
  CHECK_FALSE(std::is_default_constructible_v<action>);
  CHECK_FALSE(std::is_default_constructible_v<vocabulary>);
  CHECK_FALSE([]<class T>(T*) {
    return requires { T{.service = "", .kind = "", .actions = names, .problem_of = problem_of}; };
  }(static_cast<vocabulary*>(nullptr)));
  CHECK_FALSE([]<class T>(T*) {
    return requires {
      T{.kind = "", .actions = names, .problem_of = problem_of, .name_of = name_of};
    };
  }(static_cast<vocabulary*>(nullptr)));
}

TEST_CASE("what is asked for has an ARN of its kind of API") {
  CHECK(to_arn({"eu-west-1", "123456789012"}, {manage, "i4vdq18wg9", "prod/GET/@connections/x"}) ==
        "arn:aws:execute-api:eu-west-1:123456789012:i4vdq18wg9/prod/GET/@connections/x");
}

TEST_CASE("complaints about statements are in the words of the kind of API") {
  CHECK(problems_of({{"allow", {"appsync:EventConnect"}, {"*"}}}) ==
        list{"\"appsync:EventConnect\" is no action of a WebSocket API"});
  CHECK(problems_of({{"allow", {"*"}, {"arn:aws:appsync:us-east-1:000000000000:apis/a1"}}}) ==
        list{"\"arn:aws:appsync:us-east-1:000000000000:apis/a1\" is neither * nor begins with "
             "arn:aws:execute-api:"});
  CHECK(problems_of({{"allow", {"*"}, {"arn:aws:execute-api:us-east-1:000000000000:a1"}}}) ==
        list{"\"arn:aws:execute-api:us-east-1:000000000000:a1\" is not of the form API/STAGE/…"});
  const auto too_long = "arn:aws:execute-api:us-east-1:000000000000:a/" + std::string(1024, 'a');
  CHECK(problems_of({{"allow", {"*"}, {too_long}}}).size() == 1);
  CHECK(problems_of({{"allow", {"*"}, {"arn:aws:execute-api:us-east-1:000000000000:"}}}).size() ==
        1);
}

TEST_CASE("every decision has its words") {
  for (auto each : {decision::allowed, decision::implicitly_denied, decision::explicitly_denied})
    CHECK(to_string(each) != "unknown"s);
}
