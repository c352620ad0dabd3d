/// What waits to be written to one WebSocket connection.
#pragma once

#include "actors/event.hpp"
#include "config/settings.hpp"
#include "net/stream.hpp"
#include "net/websocket/frame.hpp"
#include "net/write_buffer.hpp"
#include "telemetry/counters.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace actormesh::net {

/// An event's frame before it has a header: own text, then the text all subscribers share.
struct event_frame {
  const std::shared_ptr<const std::string>& prefix;
  const event_ptr& what;
  std::string_view tail; ///< Lives as long as `what`.
  websocket::compressed deflated = websocket::compressed::no;
};

/// Loop-bound: the only writer of its socket.
///
/// As long as the socket takes everything, frames are put one behind the other into a borrowed
/// buffer and leave with one system call. When it doesn't, what follows waits as references (the
/// event is shared, only what is this connection's own takes memory), bounded in bytes; then the
/// namespace's policy says who loses. Replies that wait are bounded by themselves, so that a client
/// whose events are dropped by policy keeps its connection. Every event is counted once: as
/// delivered, or as lost under a reason.
class outbound_queue {
public:
  enum class write_status : std::uint8_t {
    done,    ///< Nothing waits.
    more,    ///< The bound of one turn was reached; the socket would take more.
    blocked, ///< The socket is full.
    failed,
  };

  enum class event_status : std::uint8_t {
    taken,   ///< Written, queued, or dropped by policy and counted.
    refused, ///< The queue is full and the policy is to disconnect.
    failed,  ///< The socket is broken.
  };

  outbound_queue(stream& out, buffer_pool& buffers, telemetry::loop_counters& counters,
                 std::size_t limit_bytes);
  ~outbound_queue();

  /// Queues a text message of the protocol: a reply, an error, a keep-alive. False if the queue is
  /// full.
  [[nodiscard]] bool append_text(std::string_view text);

  /// Queues a control frame (payload at most 125 bytes). False if the queue is full.
  [[nodiscard]] bool append_control(websocket::opcode op, std::string_view payload);

  /// Queues bytes as they are: the answer to the upgrade. False if the queue is full.
  [[nodiscard]] bool append_raw(std::string_view bytes);

  [[nodiscard]] event_status append_event(const event_frame& frame,
                                          config::slow_consumer_policy policy);

  /// Writes until nothing is left, the socket is full, or a turn's share is used up.
  write_status write();

  /// Forgets everything and counts the events among it as lost.
  void abandon(telemetry::loss_reason why);

  /// Bytes that have not been given to the socket.
  [[nodiscard]] std::size_t queued_bytes() const noexcept;
  /// Of these, replies and control frames that wait behind a full socket.
  [[nodiscard]] std::size_t queued_own_bytes() const noexcept;
  [[nodiscard]] bool empty() const noexcept { return queued_bytes() == 0; }

  void limit(std::size_t bytes) noexcept { limit_bytes_ = bytes; }

private:
  struct backlog;

  [[nodiscard]] bool append_own(std::string_view header, std::string_view payload,
                                std::size_t limit_bytes);
  [[nodiscard]] event_status queue_event(const event_frame& frame,
                                         config::slow_consumer_policy policy, std::size_t size);
  bool put_event(const event_frame& frame);
  void refill();
  write_status write_staged();
  bool make_room(std::size_t bytes);
  [[nodiscard]] bool has_event_room(std::size_t bytes) const noexcept;

  stream& out_;
  buffer_pool& buffers_;
  telemetry::loop_counters& counters_;
  std::size_t limit_bytes_;
  buffer_pool::loan staged_;         ///< None while nothing waits.
  std::size_t written_ = 0;          ///< Bytes of `staged_` that are out.
  std::uint32_t staged_events_ = 0;  ///< Events in `staged_`.
  std::unique_ptr<backlog> backlog_; ///< None unless the socket was full.
};

} // namespace actormesh::net
