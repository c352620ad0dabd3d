/// The execution unit that runs actors on an event loop, in turns with phases.
#pragma once

#include "telemetry/counters.hpp"

#include <boost/intrusive/list.hpp>
#include <caf/execution_unit.hpp>
#include <caf/resumable.hpp>

#include <atomic>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <vector>

namespace actormesh {

class directory;

namespace detail {

using auto_unlink_hook =
    boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

} // namespace detail

/// Loop-bound: has something to hand out once everything that arrived in a turn is there.
class fan_out_hook : public detail::auto_unlink_hook {
public:
  virtual void fan_out() = 0;

protected:
  ~fan_out_hook() = default;
};

/// Loop-bound: has bytes to write once per turn.
class flush_hook : public detail::auto_unlink_hook {
public:
  virtual void flush() = 0;

protected:
  ~flush_hook() = default;
};

/// Runs the actors of one event loop.
///
/// A turn has three phases. (a) The event loop runs what is ready: sockets that can be read. Actors
/// that get messages meanwhile wait in `ready`. (b) They run; then each channel that got events
/// fans out once, and the connections that got a batch run and write. (c) Everybody else with bytes
/// to write is flushed once. Phases are bounded by `budget`; what is left goes on in the next turn,
/// and channels do not fan out again before the last fan-out is through, so that under load batches
/// grow and nobody is starved.
///
/// Loop-bound, except where a function says otherwise.
class loop final : public caf::execution_unit {
public:
  /// Bounds of one turn.
  struct budget {
    std::size_t resumes = 4096;            ///< Actors run per phase.
    std::chrono::microseconds time{2'000}; ///< Per phase.
    std::size_t pending_bytes =
        16 * 1024 * 1024; ///< Payload that waits for fan-out before reading pauses.
  };

  /// `wake` makes the event loop's thread call `finish_turn` soon; it is called from any thread.
  loop(caf::actor_system& system, std::size_t index, std::function<void()> wake);
  loop(caf::actor_system& system, std::size_t index, std::function<void()> wake, budget bounds);
  loop(const loop&) = delete;
  loop& operator=(const loop&) = delete;
  ~loop() override;

  /// Any thread: queues an actor. A call from another thread wakes the loop.
  void exec_later(caf::resumable* what) override;

  /// Makes the calling thread the loop's own. To be called before anything else runs on it.
  void bind_to_this_thread() noexcept;

  /// Any thread: returns whether the caller is on the loop's thread.
  [[nodiscard]] bool runs_here() const noexcept;

  [[nodiscard]] std::size_t index() const noexcept { return index_; }
  [[nodiscard]] telemetry::loop_counters& counters() noexcept { return counters_; }
  /// Any thread.
  [[nodiscard]] const telemetry::loop_counters& counters() const noexcept { return counters_; }

  [[nodiscard]] directory& channels() const noexcept { return *directory_; }
  void channels(directory* dir) noexcept { directory_ = dir; }

  /// Puts a channel on the list of phase (b).
  void fan_out_later(fan_out_hook& what);

  /// Puts a writer on the list of phase (c).
  void flush_later(flush_hook& what);

  /// Whether connections that got a batch are running: what they write may leave at once, there is
  /// nothing more to come for them in this turn.
  [[nodiscard]] bool delivering() const noexcept { return phase_ == phase::delivering; }

  /// Called by channels: payload bytes that came in for fan-out, or went out.
  void pending_bytes_changed(std::ptrdiff_t by) noexcept {
    pending_bytes_.store(pending_bytes_.load(std::memory_order_relaxed) +
                             static_cast<std::size_t>(by),
                         std::memory_order_relaxed);
  }

  /// Any thread: payload bytes that are on their way here from another node, or have come.
  void incoming_bytes_changed(std::ptrdiff_t by) noexcept {
    incoming_bytes_.fetch_add(static_cast<std::size_t>(by), std::memory_order_relaxed);
  }

  /// Any thread: whether so much waits here that others should send nothing more. Beyond what
  /// `congested` allows, since what they have sent already comes on top.
  [[nodiscard]] bool overloaded() const noexcept {
    return pending_bytes_.load(std::memory_order_relaxed) +
               incoming_bytes_.load(std::memory_order_relaxed) >
           4 * bounds_.pending_bytes;
  }

  /// Whether nothing waits for fan-out.
  [[nodiscard]] bool quiet() const noexcept {
    return pending_bytes_.load(std::memory_order_relaxed) == 0 && delivering_.empty();
  }

  /// Whether reading sockets should pause: a fan-out is under way and enough waits behind it.
  [[nodiscard]] bool congested() const noexcept {
    return !delivering_.empty() &&
           pending_bytes_.load(std::memory_order_relaxed) > bounds_.pending_bytes;
  }

  /// Phases (b) and (c). Returns whether there is work left, so that the loop must not block.
  bool finish_turn();

  /// Runs turns until nothing is left to do. For start, stop and tests.
  void settle();

private:
  enum class phase : std::uint8_t { idle, fanning_out, delivering };

  void take_foreign();
  void run(std::deque<caf::resumable*>& queue);
  void fan_out_all();
  void flush_all();

  template <class Hook>
  using hook_list = boost::intrusive::list<Hook, boost::intrusive::constant_time_size<false>>;

  std::size_t index_;
  std::function<void()> wake_;
  budget bounds_;
  directory* directory_ = nullptr;
  phase phase_ = phase::idle;
  std::atomic<std::size_t> pending_bytes_{0}; ///< Written by this loop only.
  std::atomic<std::size_t> incoming_bytes_{0};
  std::deque<caf::resumable*> ready_;
  std::deque<caf::resumable*> delivering_;
  hook_list<fan_out_hook> to_fan_out_;
  hook_list<flush_hook> to_flush_;
  telemetry::loop_counters counters_;

  std::mutex foreign_mutex_;
  std::vector<caf::resumable*> foreign_; ///< Guarded by `foreign_mutex_`.
  std::vector<caf::resumable*> taken_;
};

} // namespace actormesh
