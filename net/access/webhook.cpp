#include "net/access/webhook.hpp"

#include "auth/strict_json.hpp"
#include "telemetry/log.hpp"
#include "text/hex.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <boost/regex.hpp>

#include <algorithm>
#include <stdexcept>

namespace actormesh::access {

namespace {

namespace json = boost::json;
namespace log = telemetry::log;
using auth::answer;
using auth::verdict;

/// AWS's limit for what a hook says about the caller.
constexpr std::size_t answer_bytes = 5UL * 1024 * 1024;

/// What an answer may say to be remembered: the memory of the cache has to be bounded.
constexpr std::size_t remembered_bytes = 16UL * 1024;

/// Longer tokens match no expression.
constexpr std::size_t token_bytes = 16UL * 1024;

const char* operation_name(auth::action what) noexcept {
  switch (what) {
  case auth::action::event_connect:
    return "EVENT_CONNECT";
  case auth::action::event_publish:
    return "EVENT_PUBLISH";
  case auth::action::event_subscribe:
    return "EVENT_SUBSCRIBE";
  }
  return "?";
}

json::value text_or_null(const std::string& text) {
  // In parentheses: in braces it would be a list of one.
  return text.empty() ? json::value(nullptr) : json::value(text);
}

} // namespace

struct webhook::pattern {
  boost::regex regex;
};

webhook::webhook(std::string api, std::string account, config::authorizer_settings settings,
                 fetch::client& web)
  : api_(std::move(api))
  , account_(std::move(account))
  , settings_(std::move(settings))
  , answers_(settings_.cache_entries)
  , web_(web) {
  if (settings_.identity_validation_expression.empty())
    return;
  try {
    expression_ = std::make_shared<const pattern>(
        pattern{boost::regex{settings_.identity_validation_expression, boost::regex::perl}});
  } catch (const std::runtime_error& wrong) {
    problems_.push_back({config::severity::error,
                         "apis[" + api_ + "].authorizer.identity_validation_expression", 0, 0,
                         wrong.what()});
  }
}

std::optional<answer> webhook::check(const hook_question& what, auth::sha256_digest& digest) {
  if (!problems_.empty())
    return answer{verdict::unavailable};
  if (what.token.size() > token_bytes)
    return answer{verdict::refused_by_hook};
  if (expression_ != nullptr) {
    try {
      if (!boost::regex_match(what.token, expression_->regex))
        return answer{verdict::refused_by_hook};
    } catch (const std::runtime_error&) { // The expression takes this token too many steps.
      return answer{verdict::refused_by_hook};
    }
  }
  // The documented key of AWS's cache: API, operation, token and, but for connect, the channel.
  std::string key;
  for (const auto* const part : {&api_, &what.channel, &what.token})
    key.append(std::to_string(part->size())).append(":").append(*part);
  key.append(operation_name(what.what));
  const auto made = auth::sha256(key);
  if (!made)
    return answer{verdict::unavailable};
  digest = *made;
  const std::lock_guard guard{mutex_};
  const auto* const known = answers_.find(digest);
  if (known == nullptr || known->until <= std::chrono::steady_clock::now())
    return std::nullopt;
  return known->what;
}

void webhook::ask(hook_question what, const auth::sha256_digest& digest,
                  auth::answer_handler done) {
  fetch::request asked;
  asked.how = fetch::method::post;
  asked.url = settings_.url;
  asked.headers = {{"Content-Type", "application/json"}, {"Accept", "application/json"}};
  asked.body = body_for(what);
  asked.timeout = settings_.timeout;
  asked.max_response_bytes = answer_bytes;
  asked.max_connections = settings_.concurrency;
  asked.ca_file = settings_.ca;
  asked.repeatable = true;
  const auto token = auth::sha256(what.token);
  web_.fetch(std::move(asked), [self = shared_from_this(), digest, token,
                                done = std::move(done)](const fetch::response& got) {
    if (!token)
      return done({verdict::unavailable});
    std::chrono::milliseconds ttl{0};
    auto said = self->read(got, *token, ttl);
    if (ttl.count() > 0) {
      const std::lock_guard guard{self->mutex_};
      self->answers_.put(digest, {said, std::chrono::steady_clock::now() + ttl});
    }
    done(std::move(said));
  });
}

std::string webhook::body_for(const hook_question& what) const {
  json::object headers;
  for (const auto& [name, value] : what.headers)
    headers[name] = value;
  return json::serialize(json::object{{"authorizationToken", what.token},
                                      {"requestContext",
                                       {{"apiId", api_},
                                        {"accountId", account_},
                                        {"requestId", what.request_id},
                                        {"operation", operation_name(what.what)},
                                        {"channelNamespaceName", text_or_null(what.name_space)},
                                        {"channel", text_or_null(what.channel)}}},
                                      {"requestHeaders", std::move(headers)}});
}

answer webhook::read(const fetch::response& got, const auth::sha256_digest& token,
                     std::chrono::milliseconds& ttl) const {
  const auto broken = [this](std::string_view why) {
    log::warn("the authorizer did not answer", {{"api", api_}, {"error", std::string{why}}});
    return answer{verdict::unavailable};
  };
  if (got.problem != fetch::error::none)
    return broken(got.error_text);
  if (got.status != 200)
    return broken("status " + std::to_string(got.status));
  auto said = auth::parse_strict_object(got.body);
  if (!said)
    return broken("no JSON object");
  const auto* const authorized = said->if_contains("isAuthorized");
  if (authorized == nullptr || !authorized->is_bool())
    return broken("isAuthorized is missing");
  ttl = settings_.result_ttl;
  if (const auto* const wanted = said->if_contains("ttlOverride");
      wanted != nullptr && wanted->is_number()) {
    const auto seconds = std::clamp(wanted->to_number<double>(), 0.0, 3'600.0);
    ttl = std::chrono::milliseconds{static_cast<std::int64_t>(seconds * 1'000)};
  }
  if (got.body.size() > remembered_bytes)
    ttl = std::chrono::milliseconds{0};
  if (!authorized->get_bool())
    return {verdict::refused_by_hook};
  auth::identity who;
  who.mode = config::auth_mode::lambda;
  if (auto* const context = said->if_contains("handlerContext");
      context != nullptr && !context->is_null()) {
    if (!context->is_object() || !std::ranges::all_of(context->get_object(), [](const auto& each) {
          return each.value().is_string();
        }))
      return broken("handlerContext is no map of strings");
    who.claims = std::move(context->get_object());
  }
  for (const auto* const name : {"sub", "username", "userId"})
    if (const auto* const found = who.claims.if_contains(name); found != nullptr)
      if (who.name.empty())
        who.name.assign(found->get_string().data(), found->get_string().size());
  // Who has no name is at least the same one every time.
  if (who.name.empty())
    who.name = "token-" + text::to_hex(auth::view(token).substr(0, 6));
  return {verdict::allowed, std::make_shared<const auth::identity>(std::move(who))};
}

} // namespace actormesh::access
