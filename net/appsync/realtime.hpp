/// The WebSocket side of the Event API (appsync-events protocol section 3).
#pragma once

#include "actors/close_reason.hpp"
#include "actors/connection.hpp"
#include "config/settings.hpp"
#include "net/address_limit.hpp"
#include "net/appsync/api.hpp"
#include "net/appsync/authorization.hpp"
#include "net/appsync/operation.hpp"
#include "net/event_loop.hpp"
#include "net/outbound_queue.hpp"
#include "net/stream.hpp"
#include "net/websocket/message_reader.hpp"

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
  std::string text; ///< Scratch for replies.

  explicit realtime_context(net::event_loop& home)
    : loop(home) {}
};

/// Loop-bound: one WebSocket connection, from the `101` on.
///
/// Reads frames into operations, writes replies and events into the connection's outbound queue,
/// keeps its timers. Owned by its connection actor; waits for the socket keep the actor alive.
class realtime_edge final : public edge,
                            public flush_hook,
                            public net::client,
                            public net::timer_wheel::entry {
public:
  struct options {
    api_ptr what;
    admission::ticket admitted;
    net::address_limit::ticket entered; ///< Given back when the connection may stay.
    /// Whether the connection may stay. `none` while `deciding` is set; not `none`: the client is
    /// told when it speaks, and then closed.
    error refused = error::none;
    /// Set if somebody else has to be asked: what the client says waits.
    std::function<void(auth::answer_handler)> deciding;
    bool deflate = false;
  };

  realtime_edge(realtime_context& context, connection& owner, std::unique_ptr<net::stream> socket,
                options how);
  ~realtime_edge() override;

  /// Sends `response` (the `101`) and begins. `rest` is what the client has sent behind its
  /// request; `who` is who it is, unless that is being decided.
  void start(std::string_view response, std::string_view rest, const auth::answer& who);

  // edge
  void subscribed(const subscription& what) override;
  void deliver(const subscription& what, const event_batch& batch) override;
  void turn_ended() override;

  void flush() override;
  void drain() override;
  void cut_off() override;
  void settings_changed() override;
  void expired(net::timer_wheel::time_point now) override;

private:
  enum class state : std::uint8_t {
    open,
    closing,    ///< A close frame is queued; what is queued goes out.
    half_ended, ///< It is out; waits for the client's close frame or the end of the socket.
    ended,
  };

  void wait_readable();
  void on_readable();
  void take(std::span<char> input);
  void watch_message();
  [[nodiscard]] bool is_message_late(net::timer_wheel::time_point now);
  void on_message(const websocket::message& what);
  void on_operation(operation&& what);
  void on_connection_init();
  void on_channel_operation(operation&& what);
  void subscribe(const operation& what, const prepared& known, const auth::answer& got);
  void on_unsubscribe(const operation& what);
  void publish(operation&& what, const prepared& known, const auth::answer& got,
               std::chrono::steady_clock::time_point received);
  void wait_for(const std::function<void(auth::answer_handler)>& later,
                std::function<void(const auth::answer&)> then);
  void on_connect_decided(const auth::answer& got);
  void connected(error outcome, const auth::answer& got);
  void slow_down_guesser(error problem);
  [[nodiscard]] caller from() const { return {owner_.remote(), owner_.id(), owner_.id()}; }

  void reply(std::string_view text);
  void refuse();
  void close(close_reason why);
  void begin_close(close_reason why, websocket::close_code code);
  void sent_everything();
  void set_timer();
  void end(close_reason why);

  realtime_context& context_;
  connection& owner_;
  std::unique_ptr<net::stream> socket_;
  api_ptr api_;
  admission::ticket admitted_;
  net::address_limit::ticket entered_;
  websocket::message_reader reader_;
  net::outbound_queue out_;
  net::timer_wheel::time_point started_;
  net::timer_wheel::time_point next_keep_alive_;
  net::timer_wheel::time_point message_due_; ///< Of what is watched.
  std::optional<std::uint32_t> watched_;     ///< A message that had begun and was not whole.
  state state_ = state::open;
  std::function<void(auth::answer_handler)> deciding_later_; ///< Of the connection, until `start`.
  std::string unread_;                                       ///< Input that waits for a decision.
  std::optional<std::chrono::system_clock::time_point> expires_; ///< Of the token, if that ends it.
  std::string denied_; ///< Why the connection was refused, in words.
  close_reason why_ = close_reason::client_gone;
  error refused_ = error::none;
  bool deflate_ = false;
  bool deciding_ = false; ///< Somebody is asked about an operation; what follows it waits.
  bool reading_ = false;
  bool write_blocked_ = false;
  bool broken_input_ = false; ///< A frame was refused; what follows means nothing.
  bool peer_closed_ = false;  ///< The client's close frame came while ours was on its way.
};

} // namespace actormesh::appsync
