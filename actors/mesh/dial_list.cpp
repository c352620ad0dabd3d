#include "actors/mesh/dial_list.hpp"

#include "text/host_port.hpp"

#include <algorithm>
#include <iterator>

namespace actormesh::mesh {

dial_list::dial_list(std::chrono::milliseconds retry_min, std::chrono::milliseconds retry_max)
  : retry_min_(retry_min)
  , retry_max_(retry_max) {}

dial_list::target& dial_list::add(const text::host_port& where, bool seed) {
  auto& made = targets_[to_string(where)];
  made.where = where;
  made.seed = made.seed || seed;
  return made;
}

dial_list::target* dial_list::find(const std::string& address) {
  const auto found = targets_.find(address);
  return found == targets_.end() ? nullptr : &found->second;
}

void dial_list::drop_node(std::string_view node) {
  for (auto at = targets_.begin(); at != targets_.end();) {
    auto& each = at->second;
    const auto is_its = each.node == node;
    if (is_its)
      each.node.clear();
    at = is_its && !each.seed && !each.busy ? targets_.erase(at) : std::next(at);
  }
}

void dial_list::failed(target& at, clock::time_point now) {
  at.busy = false;
  at.tried = true;
  constexpr unsigned most_doublings = 16;
  const auto doubled = retry_min_ * (1U << std::min(at.failures, most_doublings));
  const auto longest = std::min(doubled, retry_max_);
  ++at.failures;
  // Between half of it and all of it.
  std::uniform_int_distribution<std::int64_t> jitter{longest.count() / 2, longest.count()};
  at.next = now + std::chrono::milliseconds{jitter(random_)};
}

void dial_list::succeeded(target& at) {
  at.busy = false;
  at.tried = true;
  at.failures = 0;
  at.last_error.clear();
  at.next = {};
}

void dial_list::hurry(std::string_view node, clock::time_point now) {
  for (auto& [address, each] : targets_) {
    if (each.node != node)
      continue;
    each.failures = 0;
    each.next = now;
  }
}

bool dial_list::all_tried() const {
  return std::ranges::all_of(targets_, [](const auto& each) { return each.second.tried; });
}

} // namespace actormesh::mesh
