/// The WebSocket side of the Event API (appsync-events protocol section 3).
#pragma once

#include "actors/close_reason.hpp"
#include "actors/connection.hpp"
#include "config/settings.hpp"
#include "net/access/authority.hpp"
#include "net/address_limit.hpp"
#include "net/appsync/api.hpp"
#include "net/appsync/authorization.hpp"
#include "net/appsync/operation.hpp"
#include "net/event_loop.hpp"
#include "net/websocket/socket.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace actormesh::appsync {

/// What the realtime connections of a loop share.
struct realtime_context {
  net::event_loop& loop;
  operation_parser parser;
  api_table_ptr apis;
  config::websocket_settings settings;
  websocket::socket_settings sockets; ///< The part of the settings that is theirs.
  std::string text;                   ///< Scratch for replies.

  explicit realtime_context(net::event_loop& home)
    : loop(home) {}

  /// Uses other settings from now on. The connections are told by `net::client::settings_changed`.
  void apply(api_table_ptr served, const config::websocket_settings& changed);
};

/// Loop-bound: one connection of the Event API over WebSocket.
///
/// Carries out the operations that come as messages, and sends replies and events. Keeps the time
/// of keep-alives, of refusals, and of what limits the connection's life; frames and their
/// time-outs are the socket's. Owned by its connection actor.
class realtime_edge final : public edge,
                            public websocket::upper_layer,
                            public net::client,
                            public net::timer_wheel::entry {
public:
  struct options {
    api_ptr what;
    admission::ticket admitted;
    net::address_limit::ticket entered; ///< Given back when the connection may stay.
    /// Why the connection may not stay, as far as is known: the client is told when it speaks, and
    /// then closed.
    error refused = error::none;
    bool deflate = false;
  };

  realtime_edge(realtime_context& context, connection& owner, std::unique_ptr<net::stream> socket,
                options how);
  ~realtime_edge() override;

  /// Sends `response` (the `101`) and begins. `rest` is what the client has sent behind its
  /// request. If somebody else has to say who the client is, what it says waits.
  void start(std::string_view response, std::string_view rest, const access::decision& who);

  // edge
  void subscribed(const subscription& what) override;
  void deliver(const subscription& what, const event_batch& batch) override;
  void turn_ended() override { socket_.turn_ended(); }

  // websocket::upper_layer
  void on_text(std::string_view text) override;
  void on_closed(close_reason why) override;

  // net::client
  void drain() override;
  void cut_off() override;
  void settings_changed() override;

  // net::timer_wheel::entry
  void expired(net::timer_wheel::time_point now) override;

private:
  void on_operation(operation&& what);
  void on_connection_init();
  void on_channel_operation(operation&& what);
  void subscribe(const operation& what, const prepared& known, const auth::answer& got);
  void on_unsubscribe(const operation& what);
  void publish(operation&& what, const prepared& known, const auth::answer& got,
               std::chrono::steady_clock::time_point received);
  void wait_for(const std::function<void(auth::answer_handler)>& later,
                std::function<void(const auth::answer&)> then);
  void connected(const auth::answer& got);
  void slow_down_guesser(error problem);
  [[nodiscard]] caller from() const { return {owner_.remote(), owner_.id(), owner_.id()}; }

  void refuse();
  void set_timer();
  /// When the token that it began with runs out, if that ends the connection.
  [[nodiscard]] std::optional<std::chrono::system_clock::time_point> token_end() const;

  realtime_context& context_;
  connection& owner_;
  websocket::socket socket_;
  api_ptr api_;
  admission::ticket admitted_;
  net::address_limit::ticket entered_;
  net::timer_wheel::time_point started_;
  net::timer_wheel::time_point next_keep_alive_;
  std::unique_ptr<const std::string> denied_; ///< Why it was refused, in words; null: it was not.
  error refused_ = error::none;
};

} // namespace actormesh::appsync
