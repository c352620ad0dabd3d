#include "service/access/store.hpp"

#include "telemetry/log.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace actormesh::access {

namespace {

namespace log = telemetry::log;

bool uses(const config::api_settings& api, config::auth_mode mode) {
  const auto has = [mode](const std::vector<config::auth_mode>& modes) {
    return std::ranges::find(modes, mode) != modes.end();
  };
  return has(api.auth.connect) || has(api.auth.publish) || has(api.auth.subscribe) ||
         std::ranges::any_of(api.namespaces, [&](const auto& each) {
           return has(each.publish_auth) || has(each.subscribe_auth);
         });
}

} // namespace

store::store()
  : web_(std::make_unique<fetch::client>()) {}

store::~store() {
  // A source waits for its program; what was asked is given up then.
  for (auto& [id, each] : entries_)
    each.source.reset();
}

std::shared_ptr<const authority> store::make(const config::api_settings& api, const dialect& speaks,
                                             const config::key_ring_ptr& file_keys) {
  auto& its = entries_[api.id];
  update_source(its, api);
  // What was made in another dialect is of no use in this one.
  if (std::exchange(its.speaks, &speaks) != &speaks) {
    its.access_keys = nullptr;
    its.hook = nullptr;
  }
  update_access_keys(its, api);
  update_issuers(its, api);
  update_hook(its, api);
  if (its.limiter == nullptr)
    its.limiter = std::make_shared<failure_limiter>(api.auth.failures_per_minute);
  else
    its.limiter->limit(api.auth.failures_per_minute);
  its.settings = api;

  authority::parts parts{.speaks = speaks};
  parts.api = api.id;
  parts.iam = api.iam;
  if (file_keys != nullptr)
    parts.rings.push_back(file_keys);
  if (its.source != nullptr)
    parts.rings.push_back(its.source->ring());
  parts.access_keys = its.access_keys;
  parts.issuers = its.issuers;
  parts.hook = its.hook;
  parts.limiter = its.limiter;
  return std::make_shared<const authority>(std::move(parts));
}

void store::update_source(entry& its, const config::api_settings& api) {
  if (!api.keys_source.is_set()) {
    its.source.reset();
  } else if (its.source == nullptr || !(its.source->settings() == api.keys_source)) {
    its.source = std::make_unique<key_source>(api.id, api.keys_source, *web_);
    its.source->read_now();
    std::ranges::move(its.source->take_problems(), std::back_inserter(problems_));
  }
}

void store::update_access_keys(entry& its, const config::api_settings& api) {
  if (api.access_keys.empty())
    its.access_keys = nullptr;
  else if (its.access_keys == nullptr || its.settings.access_keys != api.access_keys ||
           !(its.settings.iam == api.iam))
    load_access_keys(its, api);
}

void store::load_access_keys(entry& its, const config::api_settings& api) {
  its.secret_files.clear();
  for (const auto& each : api.access_keys)
    for (const auto& file : {each.secret_file, each.session_token_file})
      if (!file.empty())
        its.secret_files.push_back({file, config::stamp_of(file)});
  auto loaded = access_key_table::load(api, its.speaks->words);
  const auto usable = !config::has_errors(loaded.problems);
  std::ranges::move(loaded.problems, std::back_inserter(problems_));
  if (usable || its.access_keys == nullptr)
    its.access_keys = std::move(loaded.table);
}

void store::update_issuers(entry& its, const config::api_settings& api) {
  std::vector<std::shared_ptr<issuer>> next;
  for (const auto& each : api.issuers) {
    const auto known =
        std::ranges::find_if(its.issuers, [&](const auto& one) { return one->settings() == each; });
    if (known != its.issuers.end()) {
      next.push_back(*known);
      continue;
    }
    next.push_back(std::make_shared<issuer>(each, *web_));
    std::ranges::move(next.back()->problems(), std::back_inserter(problems_));
  }
  its.issuers = std::move(next);
}

void store::update_hook(entry& its, const config::api_settings& api) {
  if (api.authorizer.url.empty() || !uses(api, config::auth_mode::lambda)) {
    its.hook = nullptr;
    return;
  }
  if (its.hook != nullptr && its.hook->settings() == api.authorizer && its.settings.iam == api.iam)
    return;
  // The old one may still be asked.
  fetch::client_options how;
  how.max_waiting = api.authorizer.queue;
  auto web = std::make_unique<fetch::client>(how);
  its.hook = std::make_shared<webhook>(hook_owner{api.id, api.iam.account}, its.speaks->hook,
                                       api.authorizer, *web);
  hook_clients_.push_back({std::move(web), its.hook});
  const auto& wrong = its.hook->problems();
  problems_.insert(problems_.end(), wrong.begin(), wrong.end());
}

std::vector<std::string> store::poll() {
  // Whoever waits for an answer holds the authority, and that the hook.
  std::erase_if(hook_clients_, [](const auto& each) { return each.user.expired(); });
  std::vector<std::string> changed;
  for (auto& [id, its] : entries_) {
    auto is_new = false;
    if (its.source != nullptr) {
      if (its.source->poll()) {
        is_new = true;
        log::info("keys of a source changed",
                  {{"api", id}, {"keys", its.source->ring()->keys().size()}});
      }
      std::ranges::move(its.source->take_problems(), std::back_inserter(problems_));
    }
    if (std::ranges::any_of(its.secret_files, [](const auto& each) {
          return !(config::stamp_of(each.name) == each.stamp);
        })) {
      load_access_keys(its, its.settings);
      is_new = true;
      log::info("access keys read again", {{"api", id}});
    }
    for (const auto& each : its.issuers)
      each->poll();
    if (is_new)
      changed.push_back(id);
  }
  return changed;
}

bool store::has_asked() const {
  return std::ranges::all_of(entries_, [](const auto& each) {
    const auto& source = each.second.source;
    return source == nullptr || source->has_asked();
  });
}

} // namespace actormesh::access
