#include "auth/token_rules.hpp"

#include <boost/json/array.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>
#include <boost/regex.hpp>

#include <algorithm>
#include <cmath>
#include <exception>
#include <utility>

namespace actormesh::auth {

namespace {

namespace json = boost::json;

/// 9999-12-31T23:59:59Z. What is later was meant as milliseconds, or as harm.
constexpr double last_second = 253'402'300'799.0;

std::string_view view(const json::string& text) noexcept { return {text.data(), text.size()}; }

const json::value* find(const json::object& claims, std::string_view name) noexcept {
  return claims.if_contains({name.data(), name.size()});
}

/// A claim that is a string. Nothing if it is absent or anything else.
std::optional<std::string_view> text_of(const json::object& claims,
                                        std::string_view name) noexcept {
  const auto* const value = find(claims, name);
  const auto* const text = value == nullptr ? nullptr : value->if_string();
  if (text == nullptr)
    return std::nullopt;
  return view(*text);
}

// -- clients --------------------------------------------------------------------------------------

/// Whether a claim is a string that matches, or a list with one.
bool has_client(const json::value* claim, const client_pattern& clients) noexcept {
  if (claim == nullptr)
    return false;
  const auto is_client = [&clients](const json::value& each) {
    const auto* const text = each.if_string();
    return text != nullptr && clients.matches(view(*text));
  };
  const auto* const list = claim->if_array();
  return list == nullptr ? is_client(*claim) : std::any_of(list->begin(), list->end(), is_client);
}

token_verdict check_cognito_client(const token_rules& rules, const json::object& claims) noexcept {
  const auto use = text_of(claims, "token_use");
  const bool is_id = use == "id";
  if (!is_id && use != "access")
    return token_verdict::wrong_token_use;
  const auto* const client = find(claims, is_id ? "aud" : "client_id");
  return !rules.clients || has_client(client, *rules.clients) ? token_verdict::ok
                                                              : token_verdict::wrong_client;
}

token_verdict check_oidc_client(const token_rules& rules, const json::object& claims) noexcept {
  if (!rules.clients)
    return token_verdict::ok;
  for (const auto* const name : {"aud", "azp", "client_id"}) {
    if (has_client(find(claims, name), *rules.clients))
      return token_verdict::ok;
  }
  return token_verdict::wrong_client;
}

// -- dates ----------------------------------------------------------------------------------------

/// A date that may be absent, and may be none.
struct date_claim {
  bool present = false;
  std::optional<token_time> time;

  [[nodiscard]] bool is_bad() const noexcept { return present && !time; }
};

date_claim date_of(const json::object& claims, std::string_view name) noexcept {
  return {find(claims, name) != nullptr, numeric_date(claims, name)};
}

token_verdict check_dates(const token_rules& rules, const json::object& claims,
                          token_time now) noexcept {
  const auto expiry = date_of(claims, "exp");
  const auto start = date_of(claims, "nbf");
  const auto issued = date_of(claims, "iat");
  const auto authenticated = date_of(claims, "auth_time");
  // Differences are compared: a lifetime may be as long as there is room for.
  if (expiry.is_bad() || start.is_bad() || issued.is_bad() || authenticated.is_bad())
    return token_verdict::bad_date;
  if (!expiry.present)
    return token_verdict::no_expiry;
  if (now - *expiry.time >= rules.leeway)
    return token_verdict::expired;
  if (start.present && *start.time - now > rules.leeway)
    return token_verdict::not_yet;
  if (!issued.present)
    return token_verdict::no_issue_time;
  if (*issued.time - now > rules.leeway)
    return token_verdict::from_the_future;
  if (rules.iat_ttl.count() > 0 && now - *issued.time > rules.iat_ttl)
    return token_verdict::too_old;
  if (rules.auth_ttl.count() <= 0)
    return token_verdict::ok;
  if (!authenticated.present)
    return token_verdict::no_auth_time;
  return now - *authenticated.time > rules.auth_ttl ? token_verdict::auth_too_old
                                                    : token_verdict::ok;
}

} // namespace

// -- client_pattern -------------------------------------------------------------------------------

struct client_pattern::compiled {
  boost::regex regex;
};

client_pattern::client_pattern(std::shared_ptr<const compiled> regex) noexcept
  : regex_{std::move(regex)} {}

std::variant<client_pattern, std::string> client_pattern::compile(std::string_view pattern) {
  if (pattern.empty())
    return "an empty pattern matches no client";
  if (pattern.size() > client_pattern_bytes)
    return "longer than " + std::to_string(client_pattern_bytes) + " characters";
  try {
    const boost::regex regex{pattern.begin(), pattern.end(), boost::regex::perl};
    return client_pattern{std::make_shared<const compiled>(compiled{regex})};
  } catch (const std::exception& problem) {
    return problem.what();
  }
}

bool client_pattern::matches(std::string_view id) const noexcept {
  if (id.size() > client_id_bytes)
    return false;
  try {
    return boost::regex_match(id.begin(), id.end(), regex_->regex);
  } catch (const std::exception&) {
    return false; // Boost.Regex gave up: too many steps, or out of memory.
  }
}

// -- rules ----------------------------------------------------------------------------------------

const char* to_string(token_verdict verdict) noexcept {
  switch (verdict) {
  case token_verdict::ok:
    return "ok";
  case token_verdict::wrong_issuer:
    return "wrong issuer";
  case token_verdict::wrong_token_use:
    return "wrong token_use";
  case token_verdict::wrong_client:
    return "wrong client";
  case token_verdict::bad_date:
    return "a date that is none";
  case token_verdict::no_expiry:
    return "no exp";
  case token_verdict::expired:
    return "token expired";
  case token_verdict::not_yet:
    return "token not valid yet";
  case token_verdict::no_issue_time:
    return "no iat";
  case token_verdict::from_the_future:
    return "token issued in the future";
  case token_verdict::too_old:
    return "token issued too long ago";
  case token_verdict::no_auth_time:
    return "no auth_time";
  case token_verdict::auth_too_old:
    return "authenticated too long ago";
  }
  return "unknown";
}

token_verdict check(const token_rules& rules, const json::object& claims, token_time now) noexcept {
  if (text_of(claims, "iss") != rules.issuer)
    return token_verdict::wrong_issuer;
  const auto client = rules.kind == token_kind::cognito ? check_cognito_client(rules, claims)
                                                        : check_oidc_client(rules, claims);
  return client == token_verdict::ok ? check_dates(rules, claims, now) : client;
}

std::optional<token_time> numeric_date(const json::object& claims, std::string_view name) noexcept {
  const auto* const value = find(claims, name);
  if (value == nullptr || !value->is_number())
    return std::nullopt;
  double seconds = 0;
  if (const auto* const whole = value->if_int64())
    seconds = static_cast<double>(*whole);
  else if (const auto* const large = value->if_uint64())
    seconds = static_cast<double>(*large);
  else
    seconds = value->get_double();
  // Written so that what is not a number fails, too.
  if (!(seconds >= 0 && seconds <= last_second))
    return std::nullopt;
  return token_time{std::chrono::milliseconds{std::llround(std::floor(seconds * 1000))}};
}

} // namespace actormesh::auth
