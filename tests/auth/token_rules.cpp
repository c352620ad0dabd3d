#include "auth/token_rules.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <catch2/catch.hpp>

#include <chrono>
#include <limits>
#include <string>
#include <string_view>
#include <variant>

using namespace actormesh::auth;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace json = boost::json;

namespace {

constexpr std::int64_t now_seconds = 1'800'000'000;
constexpr token_time now{std::chrono::seconds{now_seconds}};

client_pattern pattern(std::string_view text) {
  auto compiled = client_pattern::compile(text);
  REQUIRE(std::holds_alternative<client_pattern>(compiled));
  return std::get<client_pattern>(compiled);
}

token_rules rules_of(token_kind kind) {
  token_rules rules;
  rules.kind = kind;
  rules.issuer = "https://issuer.example/pool";
  return rules;
}

json::object good_claims() {
  return {{"iss", "https://issuer.example/pool"},
          {"sub", "alice"},
          {"token_use", "access"},
          {"client_id", "client-1"},
          {"iat", now_seconds - 100},
          {"exp", now_seconds + 100}};
}

/// The verdict on good claims with one of them changed.
token_verdict with(const token_rules& rules, std::string_view name, const json::value& value) {
  auto claims = good_claims();
  claims[{name.data(), name.size()}] = value;
  return check(rules, claims, now);
}

token_verdict without(const token_rules& rules, std::string_view name) {
  auto claims = good_claims();
  claims.erase({name.data(), name.size()});
  return check(rules, claims, now);
}

} // namespace

TEST_CASE("good claims are good") {
  CHECK(check(rules_of(token_kind::cognito), good_claims(), now) == token_verdict::ok);
  CHECK(check(rules_of(token_kind::oidc), good_claims(), now) == token_verdict::ok);
}

TEST_CASE("the issuer has to be the one, byte for byte") {
  const auto rules = rules_of(token_kind::oidc);
  for (const json::value& issuer :
       {json::value{"https://issuer.example/pool/"}, json::value{"https://issuer.example/Pool"},
        json::value{"https://issuer.example"}, json::value{""}, json::value{1}, json::value{},
        json::value(json::array{"https://issuer.example/pool"})}) {
    CAPTURE(issuer);
    CHECK(with(rules, "iss", issuer) == token_verdict::wrong_issuer);
  }
  CHECK(without(rules, "iss") == token_verdict::wrong_issuer);
}

TEST_CASE("a Cognito token is an id or an access token") {
  const auto rules = rules_of(token_kind::cognito);
  CHECK(with(rules, "token_use", "id") == token_verdict::ok);
  CHECK(with(rules, "token_use", "access") == token_verdict::ok);
  CHECK(with(rules, "token_use", "refresh") == token_verdict::wrong_token_use);
  CHECK(with(rules, "token_use", "ID") == token_verdict::wrong_token_use);
  CHECK(with(rules, "token_use", 1) == token_verdict::wrong_token_use);
  CHECK(without(rules, "token_use") == token_verdict::wrong_token_use);
  CHECK(without(rules_of(token_kind::oidc), "token_use") == token_verdict::ok);
}

TEST_CASE("the client of a Cognito token is where its use says") {
  auto rules = rules_of(token_kind::cognito);
  rules.clients = pattern("client-1|client-2");
  auto access = good_claims();
  CHECK(check(rules, access, now) == token_verdict::ok);
  access["client_id"] = "client-3";
  access["aud"] = "client-1";
  CHECK(check(rules, access, now) == token_verdict::wrong_client);
  auto id = good_claims();
  id["token_use"] = "id";
  CHECK(check(rules, id, now) == token_verdict::wrong_client);
  id["aud"] = "client-2";
  CHECK(check(rules, id, now) == token_verdict::ok);
}

TEST_CASE("the client of an OIDC token is in aud, azp or client_id") {
  auto rules = rules_of(token_kind::oidc);
  rules.clients = pattern("app-[0-9]+");
  CHECK(check(rules, good_claims(), now) == token_verdict::wrong_client);
  CHECK(with(rules, "client_id", "app-1") == token_verdict::ok);
  CHECK(with(rules, "azp", "app-1") == token_verdict::ok);
  CHECK(with(rules, "aud", "app-1") == token_verdict::ok);
  CHECK(with(rules, "aud", json::array{"api", "app-1"}) == token_verdict::ok);
  CHECK(with(rules, "aud", json::array{}) == token_verdict::wrong_client);
  CHECK(with(rules, "aud", json::array{1, nullptr, json::array{"app-1"}}) ==
        token_verdict::wrong_client);
  CHECK(with(rules, "aud", json::object{{"app-1", "app-1"}}) == token_verdict::wrong_client);
  CHECK(with(rules, "aud", "my-app-1") == token_verdict::wrong_client);
  CHECK(with(rules, "aud", "app-1x") == token_verdict::wrong_client);
  CHECK(without(rules, "client_id") == token_verdict::wrong_client);
}

// -- dates ----------------------------------------------------------------------------------------

TEST_CASE("a token expires, with some leeway") {
  const auto rules = rules_of(token_kind::oidc);
  CHECK(with(rules, "exp", now_seconds - 59) == token_verdict::ok);
  CHECK(with(rules, "exp", now_seconds - 60) == token_verdict::expired);
  CHECK(with(rules, "exp", static_cast<double>(now_seconds) - 59.5) == token_verdict::ok);
  CHECK(with(rules, "exp", static_cast<double>(now_seconds) - 60.5) == token_verdict::expired);
  CHECK(with(rules, "exp", 0) == token_verdict::expired);
  CHECK(without(rules, "exp") == token_verdict::no_expiry);
  auto exact = rules;
  exact.leeway = 0s;
  CHECK(with(exact, "exp", now_seconds + 1) == token_verdict::ok);
  CHECK(with(exact, "exp", now_seconds) == token_verdict::expired);
}

TEST_CASE("a token may begin later, with some leeway") {
  const auto rules = rules_of(token_kind::oidc);
  CHECK(with(rules, "nbf", now_seconds - 1000) == token_verdict::ok);
  CHECK(with(rules, "nbf", now_seconds + 60) == token_verdict::ok);
  CHECK(with(rules, "nbf", now_seconds + 61) == token_verdict::not_yet);
}

TEST_CASE("a token says when it was issued, and that is in the past") {
  const auto rules = rules_of(token_kind::oidc);
  CHECK(without(rules, "iat") == token_verdict::no_issue_time);
  CHECK(with(rules, "iat", now_seconds + 60) == token_verdict::ok);
  CHECK(with(rules, "iat", now_seconds + 61) == token_verdict::from_the_future);
  CHECK(with(rules, "iat", 0) == token_verdict::ok);
}

TEST_CASE("a token may be too old, to the millisecond") {
  auto rules = rules_of(token_kind::oidc);
  rules.iat_ttl = 5'000ms;
  CHECK(with(rules, "iat", now_seconds - 5) == token_verdict::ok);
  CHECK(with(rules, "iat", static_cast<double>(now_seconds) - 5.5) == token_verdict::too_old);
  CHECK(with(rules, "iat", now_seconds - 6) == token_verdict::too_old);
  rules.iat_ttl = 1ms;
  CHECK(with(rules, "iat", now_seconds) == token_verdict::ok);
  CHECK(with(rules, "iat", now_seconds - 1) == token_verdict::too_old);
}

TEST_CASE("a login may be too long ago") {
  auto rules = rules_of(token_kind::oidc);
  CHECK(with(rules, "auth_time", now_seconds - 10'000) == token_verdict::ok);
  rules.auth_ttl = 10'000ms;
  CHECK(check(rules, good_claims(), now) == token_verdict::no_auth_time);
  CHECK(with(rules, "auth_time", now_seconds - 10) == token_verdict::ok);
  CHECK(with(rules, "auth_time", now_seconds - 11) == token_verdict::auth_too_old);
}

TEST_CASE("lifetimes may be as long as they can be") {
  auto rules = rules_of(token_kind::oidc);
  rules.iat_ttl = std::chrono::milliseconds::max();
  CHECK(with(rules, "iat", 0) == token_verdict::ok);
  CHECK(with(rules, "exp", 253'402'300'799LL) == token_verdict::ok);
  rules.auth_ttl = std::chrono::milliseconds::max();
  CHECK(with(rules, "auth_time", 0) == token_verdict::ok);
}

TEST_CASE("a date that is none is refused, wherever it is") {
  const auto rules = rules_of(token_kind::oidc);
  const json::value bad[] = {
      -1,
      -0.001,
      std::numeric_limits<std::int64_t>::min(),
      std::numeric_limits<std::int64_t>::max(),
      std::numeric_limits<std::uint64_t>::max(),
      253'402'300'800LL,
      1e300,
      -1e300,
      std::numeric_limits<double>::infinity(),
      -std::numeric_limits<double>::infinity(),
      std::numeric_limits<double>::quiet_NaN(),
      "1800000000",
      nullptr,
      true,
      json::array{now_seconds},
      json::object{},
  };
  for (const auto* const name : {"exp", "nbf", "iat", "auth_time"}) {
    for (const auto& value : bad) {
      CAPTURE(name, value);
      CHECK(with(rules, name, value) == token_verdict::bad_date);
      CHECK(numeric_date({{name, value}}, name) == std::nullopt);
    }
  }
}

TEST_CASE("a date may be written in every way that JSON has for numbers") {
  const auto date = [](std::string_view number) {
    const auto text = R"({"exp":)" + std::string{number} + "}";
    return numeric_date(json::parse(text).as_object(), "exp");
  };
  CHECK(date("1800000000") == now);
  CHECK(date("1800000000.0") == now);
  CHECK(date("1.8e9") == now);
  CHECK(date("1800000000.25") == now + 250ms);
  CHECK(date("1800000000.9999") == now + 999ms);
  CHECK(date("0") == token_time{});
  CHECK(date("-0.0") == token_time{});
  CHECK(date("1e400") == std::nullopt);
  CHECK(date("-1e400") == std::nullopt);
  CHECK(date("253402300799") == token_time{253'402'300'799s});
  CHECK(numeric_date({}, "exp") == std::nullopt);
}

// -- patterns -------------------------------------------------------------------------------------

TEST_CASE("a pattern matches whole ids") {
  const auto two = pattern("abc|def");
  CHECK(two.matches("abc"));
  CHECK(two.matches("def"));
  CHECK_FALSE(two.matches("abcdef"));
  CHECK_FALSE(two.matches("abcd"));
  CHECK_FALSE(two.matches("xabc"));
  CHECK_FALSE(two.matches(""));
  CHECK_FALSE(two.matches("abc\n"));
  CHECK_FALSE(two.matches(std::string_view{"abc\0", 4}));
  CHECK(pattern("^(app|web)-[a-z0-9]{4}$").matches("web-12ab"));
  CHECK(pattern(".*").matches(""));
}

TEST_CASE("a pattern never sees an id that is too long") {
  const auto any = pattern("a*");
  CHECK(any.matches(std::string(client_id_bytes, 'a')));
  CHECK_FALSE(any.matches(std::string(client_id_bytes + 1, 'a')));
}

TEST_CASE("a pattern that takes too many steps does not match") {
  const auto begin = std::chrono::steady_clock::now();
  CHECK_FALSE(pattern("(a+)+b").matches(std::string(client_id_bytes, 'a')));
  CHECK_FALSE(pattern("(a|aa)+$b").matches(std::string(client_id_bytes, 'a')));
  CHECK_FALSE(pattern("(.*)*(.*)*(.*)*x").matches(std::string(client_id_bytes, 'a')));
  CHECK(std::chrono::steady_clock::now() - begin < 30s);
}

TEST_CASE("a pattern that is none is refused with a reason") {
  for (const auto& text :
       {""s, "("s, "[a"s, "a{2,1}"s, "*"s, "a\\"s, std::string(client_pattern_bytes + 1, 'a'),
        std::string(2'000, '(') + std::string(2'000, ')')}) {
    CAPTURE(text);
    const auto result = client_pattern::compile(text);
    REQUIRE(std::holds_alternative<std::string>(result));
    CHECK_FALSE(std::get<std::string>(result).empty());
  }
}

TEST_CASE("every verdict has its words") {
  for (auto each : {token_verdict::ok, token_verdict::wrong_issuer, token_verdict::wrong_token_use,
                    token_verdict::wrong_client, token_verdict::bad_date, token_verdict::no_expiry,
                    token_verdict::expired, token_verdict::not_yet, token_verdict::no_issue_time,
                    token_verdict::from_the_future, token_verdict::too_old,
                    token_verdict::no_auth_time, token_verdict::auth_too_old})
    CHECK(to_string(each) != "unknown"s);
}
