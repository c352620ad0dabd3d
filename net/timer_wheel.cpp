#include "net/timer_wheel.hpp"

#include <algorithm>

namespace actormesh::net {

void timer_wheel::set(entry& what, time_point deadline) {
  drop(what);
  what.deadline_ = deadline;
  // One tick later than the tick the deadline is in: never early.
  const auto at = std::max(tick_of(deadline) + 1, next_tick_);
  wheel_[static_cast<std::size_t>(at) % slots].push_back(what);
}

void timer_wheel::drop(entry& what) {
  if (what.is_linked())
    what.unlink();
}

bool timer_wheel::advance(time_point now, std::size_t bound) {
  const auto current = tick_of(now);
  // After a pause longer than a turn of the wheel, one turn sees every slot.
  next_tick_ = std::max(next_tick_, current - static_cast<std::int64_t>(slots) + 1);
  for (; next_tick_ <= current; ++next_tick_)
    due_.splice(due_.end(), wheel_[static_cast<std::size_t>(next_tick_) % slots]);
  for (std::size_t done = 0; !due_.empty() && done < bound; ++done) {
    auto& what = due_.front();
    due_.pop_front();
    if (what.deadline_ > now)
      set(what, what.deadline_);
    else
      what.expired(now);
  }
  return !due_.empty();
}

} // namespace actormesh::net
