#include "actors/loop.hpp"

#include "actors/directory.hpp"

#include <cassert>
#include <chrono>
#include <utility>

namespace actormesh {

namespace {

thread_local const loop* current_loop = nullptr;

/// Messages an actor may handle before the next one has its turn.
constexpr std::size_t messages_per_resume = 128;

/// How many actors run between two looks at the clock.
constexpr std::size_t resumes_per_clock_check = 64;

} // namespace

loop::loop(caf::actor_system& system, std::size_t index, std::function<void()> wake)
  : loop(system, index, std::move(wake), budget{}) {}

loop::loop(caf::actor_system& system, std::size_t index, std::function<void()> wake, budget bounds)
  : caf::execution_unit(&system)
  , index_(index)
  , wake_(std::move(wake))
  , bounds_(bounds) {}

loop::~loop() {
  take_foreign();
  for (auto* queue : {&ready_, &delivering_})
    for (auto* what : *queue)
      caf::intrusive_ptr_release(what);
}

void loop::exec_later(caf::resumable* what) {
  if (runs_here()) {
    (phase_ == phase::fanning_out ? delivering_ : ready_).push_back(what);
    return;
  }
  auto must_wake = false;
  {
    std::lock_guard guard{foreign_mutex_};
    must_wake = foreign_.empty();
    foreign_.push_back(what);
  }
  if (must_wake)
    wake_();
}

void loop::bind_to_this_thread() noexcept { current_loop = this; }

bool loop::runs_here() const noexcept { return current_loop == this; }

void loop::fan_out_later(fan_out_hook& what) {
  assert(runs_here());
  if (!what.is_linked())
    to_fan_out_.push_back(what);
}

void loop::flush_later(flush_hook& what) {
  assert(runs_here());
  if (!what.is_linked())
    to_flush_.push_back(what);
}

bool loop::finish_turn() {
  take_foreign();
  run(ready_);
  if (delivering_.empty())
    fan_out_all();
  if (!delivering_.empty()) {
    phase_ = phase::delivering;
    run(delivering_);
    phase_ = phase::idle;
  }
  flush_all();
  return !ready_.empty() || !delivering_.empty() || !to_fan_out_.empty() || !to_flush_.empty();
}

void loop::settle() {
  while (finish_turn()) {
  }
}

void loop::take_foreign() {
  {
    std::lock_guard guard{foreign_mutex_};
    taken_.swap(foreign_);
  }
  ready_.insert(ready_.end(), taken_.begin(), taken_.end());
  taken_.clear();
}

void loop::run(std::deque<caf::resumable*>& queue) {
  const auto started = std::chrono::steady_clock::now();
  for (std::size_t done = 0; !queue.empty() && done < bounds_.resumes; ++done) {
    if (done % resumes_per_clock_check == resumes_per_clock_check - 1 &&
        std::chrono::steady_clock::now() - started > bounds_.time)
      break;
    auto* what = queue.front();
    queue.pop_front();
    switch (what->resume(this, messages_per_resume)) {
    case caf::resumable::resume_later:
      queue.push_back(what);
      break;
    case caf::resumable::awaiting_message:
    case caf::resumable::done:
      caf::intrusive_ptr_release(what);
      break;
    case caf::resumable::shutdown_execution_unit:
      break;
    }
  }
}

void loop::fan_out_all() {
  phase_ = phase::fanning_out;
  while (!to_fan_out_.empty()) {
    auto& what = to_fan_out_.front();
    to_fan_out_.pop_front();
    what.fan_out();
  }
  if (directory_ != nullptr)
    directory_->send_routed();
  phase_ = phase::idle;
}

void loop::flush_all() {
  // A writer that is flushed may ask for another flush; that one belongs to the next turn.
  hook_list<flush_hook> now;
  now.swap(to_flush_);
  while (!now.empty()) {
    auto& what = now.front();
    now.pop_front();
    what.flush();
  }
}

} // namespace actormesh
