#include "config/reload.hpp"

#include "config/schema.hpp"
#include "text/host_port.hpp"

#include <algorithm>
#include <utility>

namespace actormesh::config {

namespace {

constexpr const char* absent = "(none)";

/// Takes live options from `fresh` into `next`, and notes every difference. Lists of mappings
/// are not looked at.
template <class Owner>
void compare_options(const std::string& prefix, const Owner& fresh, Owner& next,
                     reload_plan& plan) {
  const Owner running = next;
  for (const auto& each : options<Owner>()) {
    auto from = format(each, running);
    auto to = format(each, fresh);
    if (from == to)
      continue;
    const bool live = each.effect == takes_effect::live;
    auto& into = live ? plan.applied : plan.needs_restart;
    into.push_back({prefix + std::string{each.name}, std::move(from), std::move(to)});
    if (live)
      copy(each, fresh, next);
  }
}

std::string show(const listener_settings& listener) {
  return text::format_host_port(listener.address, listener.port);
}

void compare_listeners(const std::vector<listener_settings>& fresh, reload_plan& plan) {
  const auto& running = plan.next.listeners;
  const auto has = [](const auto& list, const listener_settings& each) {
    return std::find(list.begin(), list.end(), each) != list.end();
  };
  for (const auto& each : running) {
    if (!has(fresh, each))
      plan.needs_restart.push_back({"listeners", show(each), absent});
  }
  for (const auto& each : fresh) {
    if (!has(running, each))
      plan.needs_restart.push_back({"listeners", absent, show(each)});
  }
}

template <class Item, class Name>
Item* find_named(std::vector<Item>& list, Name Item::*name, const Name& wanted) {
  const auto found = std::find_if(list.begin(), list.end(),
                                  [&](const Item& each) { return each.*name == wanted; });
  return found == list.end() ? nullptr : &*found;
}

/// Namespaces come and go live.
void compare_namespaces(const std::string& prefix, const api_settings& fresh, api_settings& next,
                        reload_plan& plan) {
  auto old = std::move(next.namespaces);
  next.namespaces.clear();
  for (const auto& each : fresh.namespaces) {
    if (auto* known = find_named(old, &namespace_settings::name, each.name)) {
      compare_options(prefix + "namespaces[" + each.name + "].", each, *known, plan);
      next.namespaces.push_back(*known);
    } else {
      plan.applied.push_back({prefix + "namespaces", absent, each.name});
      next.namespaces.push_back(each);
    }
  }
  for (const auto& each : old) {
    if (find_named(next.namespaces, &namespace_settings::name, each.name) == nullptr)
      plan.applied.push_back({prefix + "namespaces", each.name, absent});
  }
}

/// Lists of credentials are live as a whole. What is in them is nobody's business in a log.
template <class Item>
void compare_list(const std::string& path, const std::vector<Item>& fresh, std::vector<Item>& next,
                  reload_plan& plan) {
  if (fresh == next)
    return;
  plan.applied.push_back({path, std::to_string(next.size()) + " configured",
                          std::to_string(fresh.size()) + " configured"});
  next = fresh;
}

void compare_apis(const settings& fresh, reload_plan& plan) {
  auto wanted = fresh.apis;
  for (auto& running : plan.next.apis) {
    const auto* const found = find_named(wanted, &api_settings::id, running.id);
    if (found == nullptr) {
      plan.needs_restart.push_back({"apis", running.id, absent});
      continue;
    }
    const auto prefix = "apis[" + running.id + "].";
    compare_options(prefix, *found, running, plan);
    compare_list(prefix + "access_keys", found->access_keys, running.access_keys, plan);
    compare_list(prefix + "issuers", found->issuers, running.issuers, plan);
    compare_namespaces(prefix, *found, running, plan);
  }
  for (const auto& each : wanted) {
    if (find_named(plan.next.apis, &api_settings::id, each.id) == nullptr)
      plan.needs_restart.push_back({"apis", absent, each.id});
  }
}

} // namespace

reload_plan plan_reload(const settings& running, const settings& fresh) {
  reload_plan plan;
  plan.next = running;
  compare_options("", fresh, plan.next, plan);
  compare_listeners(fresh.listeners, plan);
  compare_apis(fresh, plan);
  return plan;
}

} // namespace actormesh::config
