/// The Event API's addresses: publishing by HTTP, and the upgrade to WebSocket (appsync-events
/// protocol sections 2 and 3.1).
#pragma once

#include "config/settings/websocket.hpp"
#include "net/appsync/operation.hpp"
#include "net/appsync/realtime.hpp"
#include "net/appsync/request_scope.hpp"
#include "net/event_loop.hpp"
#include "net/forwarded_for.hpp"
#include "net/http/routes.hpp"
#include "service/tenant.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace actormesh::appsync {

/// Of all Event APIs of a node.
struct http_settings {
  std::vector<net::network> trusted_proxies; ///< Whose `X-Forwarded-For` counts.
  std::string server_header;                 ///< Of the `101`; empty: none.
};

/// Loop-bound: what the Event APIs of a loop share, and what is told to those who ask for something
/// that nobody answers. Outlives the endpoints that it makes.
class http_edge final : public http::fallback {
public:
  /// `stopping` says whether the node takes no more connections.
  http_edge(net::event_loop& loop, std::function<bool()> stopping);

  /// Uses other settings from now on. The connections are told by `net::client::settings_changed`.
  void apply(service::tenant_table_ptr tenants, const config::websocket_settings& websocket,
             http_settings settings);

  /// Adds the addresses of an API.
  void add_routes(std::vector<http::route>& routes, const service::tenant_ptr& to);

  void refuse(http::exchange& what, http::refusal why, std::string_view allow) override;

  // For its endpoints.
  [[nodiscard]] net::event_loop& loop() noexcept { return loop_; }
  [[nodiscard]] operation_parser& parser() noexcept { return parser_; }
  [[nodiscard]] answer_scratch& scratch() noexcept { return scratch_; }
  [[nodiscard]] realtime_context& realtime() noexcept { return realtime_; }
  [[nodiscard]] const http_settings& settings() const noexcept { return settings_; }
  [[nodiscard]] bool stopping() const { return stopping_(); }

  /// Begins with a request to `to`, which may be null.
  [[nodiscard]] request_scope begin(http::exchange& what, const service::tenant* to);

private:
  net::event_loop& loop_;
  std::function<bool()> stopping_;
  operation_parser parser_;
  answer_scratch scratch_;
  realtime_context realtime_;
  http_settings settings_;
};

} // namespace actormesh::appsync
