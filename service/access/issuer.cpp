#include "service/access/issuer.hpp"

#include "auth/strict_json.hpp"
#include "telemetry/log.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <fstream>
#include <iterator>
#include <utility>
#include <variant>

namespace actormesh::access {

namespace {

namespace log = telemetry::log;
using auth::answer;
using auth::verdict;

/// Tokens that may wait for keys. Each is at most 16 KiB.
constexpr std::size_t most_waiting = 1'024;

std::chrono::system_clock::time_point wall_clock() { return std::chrono::system_clock::now(); }

std::string without_slash(std::string url) {
  while (url.ends_with('/'))
    url.pop_back();
  return url;
}

std::string text_of(const boost::json::object& from, std::string_view name) {
  const auto* const found = from.if_contains(name);
  const auto* const text = found == nullptr ? nullptr : found->if_string();
  return text == nullptr ? std::string{} : std::string{text->data(), text->size()};
}

verdict verdict_of(auth::token_verdict what) noexcept {
  switch (what) {
  case auth::token_verdict::ok:
    return verdict::allowed;
  case auth::token_verdict::expired:
  case auth::token_verdict::too_old:
  case auth::token_verdict::auth_too_old:
    return verdict::token_expired;
  default:
    return verdict::invalid_token;
  }
}

} // namespace

issuer::issuer(config::issuer_settings settings, fetch::client& web)
  : settings_(std::move(settings))
  , web_(web)
  , known_(config::defaults::token_cache_entries) {
  rules_.kind = settings_.mode == config::auth_mode::cognito ? auth::token_kind::cognito
                                                             : auth::token_kind::oidc;
  rules_.issuer = settings_.issuer;
  rules_.iat_ttl = settings_.iat_ttl;
  rules_.auth_ttl = settings_.auth_ttl;
  rules_.leeway = std::chrono::ceil<std::chrono::seconds>(settings_.leeway);
  if (!settings_.clients.empty()) {
    auto compiled = auth::client_pattern::compile(settings_.clients);
    if (auto* const pattern = std::get_if<auth::client_pattern>(&compiled))
      rules_.clients = std::move(*pattern);
    else
      setting_problems_.push_back({config::severity::error, "issuer " + settings_.issuer, 0, 0,
                                   "clients: " + std::get<std::string>(compiled)});
  }
  if (!settings_.jwks_file.empty())
    load_file();
}

config::problems issuer::problems() const {
  const std::lock_guard guard{mutex_};
  auto all = setting_problems_;
  all.insert(all.end(), file_problems_.begin(), file_problems_.end());
  return all;
}

// -- tokens ---------------------------------------------------------------------------------------

std::optional<answer> issuer::check(std::string_view token, const auth::token_look& look,
                                    bool known_only) {
  if (!setting_problems_.empty())
    return answer{verdict::unavailable};
  const auto digest = auth::sha256(token);
  if (!digest)
    return answer{verdict::unavailable};
  auth::key_set_ptr keys;
  {
    const std::lock_guard guard{mutex_};
    keys = keys_;
    if (const auto* const known = known_.find(*digest); known != nullptr && known->keys == keys)
      return judge(known->who);
    const auto now = steady::now();
    const auto by_web = settings_.jwks_file.empty();
    const auto may_try = by_web && (fetching_ || !tried_ || now - *tried_ >= settings_.min_refresh);
    if (known_only)
      return answer{verdict::throttled};
    if (keys == nullptr)
      return may_try ? std::nullopt : std::optional{answer{verdict::unavailable}};
    if (keys->find(look.key_id, look.signed_with) == nullptr)
      return may_try ? std::nullopt : std::optional{answer{verdict::invalid_token}};
    if (by_web && may_try && !fetching_ && (!fetched_ || now - *fetched_ >= settings_.refresh))
      start_fetch(); // These still do.
  }
  return verify(token, keys);
}

void issuer::check_later(std::string token, auth::answer_handler done) {
  {
    const std::lock_guard guard{mutex_};
    if (waiting_.size() < most_waiting) {
      waiting_.push_back({std::move(token), std::move(done)});
      if (!fetching_)
        start_fetch();
      return;
    }
  }
  done({verdict::unavailable});
}

answer issuer::verify(std::string_view token, const auth::key_set_ptr& keys) {
  auto checked = auth::verify(token, *keys);
  if (checked.problem != auth::token_error::none)
    return {verdict::invalid_token};
  const auto verdict_now = auth::check(rules_, checked.claims,
                                       std::chrono::floor<std::chrono::milliseconds>(wall_clock()));
  if (verdict_now != auth::token_verdict::ok) {
    log::debug("refused a token",
               {{"issuer", settings_.issuer}, {"reason", auth::to_string(verdict_now)}});
    return {verdict_of(verdict_now)};
  }
  auto who = identify(std::move(checked.claims));
  if (const auto digest = auth::sha256(token)) {
    const std::lock_guard guard{mutex_};
    if (keys == keys_)
      known_.put(*digest, {who, keys});
  }
  return {verdict::allowed, std::move(who)};
}

answer issuer::judge(auth::identity_ptr who) const {
  const auto outcome = verdict_of(auth::check(
      rules_, who->claims, std::chrono::floor<std::chrono::milliseconds>(wall_clock())));
  return {outcome, outcome == verdict::allowed ? std::move(who) : nullptr};
}

auth::identity_ptr issuer::identify(boost::json::object claims) const {
  auth::identity made;
  made.mode = settings_.mode;
  for (const auto* const name : {"cognito:username", "username", "sub"}) {
    if (settings_.mode == config::auth_mode::oidc && std::string_view{name} != "sub")
      continue;
    made.name = text_of(claims, name);
    if (!made.name.empty())
      break;
  }
  if (const auto expires = auth::numeric_date(claims, "exp"))
    made.expires = *expires + rules_.leeway;
  made.close_on_expiry = settings_.close_on_expiry;
  made.claims = std::move(claims);
  return std::make_shared<const auth::identity>(std::move(made));
}

// -- keys -----------------------------------------------------------------------------------------

void issuer::poll() {
  if (settings_.jwks_file.empty())
    return;
  {
    const std::lock_guard guard{mutex_};
    if (config::stamp_of(settings_.jwks_file) == file_stamp_)
      return;
  }
  load_file();
  for (const auto& each : problems())
    log::error(config::to_string(each));
}

void issuer::load_file() {
  const auto stamp = config::stamp_of(settings_.jwks_file);
  config::problems found;
  std::ifstream file{settings_.jwks_file, std::ios::binary};
  std::string text;
  if (file) {
    text.resize(auth::jwks_bytes + 1);
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(file.gcount()));
  }
  auto parsed = file.bad() || text.empty()
                    ? auth::jwks_result{nullptr, "cannot be read, or is empty", {}}
                    : auth::parse_jwks(text);
  if (parsed.keys == nullptr)
    found.push_back({config::severity::error, settings_.jwks_file, 0, 0, parsed.problem});
  else if (parsed.keys->empty())
    found.push_back({config::severity::error, settings_.jwks_file, 0, 0, "has no usable key"});
  const std::lock_guard guard{mutex_};
  file_stamp_ = stamp;
  file_problems_ = std::move(found);
  // What can't be used now leaves the keys as they were.
  if (file_problems_.empty()) {
    keys_ = std::move(parsed.keys);
    known_.clear();
  }
}

/// With `mutex_` held.
void issuer::start_fetch() {
  fetching_ = true;
  tried_ = steady::now();
  if (!settings_.jwks_url.empty())
    return fetch_keys(settings_.jwks_url);
  const auto base = without_slash(settings_.issuer);
  if (settings_.mode == config::auth_mode::cognito)
    return fetch_keys(base + "/.well-known/jwks.json");
  web_.fetch(request_for(base + "/.well-known/openid-configuration"),
             [self = shared_from_this()](const fetch::response& got) {
               if (got.problem != fetch::error::none)
                 return self->fetched(nullptr, got.error_text);
               if (got.status != 200)
                 return self->fetched(nullptr, "discovery answered " + std::to_string(got.status));
               const auto document = auth::parse_strict_object(got.body);
               if (!document)
                 return self->fetched(nullptr, "discovery answered with something that is no JSON");
               if (text_of(*document, "issuer") != self->settings_.issuer)
                 return self->fetched(nullptr, "discovery names another issuer");
               const auto from = text_of(*document, "jwks_uri");
               if (from.empty())
                 return self->fetched(nullptr, "discovery names no jwks_uri");
               // Who can change what is said in clear could make keys.
               if (self->settings_.issuer.starts_with("https:") && !from.starts_with("https:"))
                 return self->fetched(nullptr, "discovery names a jwks_uri without TLS");
               self->fetch_keys(from);
             });
}

void issuer::fetch_keys(const std::string& from) {
  web_.fetch(request_for(from), [self = shared_from_this()](const fetch::response& got) {
    if (got.problem != fetch::error::none)
      return self->fetched(nullptr, got.error_text);
    if (got.status != 200)
      return self->fetched(nullptr, "the keys' address answered " + std::to_string(got.status));
    auto parsed = auth::parse_jwks(got.body);
    if (parsed.keys != nullptr && parsed.keys->empty())
      return self->fetched(nullptr, "there is no usable key among them");
    self->fetched(std::move(parsed.keys), parsed.problem);
  });
}

void issuer::fetched(auth::key_set_ptr keys, const std::string& problem) {
  if (keys == nullptr)
    log::warn("keys of an issuer not fetched", {{"issuer", settings_.issuer}, {"error", problem}});
  else
    log::info("keys of an issuer fetched", {{"issuer", settings_.issuer}, {"keys", keys->size()}});
  std::vector<waiting> now;
  auth::key_set_ptr current;
  {
    const std::lock_guard guard{mutex_};
    fetching_ = false;
    if (keys != nullptr) {
      keys_ = std::move(keys);
      fetched_ = steady::now();
      known_.clear();
    }
    current = keys_;
    now.swap(waiting_);
  }
  for (const auto& each : now)
    each.done(current == nullptr ? answer{verdict::unavailable} : verify(each.token, current));
}

fetch::request issuer::request_for(const std::string& url) const {
  fetch::request made;
  made.url = url;
  made.headers = {{"Accept", "application/json"}};
  made.timeout = settings_.timeout;
  made.max_response_bytes = auth::jwks_bytes;
  made.ca_file = settings_.ca;
  return made;
}

} // namespace actormesh::access
