/// One WebSocket connection, from the `101` on: frames below, messages above (RFC 6455, RFC 7692).
#pragma once

#include "actors/close_reason.hpp"
#include "actors/connection.hpp"
#include "config/settings/websocket.hpp"
#include "net/event_loop.hpp"
#include "net/outbound_queue.hpp"
#include "net/stream.hpp"
#include "net/websocket/framer.hpp"
#include "net/websocket/message_reader.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace actormesh::websocket {

/// Loop-bound: what speaks a protocol in messages over a socket. Within any of these calls every
/// function of the socket may be called.
class upper_layer {
public:
  /// A whole text message, which is UTF-8. It holds until the call returns.
  virtual void on_text(std::string_view text) = 0;

  /// A whole binary message. Comes only if `socket::options::binary` is set.
  virtual void on_binary(std::string_view bytes);

  /// The connection has ended. Called once, and last: the stream is closed, and everything that was
  /// not written has been counted as lost.
  virtual void on_closed(close_reason why) = 0;

  /// The code of the close frame for what the node ends by itself.
  [[nodiscard]] virtual close_code code_of(close_reason why) const noexcept;

protected:
  ~upper_layer() = default;
};

/// The close code for a reason, if a protocol has no other idea. What breaks the framing has codes
/// of its own (`close_code_of(read_error)`).
[[nodiscard]] close_code close_code_of(close_reason why) noexcept;

/// What the sockets of an edge have in common on one loop. A change counts for open sockets too,
/// the next time the value is used.
struct socket_settings {
  std::size_t message_bytes = config::websocket_settings{}.message_bytes;
  std::size_t queue_bytes = config::websocket_settings{}.queue_bytes;
  std::chrono::milliseconds message_timeout = config::websocket_settings{}.message_timeout;
  std::chrono::milliseconds close_timeout = config::websocket_settings{}.close_timeout;
  /// From one ping to the next; 0: the node sends none.
  std::chrono::milliseconds ping_interval{0};
  /// A peer of which nothing has been heard for so long after a ping is gone. At most
  /// `ping_interval`.
  std::chrono::milliseconds pong_timeout{0};
};

/// What all subscribers of an event send in the same way.
struct shared_part {
  std::string_view bytes; ///< Lives as long as the event.
  net::frame_kind kind = text_message;
};

/// Loop-bound: owns the stream, reads messages from it, is its only writer, keeps its time-outs,
/// and ends it in order. Pings are answered here, and control frames seen nowhere else.
///
/// *Re-entrancy.* All functions may be called from the upper layer's callbacks. Those that write
/// or go on reading may end the connection, and then `on_closed` is called before they return;
/// `close` does not. After the end they do nothing.
///
/// *Lifetime.* The socket is a part of its edge, which its connection destroys when the actor
/// ends: by a message, never within a call of the socket. A pending wait for the stream keeps the
/// actor alive, and looks whether there is still an edge.
class socket final : private flush_hook, private net::timer_wheel::entry {
public:
  struct options {
    const socket_settings& settings; ///< Outlives the socket.
    std::unique_ptr<net::stream> below;
    bool deflate = false; ///< permessage-deflate was negotiated, without context takeover.
    bool binary = false;  ///< Whether the protocol has binary messages; otherwise they are refused.
  };

  socket(net::event_loop& loop, connection& owner, upper_layer& above, options how);
  ~socket();

  /// Sends `response` (the `101`) and begins; once, when the connection has its edge. `rest` is
  /// what the client has sent behind its request.
  void start(std::string_view response, std::string_view rest);

  /// Whether messages still go up and down: from `start` to the first close frame of either side.
  [[nodiscard]] bool is_open() const noexcept { return state_ == state::open; }
  /// Whether shared parts may be compressed.
  [[nodiscard]] bool deflate() const noexcept { return deflate_; }
  [[nodiscard]] bool is_tls() const noexcept { return below_->is_tls(); }

  /// Queues a message; it leaves when the turn ends. A peer that lets too many of them wait is
  /// disconnected (`slow_consumer`).
  void send(std::string_view text) { send(text_message, text); }
  void send_binary(std::string_view bytes) { send(binary_message, bytes); }

  /// Queues the events of a subscription, in order, each as the subscription's prefix and what
  /// `part_of(event)` returns, a `shared_part`. Counts what becomes of each.
  template <class PartOf>
  void deliver(const subscription& to, const event_batch& batch, PartOf&& part_of) {
    const auto& events = batch.events();
    if (state_ != state::open)
      return lose(events.size());
    for (std::size_t i = 0; i < events.size(); ++i) {
      const shared_part part = part_of(*events[i]);
      const auto status =
          out_.append_event({to.edge_data, events[i], part.bytes, part.kind}, to.policy);
      if (status != net::outbound_queue::event_status::taken)
        return give_up(status, events.size() - i);
    }
    loop_.actors().flush_later(*this);
  }

  /// Everything the connection had to say in this turn has been said: what waits is written now.
  void turn_ended();

  /// Hands nothing up until `resume`; order holds. What has been read waits, at most one read of
  /// the loop and what came behind the upgrade; everything else waits in the kernel. Calls add up,
  /// each needs its `resume`.
  void pause() noexcept;
  void resume();

  /// Sends a close frame behind what waits, and ends when that is out and the peer has answered, or
  /// `close_timeout` is over. Nothing goes up any more but `on_closed`. A pause is over: the peer's
  /// close frame has to be read. Does nothing if the socket is not open.
  void close(close_reason why) { close(why, above_.code_of(why)); }
  void close(close_reason why, close_code code);

  /// Ends at once. A peer that had not been told anything misses it as `drain_timeout`.
  void cut_off();

  /// The longest message that is taken from now on.
  void limit_messages(std::size_t bytes) noexcept { reader_.limit(bytes); }

  /// Takes up `socket_settings::queue_bytes`.
  void settings_changed() noexcept { out_.limit(settings_.queue_bytes); }

private:
  using time_point = net::timer_wheel::time_point;

  enum class state : std::uint8_t {
    open,
    closing,    ///< A close frame is queued; what is queued goes out.
    half_ended, ///< It is out; waits for the peer's close frame or the end of the stream.
    ended,
  };

  void read_on();
  void on_readable();
  void go_on();
  void take(std::span<char> input);
  void on_message(const message& what);
  void refuse(read_error why);
  void watch_message(time_point now);
  [[nodiscard]] bool is_message_late(time_point now);

  void send(net::frame_kind kind, std::string_view payload);
  void lose(std::size_t events);
  void give_up(net::outbound_queue::event_status why, std::size_t events);
  void flush() override;
  void sent_everything();

  void set_timer();
  void expired(time_point now) override;
  void check_peer(time_point now);
  void end(close_reason why);

  net::event_loop& loop_;
  connection& owner_;
  upper_layer& above_;
  const socket_settings& settings_;
  std::unique_ptr<net::stream> below_;
  message_reader reader_;
  net::outbound_queue out_;
  std::unique_ptr<std::string> unread_;  ///< Input that waits for `resume`; null: none.
  time_point message_due_;               ///< Of what is watched.
  time_point ping_due_;                  ///< The next ping, or the answer to the last.
  std::optional<std::uint32_t> watched_; ///< A message that had begun and was not whole.
  state state_ = state::open;
  close_reason why_ = close_reason::client_gone;
  std::uint8_t pauses_ = 0;
  bool deflate_ = false;
  bool reading_ = false; ///< Waits for input.
  bool write_blocked_ = false;
  bool broken_input_ = false; ///< A frame was refused; what follows means nothing.
  bool peer_closed_ = false;  ///< The peer's close frame came while ours was on its way.
  bool pinged_ = false;       ///< `ping_due_` is when it should have been heard of.
  bool heard_ = false;        ///< Since the last ping.
};

} // namespace actormesh::websocket
