#include "net/event_loop.hpp"

#include <boost/asio/executor_work_guard.hpp>

#include <chrono>

namespace actormesh::net {

namespace {

using std::chrono::steady_clock;

/// Bounds of phase (a) of a turn: a flood of ready sockets delays nobody for long.
constexpr std::size_t handlers_per_turn = 256;
constexpr std::chrono::microseconds poll_time{1'000};
constexpr std::size_t handlers_per_clock_check = 16;

/// Timers fired, and clients drained or told of new settings, in one turn.
constexpr std::size_t timers_per_turn = 256;
constexpr std::size_t drained_per_turn = 256;
constexpr std::size_t told_per_turn = 256;

constexpr std::chrono::seconds sweep_interval{1};

} // namespace

event_loop::event_loop(caf::actor_system& system, std::size_t index,
                       const directory::limits& limits)
  : actors_(system, index, [this] { boost::asio::post(io_, [] {}); })
  , timers_(steady_clock::now())
  , ticker_(io_)
  , next_sweep_(steady_clock::now() + sweep_interval)
  , directory_(spawn_on<directory>(actors_, limits)) {}

event_loop::~event_loop() = default;

void event_loop::run() {
  actors_.bind_to_this_thread();
  const auto guard = boost::asio::make_work_guard(io_);
  on_tick();
  for (auto busy = false; !stopped_;) {
    if (!busy)
      io_.run_one();
    poll();
    busy = actors_.finish_turn();
  }
  end_all();
}

void event_loop::poll() {
  if (actors_.congested())
    return;
  const auto started = steady_clock::now();
  for (std::size_t done = 1; done <= handlers_per_turn && io_.poll_one() != 0; ++done)
    if (done % handlers_per_clock_check == 0 && steady_clock::now() - started > poll_time)
      return;
}

void event_loop::stop() {
  // Behind everything that was posted before.
  post([this] { stopped_ = true; });
}

void event_loop::on_tick() {
  const auto now = steady_clock::now();
  if (timers_.advance(now, timers_per_turn))
    post([this] { on_tick(); });
  else {
    ticker_.expires_after(timer_wheel::tick);
    ticker_.async_wait([this](boost::system::error_code failed) {
      if (!failed)
        on_tick();
    });
  }
  if (now >= next_sweep_) {
    next_sweep_ = now + sweep_interval;
    directory_.object->sweep(now);
  }
}

void event_loop::drain() {
  // What other loops have sent before comes before the goodbye.
  actors_.settle();
  clients_.splice(clients_.end(), untold_);
  draining_.splice(draining_.end(), clients_);
  drain_slice(draining_);
}

void event_loop::drain_slice(client_list& left) {
  for (std::size_t done = 0; !left.empty() && done < drained_per_turn; ++done) {
    auto& who = left.front();
    left.pop_front();
    clients_.push_back(who); // Until it has really ended.
    who.drain();
  }
  if (!left.empty())
    post([this] { drain_slice(draining_); });
}

void event_loop::settings_changed() {
  const auto under_way = !untold_.empty();
  // Who has been told of the last change is told of this one as well.
  untold_.splice(untold_.end(), clients_);
  if (!under_way)
    tell_slice();
}

void event_loop::tell_slice() {
  for (std::size_t done = 0; !untold_.empty() && done < told_per_turn; ++done) {
    auto& who = untold_.front();
    untold_.pop_front();
    clients_.push_back(who); // Before: it may end because of it, and leave the list.
    who.settings_changed();
  }
  if (!untold_.empty())
    post([this] { tell_slice(); });
}

void event_loop::end_all() {
  clients_.splice(clients_.end(), draining_);
  clients_.splice(clients_.end(), untold_);
  while (!clients_.empty()) {
    auto& who = clients_.front();
    clients_.pop_front();
    who.cut_off();
  }
  ticker_.cancel();
  actors_.settle();
  directory_.object->clear();
  actors_.settle();
  tell_to_exit(directory_.handle);
  actors_.settle();
  // Waits that were cut off hold on to their clients: let them see it.
  while (io_.poll() != 0)
    actors_.settle();
}

} // namespace actormesh::net
