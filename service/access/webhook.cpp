#include "service/access/webhook.hpp"

#include "auth/strict_json.hpp"
#include "telemetry/log.hpp"
#include "text/hex.hpp"

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

} // namespace

struct webhook::pattern {
  boost::regex regex;
};

webhook::webhook(hook_owner whose, const hook_format& format, config::authorizer_settings settings,
                 fetch::client& web)
  : whose_(std::move(whose))
  , format_(format)
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
                         "apis[" + whose_.api + "].authorizer.identity_validation_expression", 0, 0,
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
  for (const auto* const part : {&whose_.api, &what.channel, &what.token})
    key.append(std::to_string(part->size())).append(":").append(*part);
  key.append(what.what.name());
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
  asked.body = format_.write(whose_, what);
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
    auto said = self->read(got, *token);
    if (said.ttl.count() > 0) {
      const std::lock_guard guard{self->mutex_};
      self->answers_.put(digest, {said.what, std::chrono::steady_clock::now() + said.ttl});
    }
    done(std::move(said.what));
  });
}

webhook::heard webhook::broken(std::string_view why, std::chrono::milliseconds ttl) const {
  log::warn("the authorizer did not answer", {{"api", whose_.api}, {"error", std::string{why}}});
  return {{verdict::unavailable}, ttl};
}

webhook::heard webhook::read(const fetch::response& got, const auth::sha256_digest& token) const {
  if (got.problem != fetch::error::none)
    return broken(got.error_text);
  if (got.status != 200)
    return broken("status " + std::to_string(got.status));
  auto body = auth::parse_strict_object(got.body);
  if (!body)
    return broken("no JSON object");
  auto said = format_.read(std::move(*body));
  if (!said.authorized)
    return broken(said.problem);
  auto ttl = said.ttl.value_or(settings_.result_ttl);
  if (got.body.size() > remembered_bytes)
    ttl = std::chrono::milliseconds{0};
  if (!*said.authorized)
    return {{verdict::refused_by_hook}, ttl};
  if (!said.problem.empty())
    return broken(said.problem, ttl);
  auth::identity who;
  who.mode = config::auth_mode::lambda;
  who.claims = std::move(said.claims);
  for (const auto* const name : {"sub", "username", "userId"})
    if (const auto* const found = who.claims.if_contains(name); found != nullptr)
      if (who.name.empty() && found->is_string())
        who.name.assign(found->get_string().data(), found->get_string().size());
  // Who has no name is at least the same one every time.
  if (who.name.empty())
    who.name = "token-" + text::to_hex(auth::view(token).substr(0, 6));
  return {{verdict::allowed, std::make_shared<const auth::identity>(std::move(who))}, ttl};
}

} // namespace actormesh::access
