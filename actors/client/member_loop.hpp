/// The loop of a member, which has no sockets of its own.
#pragma once

#include "actors/directory.hpp"
#include "actors/loop.hpp"
#include "actors/loop_actor.hpp"

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace actormesh::client {

/// Runs the actors of one loop on a thread of its own.
class member_loop {
public:
  explicit member_loop(caf::actor_system& system);
  member_loop(const member_loop&) = delete;
  member_loop& operator=(const member_loop&) = delete;
  ~member_loop() { stop(); }

  /// Begins to run. What the loop starts with has been made before.
  void start();

  /// Any other thread: ends all actors of the loop, and returns when that is done.
  void stop();

  /// Any thread: calls `what` on the loop.
  void post(std::function<void()> what);

  [[nodiscard]] loop& actors() noexcept { return actors_; }
  [[nodiscard]] const spawned<directory>& channels() const noexcept { return directory_; }

private:
  void run();
  void wake();

  loop actors_;
  spawned<directory> directory_;
  std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by `mutex_`.
  std::vector<std::function<void()>> posted_;
  bool woken_ = false;
  bool stopped_ = false;
  std::thread thread_;
};

} // namespace actormesh::client
