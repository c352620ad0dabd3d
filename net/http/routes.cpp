#include "net/http/routes.hpp"

#include "text/ascii.hpp"
#include "text/host_port.hpp"

#include <boost/beast/http/field.hpp>

#include <algorithm>
#include <functional>
#include <utility>

namespace actormesh::http {

namespace {

using boost::beast::http::verb;

bool names(const route& what, std::string_view host) {
  return std::ranges::any_of(what.hosts, [&](const auto& own) { return text::iequals(own, host); });
}

/// Adds a method to a list of them, once.
void add_method(std::string& list, verb method) {
  const auto text = boost::beast::http::to_string(method);
  const std::string_view name{text.data(), text.size()};
  if (list.find(name) == std::string::npos)
    list.append(list.empty() ? "" : ", ").append(name);
}

} // namespace

std::size_t route_table::text_hash::operator()(std::string_view text) const noexcept {
  return std::hash<std::string_view>{}(text);
}

route_table::route_table(std::vector<route> routes) {
  for (auto& each : routes)
    by_path_[each.path].push_back(std::move(each));
}

route_table::match route_table::find(verb method, std::string_view path,
                                     std::string_view host) const {
  const auto found = by_path_.find(path);
  if (found == by_path_.end())
    return {};
  const auto name = text::without_port(host);
  const auto& here = found->second;
  const auto is_named =
      std::ranges::any_of(here, [&](const auto& each) { return names(each, name); });
  match made;
  for (const auto& each : here) {
    if (is_named ? !names(each, name) : !each.hosts.empty())
      continue;
    if (each.method == method)
      return {each.to, {}};
    add_method(made.allow, each.method);
  }
  return made;
}

void dispatcher::handle(exchange& what) {
  const auto target = split_target(what.what().target);
  if (!target)
    return fallback_.refuse(what, refusal::not_found, {});
  // The table may be replaced while its endpoint is at work.
  const auto found =
      routes_->find(what.what().method, target->path, what.what()[boost::beast::http::field::host]);
  if (found.to != nullptr)
    return found.to->handle(what, *target);
  fallback_.refuse(what, found.allow.empty() ? refusal::not_found : refusal::method_not_allowed,
                   found.allow);
}

void dispatcher::refuse(exchange& what, refusal why) { fallback_.refuse(what, why, {}); }

} // namespace actormesh::http
