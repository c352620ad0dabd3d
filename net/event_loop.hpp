/// One event loop: a thread's sockets, timers and actors.
#pragma once

#include "actors/directory.hpp"
#include "actors/loop.hpp"
#include "net/timer_wheel.hpp"
#include "net/uuid_source.hpp"
#include "net/write_buffer.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <caf/actor_system.hpp>
#include <caf/fwd.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <span>
#include <utility>

namespace actormesh::net {

/// Loop-bound: a client of any kind, so that a stopping node can end them all.
class client : public detail::auto_unlink_hook {
public:
  /// Finish what is under way, tell the client, and end.
  virtual void drain() = 0;

  /// End at once.
  virtual void cut_off() = 0;

  /// What the node was configured with has changed.
  virtual void settings_changed() {}

protected:
  ~client() = default;
};

/// Loop-bound, except where a function says otherwise.
class event_loop {
public:
  event_loop(caf::actor_system& system, std::size_t index, const directory::limits& limits);
  event_loop(const event_loop&) = delete;
  event_loop& operator=(const event_loop&) = delete;
  ~event_loop();

  /// Runs on the calling thread, which becomes the loop's own, until `stop`. Then ends all clients
  /// and actors.
  void run();

  /// Any thread.
  void stop();

  /// Any thread: calls `what` on the loop.
  template <class Function> void post(Function&& what) {
    boost::asio::post(io_, std::forward<Function>(what));
  }

  [[nodiscard]] boost::asio::io_context& io() noexcept { return io_; }
  [[nodiscard]] loop& actors() noexcept { return actors_; }
  [[nodiscard]] telemetry::loop_counters& counters() noexcept { return actors_.counters(); }
  /// Any thread.
  [[nodiscard]] const telemetry::loop_counters& counters() const noexcept {
    return actors_.counters();
  }
  [[nodiscard]] timer_wheel& timers() noexcept { return timers_; }
  [[nodiscard]] buffer_pool& buffers() noexcept { return buffers_; }
  [[nodiscard]] uuid_source& uuids() noexcept { return uuids_; }

  /// Where sockets are read into. Holds until the next read of any socket.
  [[nodiscard]] std::span<char> read_buffer() noexcept { return read_buffer_; }

  /// The handle of the loop's directory, for the other loops.
  [[nodiscard]] const spawned<directory>& channels() const noexcept { return directory_; }

  void add(client& who) { clients_.push_back(who); }

  /// Drains all clients, a slice each turn. New ones may still come: stop accepting first.
  void drain();

  /// Tells all clients that the settings have changed, a slice each turn. Those who come meanwhile
  /// have the new ones.
  void settings_changed();

private:
  using client_list = boost::intrusive::list<client, boost::intrusive::constant_time_size<false>>;

  void on_tick();
  void drain_slice(client_list& left);
  void tell_slice();
  void poll();
  void end_all();

  boost::asio::io_context io_{1};
  loop actors_;
  timer_wheel timers_;
  buffer_pool buffers_;
  uuid_source uuids_;
  boost::asio::steady_timer ticker_;
  std::chrono::steady_clock::time_point next_sweep_;
  spawned<directory> directory_;
  client_list clients_;
  client_list draining_;
  client_list untold_; ///< They have not heard of the last change of settings.
  bool stopped_ = false;
  std::array<char, 64 * 1024> read_buffer_;
};

} // namespace actormesh::net
