/// What waits to be written to one client, in whatever framing.
#pragma once

#include "actors/event.hpp"
#include "config/settings.hpp"
#include "net/framer.hpp"
#include "net/stream.hpp"
#include "net/write_buffer.hpp"
#include "telemetry/counters.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace actormesh::net {

/// An event's message: own bytes, then the bytes all subscribers share.
struct event_frame {
  const std::shared_ptr<const std::string>& prefix; ///< Less than 48 KiB.
  const event_ptr& what;
  std::string_view tail; ///< Lives as long as `what`.
  frame_kind kind{};
};

/// Loop-bound: the only writer of its socket. What its messages look like there is the framer's.
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

  /// What it works with. All of it outlives the queue.
  struct parts {
    stream& out;
    const framer& framing;
    buffer_pool& buffers;
    telemetry::loop_counters& counters;
  };

  outbound_queue(const parts& with, std::size_t limit_bytes);
  ~outbound_queue();

  /// Queues a message of the connection's own: a reply, an error, a keep-alive. False if the queue
  /// is full.
  [[nodiscard]] bool append(frame_kind kind, std::string_view payload);

  /// Queues the last message. It always fits.
  void append_last(frame_kind kind, std::string_view payload);

  /// Queues bytes as they are, such as the head of an answer. False if the queue is full.
  [[nodiscard]] bool append_raw(std::string_view bytes);

  /// Queues an event's message.
  [[nodiscard]] event_status append_event(const event_frame& frame,
                                          config::slow_consumer_policy policy);

  /// Writes until nothing is left, the socket is full, or a turn's share is used up.
  write_status write();

  /// Forgets everything and counts the events among it as lost.
  void abandon(telemetry::loss_reason why);

  /// Bytes that have not been given to the socket.
  [[nodiscard]] std::size_t queued_bytes() const noexcept;
  /// Of these, messages of the connection's own that wait behind a full socket.
  [[nodiscard]] std::size_t queued_own_bytes() const noexcept;
  [[nodiscard]] bool empty() const noexcept { return queued_bytes() == 0; }

  void limit(std::size_t bytes) noexcept { limit_bytes_ = bytes; }

private:
  struct backlog;

  [[nodiscard]] bool append_own(std::string_view head, std::string_view payload,
                                std::string_view tail, std::size_t limit_bytes);
  [[nodiscard]] bool append_framed(frame_kind kind, std::string_view payload,
                                   std::size_t limit_bytes);
  [[nodiscard]] event_status queue_event(const event_frame& frame,
                                         config::slow_consumer_policy policy);
  [[nodiscard]] std::size_t size_of(const event_frame& frame) const noexcept;
  bool put_event(const event_frame& frame);
  void refill();
  write_status write_staged();
  bool make_room(std::size_t bytes);
  [[nodiscard]] bool has_event_room(std::size_t bytes) const noexcept;

  parts with_;
  std::size_t limit_bytes_;
  buffer_pool::loan staged_;         ///< None while nothing waits.
  std::size_t written_ = 0;          ///< Bytes of `staged_` that are out.
  std::uint32_t staged_events_ = 0;  ///< Events in `staged_`.
  std::unique_ptr<backlog> backlog_; ///< None unless the socket was full.
};

} // namespace actormesh::net
