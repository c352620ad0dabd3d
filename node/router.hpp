/// Which request goes where.
#pragma once

#include "config/settings.hpp"
#include "net/appsync/format.hpp"
#include "net/appsync/operation.hpp"
#include "net/appsync/realtime.hpp"
#include "net/event_loop.hpp"
#include "net/forwarded_for.hpp"
#include "net/http/exchange.hpp"
#include "net/http/target.hpp"
#include "service/tenant.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace actormesh::net {

enum class readiness : std::uint8_t {
  ready,
  joining,      ///< It has not looked for its mesh yet.
  reading_keys, ///< A source of keys has not answered yet.
  stopping,
};

/// Any thread: what the node as a whole has to say over HTTP.
class node_status {
public:
  virtual ~node_status() = default;

  /// Whether the node takes work.
  [[nodiscard]] virtual readiness ready() const noexcept = 0;

  /// Whether it will take no more.
  [[nodiscard]] virtual bool stopping() const noexcept = 0;

  /// `/metrics` in the Prometheus text format, version 0.0.4.
  [[nodiscard]] virtual std::string metrics() const = 0;

  /// `/mesh` as JSON; empty if the node is in none.
  [[nodiscard]] virtual std::string mesh() const = 0;
};

/// What a router has to know besides the APIs.
struct router_settings {
  std::vector<network> trusted_proxies; ///< Whose `X-Forwarded-For` counts.
  std::string server_header;            ///< Of the `101`; empty: none.
};

/// Loop-bound: the HTTP service of one loop. `POST {prefix}/event`, `GET {prefix}/event/realtime`,
/// `/healthz`, `/readyz`, `/metrics`, `/mesh`.
class router final : public http::handler {
public:
  router(event_loop& loop, const node_status& node);

  /// Uses other settings from now on, and tells the connections.
  void apply(service::tenant_table_ptr tenants, const config::websocket_settings& websocket,
             const router_settings& settings);

  void handle(http::exchange& what) override;
  void refuse(http::exchange& what, http::refusal why) override;

private:
  void publish(http::exchange& what, const service::tenant_ptr& to,
               const http::target_parts& target);
  void finish_publish(http::exchange& what, const service::tenant& to,
                      const service::publish_outcome& outcome);
  void preflight(http::exchange& what, const service::tenant& to);
  void upgrade(http::exchange& what, const service::tenant_ptr& to);
  struct refusal_options {
    std::string_view headers{}; ///< Whole lines.
    unsigned status = 0;        ///< 0: the error's own.
    appsync::stated_details limits{};
  };
  void refuse_with(http::exchange& what, service::failure problem, const refusal_options& how);
  void refuse_with(http::exchange& what, service::failure problem) {
    refuse_with(what, problem, {});
  }
  void answer_plain(http::exchange& what, unsigned status, std::string_view text);
  [[nodiscard]] bool answer_status_page(http::exchange& what, std::string_view path);
  std::string_view common_headers(std::string_view more = {});
  void begin_request(const http::exchange& what);
  void begin_answer(const http::exchange& what, const service::tenant* to);
  [[nodiscard]] boost::asio::ip::address client_address(const http::exchange& what) const;

  event_loop& loop_;
  const node_status& node_;
  appsync::operation_parser parser_;
  appsync::realtime_context realtime_;
  router_settings settings_;
  uuid_text request_id_;       ///< Of the request that is being answered.
  std::string allowed_origin_; ///< What it is told about origins: `*`, its own, or nothing.
  std::string body_;
  std::string headers_;
};

} // namespace actormesh::net
