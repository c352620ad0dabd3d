#include "actors/client/member_loop.hpp"

#include <chrono>
#include <utility>

namespace actormesh::client {

namespace {

/// How often channels that nobody needs are looked for.
constexpr std::chrono::seconds sweep_interval{1};

} // namespace

member_loop::member_loop(caf::actor_system& system)
  : actors_(system, 0, [this] { wake(); })
  , directory_(spawn_on<directory>(actors_, directory::limits{})) {
  directory_.object->connect({directory_.handle});
}

void member_loop::start() {
  thread_ = std::thread{[this] { run(); }};
}

void member_loop::stop() {
  {
    const std::lock_guard guard{mutex_};
    stopped_ = true;
    changed_.notify_one();
  }
  if (thread_.joinable())
    thread_.join();
  // Somebody may be about to wake a loop that has ended by itself.
  const std::lock_guard last{mutex_};
}

void member_loop::post(std::function<void()> what) {
  const std::lock_guard guard{mutex_};
  posted_.push_back(std::move(what));
  changed_.notify_one();
}

void member_loop::wake() {
  // Within the lock: once it is free, the loop may end and take the condition with it.
  const std::lock_guard guard{mutex_};
  woken_ = true;
  changed_.notify_one();
}

void member_loop::run() {
  actors_.bind_to_this_thread();
  auto next_sweep = std::chrono::steady_clock::now() + sweep_interval;
  for (auto stopped = false; !stopped;) {
    std::vector<std::function<void()>> posted;
    {
      std::unique_lock guard{mutex_};
      changed_.wait_until(guard, next_sweep,
                          [this] { return woken_ || stopped_ || !posted_.empty(); });
      posted.swap(posted_);
      woken_ = false;
      stopped = stopped_;
    }
    for (const auto& each : posted)
      each();
    actors_.settle();
    if (const auto now = std::chrono::steady_clock::now(); now >= next_sweep) {
      next_sweep = now + sweep_interval;
      directory_.object->sweep(now);
    }
  }
  directory_.object->clear();
  actors_.settle();
  tell_to_exit(directory_.handle);
  actors_.settle();
}

} // namespace actormesh::client
