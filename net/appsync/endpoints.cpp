#include "net/appsync/endpoints.hpp"

#include "net/appsync/signed_operation.hpp"
#include "text/ascii.hpp"

#include <algorithm>

namespace actormesh::appsync {

namespace {

constexpr std::string_view publish_endpoint = "/event";
constexpr std::string_view realtime_endpoint = "/event/realtime";

/// The host without its port; an IPv6 literal keeps its brackets.
std::string_view host_name(std::string_view host) noexcept {
  const auto bracket = host.rfind(']');
  const auto colon = host.rfind(':');
  if (colon != std::string_view::npos && (bracket == std::string_view::npos || bracket < colon))
    host = host.substr(0, colon);
  return host;
}

} // namespace

match select(const service::tenant_table& all, std::string_view path, std::string_view host) {
  const auto name = host_name(host);
  match best;
  for (const auto& candidate : all.all()) {
    const auto& settings = candidate->settings();
    if (!path.starts_with(settings.path_prefix))
      continue;
    const auto rest = path.substr(settings.path_prefix.size());
    const auto where = rest == publish_endpoint    ? endpoint::publish
                       : rest == realtime_endpoint ? endpoint::realtime
                                                   : endpoint::none;
    if (where == endpoint::none)
      continue;
    if (settings.hosts.empty()) {
      if (best.what == nullptr)
        best = {candidate, where};
      continue;
    }
    const auto named = std::ranges::any_of(
        settings.hosts, [&](const auto& own) { return text::iequals(own, name); });
    if (named)
      return {candidate, where};
  }
  return best;
}

namespace {

/// Whatever it is, clients sign it as a publish by HTTP.
auth::signed_request request_of(const service::tenant& to, auth::signed_payload payload,
                                std::string& path) {
  path.assign(to.settings().path_prefix).append(publish_endpoint);
  return {.method = signed_method,
          .path = std::string_view{path},
          .query = std::string_view{},
          .payload = payload};
}

/// What was signed can't be written again from an operation that could not be read.
bool is_unreadable(const service::channel_operation& what) { return what.problem != failure::none; }

} // namespace

service::signed_target signed_over(const service::tenant& to, const service::publish_request& asked,
                                   std::string& path) {
  const auto& what = asked.what;
  return {request_of(to, signed_publish(what.channel, what.events), path), is_unreadable(what)};
}

service::signed_target signed_over(const service::tenant& to,
                                   const service::subscribe_request& asked, std::string& path) {
  return {request_of(to, signed_subscribe(asked.what.channel), path), is_unreadable(asked.what)};
}

auth::signed_request signed_over_connect(const service::tenant& to, std::string& path) {
  return request_of(to, signed_connect(), path);
}

stated_details details_of(const service::tenant& of, std::string_view denied) noexcept {
  const auto& limits = of.settings().limits;
  return {limits.events_per_publish, limits.event_bytes, denied};
}

} // namespace actormesh::appsync
