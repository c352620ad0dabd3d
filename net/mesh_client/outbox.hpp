/// What waits to be sent to one C++ client.
#pragma once

#include "net/mesh_client/turn.hpp"
#include "telemetry/counters.hpp"

#include <caf/byte_buffer.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <variant>

namespace actormesh::mesh_client {

/// Answers and events in order; the events are bounded in bytes, and the namespace's policy says
/// who loses. Every event is counted once, as lost here or as written. Not bound to a thread, but
/// to that of its counters.
class outbox {
public:
  outbox(std::size_t limit_bytes, telemetry::loop_counters& counters)
    : limit_(limit_bytes)
    , counters_(counters) {}

  void push(mesh::client_answer&& what);

  enum class status : std::uint8_t {
    taken,   ///< Queued, or dropped by policy and counted.
    refused, ///< The queue is full and the policy is to disconnect. What did not fit is counted.
  };

  [[nodiscard]] status push(const mesh::client_events& what);

  /// Has the client told of events that were dropped and counted elsewhere.
  void push(const mesh::client_losses& what) { untold_[what.subscription] += what.number; }

  [[nodiscard]] bool empty() const noexcept { return items_.empty() && untold_.empty(); }

  /// Of answers that wait.
  [[nodiscard]] std::size_t answer_bytes() const noexcept { return answer_bytes_; }
  /// Of events that wait.
  [[nodiscard]] std::size_t event_bytes() const noexcept { return event_bytes_; }

  /// Appends one frame of at most `frame_bytes`, if something waits. Returns the number of events
  /// in it.
  std::size_t write(caf::byte_buffer& out, std::size_t frame_bytes);

  /// Forgets everything and counts the events among it as lost.
  void abandon(telemetry::loss_reason why);

private:
  /// Part of a batch.
  struct waiting_events {
    mesh::client_events what;
    std::size_t next = 0;
    std::size_t end = 0;
  };
  using item = std::variant<mesh::client_answer, waiting_events>;

  [[nodiscard]] bool fits(std::size_t bytes) const noexcept {
    return event_bytes_ == 0 || event_bytes_ + bytes <= limit_;
  }
  [[nodiscard]] bool drop_oldest();
  void lose(std::uint64_t subscription, telemetry::loss_reason why, std::uint64_t number = 1);
  std::size_t write_events(caf::byte_buffer& out, std::size_t frame_bytes);
  [[nodiscard]] std::uint64_t take_untold(std::uint64_t subscription);

  std::size_t limit_;
  telemetry::loop_counters& counters_;
  std::deque<item> items_;
  std::size_t answer_bytes_ = 0;
  std::size_t event_bytes_ = 0;
  std::map<std::uint64_t, std::uint64_t> untold_; ///< Losses by subscription.
};

} // namespace actormesh::mesh_client
