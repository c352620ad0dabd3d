#include "net/appsync/api.hpp"

#include "net/ascii.hpp"

#include <algorithm>
#include <utility>

namespace actormesh::appsync {

namespace {

constexpr std::string_view publish_path = "/event";
constexpr std::string_view realtime_path = "/event/realtime";

/// The host without its port; an IPv6 literal keeps its brackets.
std::string_view host_name(std::string_view host) noexcept {
  const auto bracket = host.rfind(']');
  const auto colon = host.rfind(':');
  if (colon != std::string_view::npos && (bracket == std::string_view::npos || bracket < colon))
    host = host.substr(0, colon);
  return host;
}

} // namespace

api::api(config::api_settings settings, config::key_ring_ptr keys, std::shared_ptr<admission> door)
  : settings_(std::move(settings))
  , keys_(std::move(keys))
  , door_(std::move(door)) {
  for (const auto& from : settings_.namespaces) {
    name_space made{from.name, from.publish_auth, from.subscribe_auth, from.slow_consumer};
    if (made.publish.empty())
      made.publish = settings_.auth.publish;
    if (made.subscribe.empty())
      made.subscribe = settings_.auth.subscribe;
    namespaces_.emplace(from.name, std::move(made));
  }
}

const name_space* api::find_namespace(std::string_view name) const noexcept {
  const auto found = namespaces_.find(name);
  return found == namespaces_.end() ? nullptr : &found->second;
}

api::authentication api::authenticate(const credentials* shown,
                                      std::chrono::sys_seconds now) const noexcept {
  if (shown == nullptr || !shown->api_key)
    return {};
  if (keys_ == nullptr)
    return {error::unauthorized, {}};
  const auto checked = keys_->check(*shown->api_key, now);
  if (checked.outcome != config::key_ring::verdict::accepted)
    return {error::unauthorized, {}};
  return {error::none, {config::auth_mode::api_key, checked.key}};
}

error api::authorize(const identity& who, const std::vector<config::auth_mode>& modes) noexcept {
  const auto allowed = std::ranges::any_of(modes, [&](config::auth_mode mode) {
    return mode == who.mode || mode == config::auth_mode::none;
  });
  if (allowed)
    return error::none;
  return who.mode == config::auth_mode::none ? error::unauthorized : error::mode_not_allowed;
}

api_table::match api_table::select(std::string_view path, std::string_view host) const {
  const auto name = host_name(host);
  match best;
  for (const auto& candidate : apis_) {
    const auto& settings = candidate->settings();
    if (!path.starts_with(settings.path_prefix))
      continue;
    const auto rest = path.substr(settings.path_prefix.size());
    const auto where = rest == publish_path    ? endpoint::publish
                       : rest == realtime_path ? endpoint::realtime
                                               : endpoint::none;
    if (where == endpoint::none)
      continue;
    if (settings.hosts.empty()) {
      if (best.what == nullptr)
        best = {candidate, where};
      continue;
    }
    const auto named = std::ranges::any_of(
        settings.hosts, [&](const auto& own) { return net::same_name(own, name); });
    if (named)
      return {candidate, where};
  }
  return best;
}

api_ptr api_table::find(std::string_view id) const noexcept {
  const auto found = std::ranges::find(apis_, id, [](const auto& each) { return each->id(); });
  return found == apis_.end() ? nullptr : *found;
}

} // namespace actormesh::appsync
