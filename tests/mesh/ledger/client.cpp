#include "tests/mesh/ledger/client.hpp"

#include <exception>
#include <utility>

namespace actormesh::ledger {

namespace {

/// After every place was tried in vain: enough for a node to start, short for a client to wait.
constexpr std::chrono::milliseconds round_pause{20};

} // namespace

void interruption::raise() {
  {
    const std::lock_guard guard{mutex_};
    raised_ = true;
  }
  changed_.notify_all();
}

void interruption::pause(clock::duration limit) {
  std::unique_lock guard{mutex_};
  changed_.wait_for(guard, limit, [this] { return raised_.load(); });
}

std::string client::last_error() const {
  const std::lock_guard guard{mutex_};
  return last_error_;
}

void client::start() {
  thread_ = std::thread{[this] { run(); }};
}

void client::finish() {
  stop();
  if (thread_.joinable())
    thread_.join();
}

void client::run() {
  std::optional<clock::time_point> broken;
  for (std::size_t turn = 0; !is_stopping(); ++turn) {
    const auto& where = options_.places[turn % options_.places.size()];
    auto worked = false;
    const session now{.where = where, .works = [&] {
                        if (broken)
                          reconnected(clock::now() - *std::exchange(broken, {}));
                        worked = true;
                      }};
    try {
      run_session(now);
    } catch (const std::exception& why) {
      const std::lock_guard guard{mutex_};
      last_error_ = where.node + ": " + why.what();
    }
    if (worked)
      broken = clock::now();
    if (!worked && (turn + 1) % options_.places.size() == 0)
      pause(round_pause);
  }
  ended_.raise();
}

} // namespace actormesh::ledger
