#include "service/tenant.hpp"

#include "text/ascii.hpp"

#include <algorithm>
#include <utility>

namespace actormesh::service {

tenant::tenant(config::api_settings settings, std::shared_ptr<const access::authority> who,
               std::shared_ptr<admission> door, std::shared_ptr<audit::log> log)
  : settings_(std::move(settings))
  , who_(std::move(who))
  , door_(std::move(door))
  , audit_(std::move(log)) {
  for (const auto& from : settings_.namespaces) {
    name_space made;
    made.name = from.name;
    made.publish = from.publish_auth.empty() ? settings_.auth.publish : from.publish_auth;
    made.subscribe = from.subscribe_auth.empty() ? settings_.auth.subscribe : from.subscribe_auth;
    made.slow_consumer = from.slow_consumer;
    made.wildcards = from.wildcards;
    made.forms = access::channel_forms{from.channels};
    made.audit = from.audit;
    audit_level_ = std::max(audit_level_, from.audit);
    namespaces_.emplace(from.name, std::move(made));
  }
}

const name_space* tenant::find_namespace(std::string_view name) const noexcept {
  const auto found = namespaces_.find(name);
  return found == namespaces_.end() ? nullptr : &found->second;
}

bool tenant::allows_origin(std::string_view origin) const noexcept {
  if (settings_.origins.empty() || origin.empty())
    return true;
  return std::ranges::any_of(settings_.origins, [&](const std::string& allowed) {
    const auto star = allowed.find("://*.");
    if (star == std::string::npos)
      return text::iequals(allowed, origin);
    // A host below the one behind the star, and the same scheme.
    const auto scheme = std::string_view{allowed}.substr(0, star + 3);
    const auto suffix = std::string_view{allowed}.substr(star + 4);
    if (origin.size() <= scheme.size() + suffix.size() ||
        !text::iequals(origin.substr(0, scheme.size()), scheme) ||
        !text::iequals(origin.substr(origin.size() - suffix.size()), suffix))
      return false;
    const auto below = origin.substr(scheme.size(), origin.size() - scheme.size() - suffix.size());
    return std::ranges::all_of(below, [](char c) {
      const auto lower = text::to_lower(c);
      return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
    });
  });
}

tenant_ptr tenant_table::find(std::string_view id) const noexcept {
  const auto found = std::ranges::find(tenants_, id, [](const auto& each) { return each->id(); });
  return found == tenants_.end() ? nullptr : *found;
}

} // namespace actormesh::service
