#include "service/access/authority.hpp"

#include "auth/signing_key_cache.hpp"
#include "auth/sigv4.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <optional>
#include <utility>

namespace actormesh::access {

namespace {

using auth::answer;
using auth::verdict;
using config::auth_mode;

std::chrono::sys_seconds now_in_seconds() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

std::uint64_t next_number() noexcept {
  static std::atomic<std::uint64_t> last{0};
  return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

bool has(std::span<const auth_mode> modes, auth_mode wanted) {
  return std::ranges::find(modes, wanted) != modes.end();
}

/// Keys that were derived on this thread; they are overwritten with it.
auth::signing_key_cache& signing_keys() {
  thread_local auth::signing_key_cache keys;
  return keys;
}

verdict verdict_of(auth::sigv4_result what) noexcept {
  switch (what) {
  case auth::sigv4_result::ok:
    return verdict::allowed;
  case auth::sigv4_result::expired:
  case auth::sigv4_result::not_yet:
    return verdict::signature_expired;
  case auth::sigv4_result::malformed:
  case auth::sigv4_result::missing_signed_header:
  case auth::sigv4_result::host_not_signed:
  case auth::sigv4_result::bad_date:
    return verdict::incomplete_signature;
  case auth::sigv4_result::wrong_scope:
  case auth::sigv4_result::wrong_payload:
  case auth::sigv4_result::wrong_signature:
    break;
  }
  return verdict::bad_signature;
}

bool contains(const std::vector<config::secret>& secrets, std::string_view wanted) {
  auto found = false;
  for (const auto& each : secrets) // All of them, so that the time tells nothing.
    found = auth::equal_in_constant_time(each.view(), wanted) || found;
  return found;
}

std::vector<std::pair<std::string, std::string>> all_headers(const auth::credentials& shown) {
  auto all = shown.others;
  if (shown.host)
    all.emplace_back("host", *shown.host);
  if (shown.authorization)
    all.emplace_back("authorization", *shown.authorization);
  return all;
}

/// A permission that outlives what it was made from.
class kept_permission {
public:
  explicit kept_permission(const permission& from)
    : modes_(from.modes.begin(), from.modes.end())
    , name_space_(from.name_space)
    , channel_(from.channel)
    , wanted_(from) {
    wanted_.modes = modes_;
    wanted_.name_space = name_space_;
    wanted_.channel = channel_;
  }

  kept_permission(const kept_permission&) = delete;
  kept_permission& operator=(const kept_permission&) = delete;

  [[nodiscard]] const permission& operator*() const noexcept { return wanted_; }

private:
  std::vector<auth_mode> modes_;
  std::string name_space_;
  std::string channel_;
  permission wanted_; ///< Refers to the others.
};

} // namespace

authority::authority(parts made_of)
  : parts_(std::move(made_of))
  , number_(next_number())
  , nobody_(std::make_shared<const auth::identity>()) {
  for (const auto& ring : parts_.rings)
    for (const auto& key : ring->keys()) {
      auth::identity who;
      who.mode = auth_mode::api_key;
      who.name = key.id;
      who.claims = {{"keyId", key.id}};
      key_holders_.emplace(&key, std::make_shared<const auth::identity>(std::move(who)));
    }
}

decision authority::decide(const question& what) const {
  auto got = identify(what);
  if (!got.later)
    got.now = count_failure(complete(what.wanted, std::move(got.now)), what.remote);
  return got;
}

/// Section 5.1: the first that applies.
decision authority::identify(const question& what) const {
  const auto* const shown = what.shown;
  if (shown == nullptr || shown->empty())
    return {{verdict::allowed, nobody_}, {}};
  if (shown->api_key && !parts_.rings.empty())
    return {check_api_key(*shown->api_key, what.memo), {}};
  if (!shown->authorization)
    return {{verdict::rejected}, {}};
  if (auth::is_sigv4(*shown->authorization) && parts_.access_keys != nullptr)
    return {check_signature(what), {}};
  if (!parts_.issuers.empty())
    if (const auto look = auth::look_into(auth::without_bearer(*shown->authorization));
        look.problem != auth::token_error::malformed)
      return check_token(what, look);
  if (parts_.hook != nullptr)
    return ask_hook(what);
  return {{parts_.issuers.empty() ? verdict::rejected : verdict::invalid_token}, {}};
}

answer authority::check_api_key(const std::string& key, key_slot* memo) const {
  const auto now = now_in_seconds();
  if (memo != nullptr && *memo != nullptr) {
    const auto& known = **memo;
    if (known.authority_ == number_ && now < known.until_ &&
        auth::equal_in_constant_time(known.key_, key))
      return {verdict::allowed, known.who_};
  }
  for (const auto& ring : parts_.rings) {
    const auto checked = ring->check(key, now);
    if (checked.outcome != config::key_ring::verdict::accepted)
      continue;
    auto who = key_holders_.at(checked.key);
    if (memo != nullptr) {
      if (*memo == nullptr)
        *memo = std::make_unique<key_memo>();
      auto& known = **memo;
      known.authority_ = number_;
      known.until_ = checked.key->expires;
      known.key_ = key;
      known.who_ = who;
    }
    return {verdict::allowed, std::move(who)};
  }
  return {verdict::rejected};
}

answer authority::check_signature(const question& what) const {
  const auto& shown = *what.shown;
  const auto authorization = auth::parse_authorization(*shown.authorization);
  if (!authorization)
    return {verdict::incomplete_signature};
  const auto* const key = parts_.access_keys->find(authorization->access_key_id);
  if (key == nullptr)
    return {verdict::unknown_access_key};
  std::vector<auth::header_field> headers;
  headers.reserve(shown.others.size() + 1);
  for (const auto& [name, value] : shown.others)
    headers.push_back({name, value});
  if (shown.host)
    headers.push_back({"host", *shown.host});
  const auto token = auth::header_value(headers, "x-amz-security-token");
  if (token ? !contains(key->session_tokens, *token) : !key->session_tokens.empty())
    return {verdict::unknown_access_key};
  const auth::sigv4_request request{.over = what.over, .headers = headers};
  const auto now = now_in_seconds();
  auto outcome = auth::sigv4_result::wrong_signature;
  for (const auto& secret : key->secrets) {
    const auth::sigv4_expectation expected{
        .secret_key = secret.view(),
        .region = parts_.iam.region,
        .service = parts_.speaks.words.service,
        .now = now,
        .skew = std::chrono::ceil<std::chrono::seconds>(parts_.iam.clock_skew)};
    outcome = auth::verify_sigv4(*authorization, request, expected, signing_keys());
    if (outcome != auth::sigv4_result::wrong_signature)
      break;
  }
  const auto result = verdict_of(outcome);
  return {result, result == verdict::allowed ? key->who : nullptr,
          result == verdict::allowed ? std::string{} : std::string{auth::to_string(outcome)}};
}

decision authority::check_token(const question& what, const auth::token_look& look) const {
  const auto token = auth::without_bearer(*what.shown->authorization);
  if (look.problem != auth::token_error::none)
    return {{verdict::invalid_token}, {}};
  const auto found = std::ranges::find_if(
      parts_.issuers, [&](const auto& each) { return each->settings().issuer == look.issuer; });
  if (found == parts_.issuers.end())
    return {{verdict::invalid_token}, {}};
  const auto& from = *found;
  // Somebody who guesses is worth no signature's check; what is known to be good costs none.
  const auto guesses = parts_.limiter != nullptr &&
                       parts_.limiter->exhausted(what.remote, std::chrono::steady_clock::now());
  if (auto checked = from->check(token, look, guesses))
    return {*std::move(checked), {}};
  decision made;
  made.later = [this, from, text = std::string{token},
                kept = std::make_shared<const kept_permission>(what.wanted),
                remote = what.remote](auth::answer_handler done) {
    from->check_later(text, [=, this, done = std::move(done)](answer got) {
      done(count_failure(complete(**kept, std::move(got)), remote));
    });
  };
  return made;
}

decision authority::ask_hook(const question& what) const {
  const auto& wanted = what.wanted;
  // A call would be about something that can't be done anyway.
  if (wanted.identify_only)
    return {{verdict::allowed, nobody_}, {}};
  if (!has(wanted.modes, auth_mode::lambda))
    return {{has(wanted.modes, auth_mode::none) ? verdict::rejected : verdict::mode_not_allowed},
            {}};
  hook_question asked{.token = *what.shown->authorization,
                      .what = wanted.what,
                      .name_space = std::string{wanted.name_space},
                      .channel = std::string{wanted.channel},
                      .request_id = std::string{what.request_id},
                      .headers = all_headers(*what.shown)};
  auth::sha256_digest digest{};
  if (auto known = parts_.hook->check(asked, digest))
    return {*std::move(known), {}};
  if (parts_.limiter != nullptr &&
      parts_.limiter->exhausted(what.remote, std::chrono::steady_clock::now()))
    return {{verdict::throttled}, {}};
  decision made;
  made.later = [this, asked = std::move(asked), digest,
                kept = std::make_shared<const kept_permission>(wanted),
                remote = what.remote](auth::answer_handler done) {
    parts_.hook->ask(asked, digest, [=, this, done = std::move(done)](answer got) {
      done(count_failure(complete(**kept, std::move(got)), remote));
    });
  };
  return made;
}

/// Whoever it is: may they?
answer authority::complete(const permission& asked, answer got) const {
  if (got.outcome != verdict::allowed || asked.identify_only)
    return got;
  const auto& who = *got.who;
  if (!has(asked.modes, who.mode) && !has(asked.modes, auth_mode::none))
    return {who.mode == auth_mode::none ? verdict::missing : verdict::mode_not_allowed, got.who};
  if (who.permissions != nullptr) {
    const auth::access wanted{asked.what, parts_.api, asked.channel};
    if (who.permissions->check(wanted) != auth::decision::allowed) {
      const auth::arn_scope scope{parts_.iam.region, parts_.iam.account};
      return {verdict::access_denied, got.who,
              "User: arn:aws:iam::" + parts_.iam.account + ":user/" + who.name +
                  " is not authorized to perform: " + std::string{asked.what.name()} +
                  " on resource: " + auth::to_arn(scope, wanted)};
    }
  }
  if (asked.forms != nullptr && !asked.forms->allow(asked.channel, who.claims))
    return {verdict::access_denied, got.who};
  return got;
}

answer authority::count_failure(answer got, const boost::asio::ip::address& from) const {
  if (auth::is_wrong_guess(got.outcome) && parts_.limiter != nullptr &&
      parts_.limiter->failed(from, std::chrono::steady_clock::now()))
    got = {verdict::throttled};
  return got;
}

} // namespace actormesh::access
