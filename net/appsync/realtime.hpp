/// The WebSocket side of the Event API (appsync-events protocol section 3).
#pragma once

#include "actors/close_reason.hpp"
#include "actors/connection.hpp"
#include "config/settings.hpp"
#include "net/appsync/operation.hpp"
#include "net/event_loop.hpp"
#include "net/websocket/socket.hpp"
#include "service/call.hpp"
#include "service/session_guard.hpp"
#include "service/tenant.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace actormesh::appsync {

/// What the realtime connections of a loop share.
struct realtime_context {
  net::event_loop& loop;
  operation_parser parser;
  service::tenant_table_ptr tenants;
  config::websocket_settings settings;
  websocket::socket_settings sockets; ///< The part of the settings that is theirs.
  std::string text;                   ///< Scratch for replies.
  std::string path;                   ///< Scratch for what was signed.

  explicit realtime_context(net::event_loop& home)
    : loop(home) {}

  /// Uses other settings from now on. The connections are told by `net::client::settings_changed`.
  void apply(service::tenant_table_ptr served, const config::websocket_settings& changed);
};

/// Loop-bound: one connection of the Event API over WebSocket.
///
/// Turns messages into calls, and what becomes of them, and events, into messages. Keeps the time
/// of keep-alives, of refusals and of the connection's life; frames and their time-outs are the
/// socket's, whether the client may be here is the guard's. Owned by its connection actor.
class realtime_edge final : public edge,
                            public websocket::upper_layer,
                            public service::session_guard::watcher,
                            public net::client,
                            public net::timer_wheel::entry {
public:
  realtime_edge(realtime_context& context, connection& owner, websocket::socket::options socket,
                service::arrival&& who);
  ~realtime_edge() override;

  /// Sends `response` (the `101`) and begins. `rest` is what the client has sent behind its
  /// request. If somebody else has to say who the client is, what it says waits.
  void start(std::string_view response, std::string_view rest);

  // edge
  void subscribed(const subscription& what) override;
  void deliver(const subscription& what, const event_batch& batch) override;
  void turn_ended() override { socket_.turn_ended(); }

  // websocket::upper_layer
  void on_text(std::string_view text) override;
  void on_closed(close_reason why) override;

  // service::session_guard::watcher
  void on_decided() override;
  void on_expired() override { close(close_reason::token_expired); }
  void hold() override { socket_.pause(); }
  void go_on() override { socket_.resume(); }

  // net::client
  void drain() override { close(close_reason::going_away); }
  void cut_off() override { socket_.cut_off(); }
  void settings_changed() override;

  // net::timer_wheel::entry
  void expired(net::timer_wheel::time_point now) override;

private:
  void on_operation(operation&& what);
  void on_connection_init();
  void subscribe(operation&& what);
  void unsubscribe(const operation& what);
  void publish(operation&& what);
  void fail(std::string_view kind, std::string_view id, failure problem, std::string_view detail);

  void refuse();
  void close(close_reason why);
  void set_timer();

  realtime_context& context_;
  connection& owner_;
  websocket::socket socket_;
  service::session_guard guard_;
  net::timer_wheel::time_point started_;
  net::timer_wheel::time_point next_keep_alive_;
};

} // namespace actormesh::appsync
