#include "net/appsync/http_edge.hpp"

#include "net/appsync/addresses.hpp"
#include "net/appsync/publish_endpoint.hpp"
#include "net/appsync/realtime_endpoint.hpp"
#include "text/ascii.hpp"

#include <memory>
#include <utility>

namespace actormesh::appsync {

namespace {

using boost::beast::http::verb;

failure failure_of(http::refusal why) noexcept {
  switch (why) {
  case http::refusal::header_too_large:
    return failure::header_too_large;
  case http::refusal::body_too_large:
    return failure::body_too_large;
  case http::refusal::timeout:
    return failure::request_timeout;
  case http::refusal::not_found:
    return failure::not_found;
  case http::refusal::method_not_allowed:
    return failure::method_not_allowed;
  case http::refusal::bad_request:
  case http::refusal::bad_version:
  case http::refusal::not_implemented:
    break;
  }
  return failure::bad_request;
}

/// Where HTTP has a status that the protocol's errors do not know; otherwise 0.
unsigned status_of(http::refusal why) noexcept {
  switch (why) {
  case http::refusal::bad_version:
    return 505;
  case http::refusal::not_implemented:
    return 501;
  default:
    return 0;
  }
}

/// The client that trusted proxies name.
boost::asio::ip::address forwarded_address(const http::exchange& what,
                                           const std::vector<net::network>& trusted) {
  std::vector<std::string_view> lines;
  for (const auto& line : what.what().headers)
    if (text::iequals(line.name_text, "x-forwarded-for"))
      lines.push_back(line.value);
  return net::find_client(what.remote_address(), lines, trusted);
}

} // namespace

http_edge::http_edge(net::event_loop& loop, std::function<bool()> stopping)
  : loop_(loop)
  , stopping_(std::move(stopping))
  , realtime_(loop) {}

void http_edge::apply(service::tenant_table_ptr tenants,
                      const config::websocket_settings& websocket, http_settings settings) {
  realtime_.apply(std::move(tenants), websocket);
  settings_ = std::move(settings);
}

void http_edge::add_routes(std::vector<http::route>& routes, const service::tenant_ptr& to) {
  const auto& settings = to->settings();
  const auto publish_path = settings.path_prefix + std::string{publish_address};
  const auto realtime_path = settings.path_prefix + std::string{realtime_address};
  routes.push_back(
      {verb::post, publish_path, settings.hosts, std::make_shared<publish_endpoint>(*this, to)});
  routes.push_back({verb::options, publish_path, settings.hosts,
                    std::make_shared<preflight_endpoint>(*this, to)});
  routes.push_back(
      {verb::get, realtime_path, settings.hosts, std::make_shared<realtime_endpoint>(*this, to)});
}

request_scope http_edge::begin(http::exchange& what, const service::tenant* to) {
  return {what, to, loop_.uuids().next(),
          settings_.trusted_proxies.empty() ? what.remote_address()
                                            : forwarded_address(what, settings_.trusted_proxies)};
}

void http_edge::refuse(http::exchange& what, http::refusal why, std::string_view allow) {
  std::string headers;
  if (!allow.empty())
    headers.append("Allow: ").append(allow).append("\r\n");
  begin(what, nullptr)
      .refuse(what, failure_of(why), scratch_, {.headers = headers, .status = status_of(why)});
}

} // namespace actormesh::appsync
