#include "actors/mesh/local_interest.hpp"

#include "actors/channel_path.hpp"

namespace actormesh::mesh {

namespace {

constexpr std::uint64_t bit_of(std::size_t loop) noexcept { return std::uint64_t{1} << loop; }

} // namespace

bool local_interest::gained(std::string_view key, waiter who) {
  const auto found = interest_.find(key);
  const auto is_new = found == interest_.end();
  auto& known = is_new ? interest_[std::string{key}] : found->second;
  if (is_new) {
    known.since = ++version_;
    if (key.ends_with('*'))
      ++patterns_;
  }
  known.loops |= bit_of(who.loop);
  waiting_.emplace(known.since, who);
  return is_new;
}

bool local_interest::lost(std::string_view key, std::size_t loop) {
  const auto found = interest_.find(key);
  if (found == interest_.end())
    return false;
  found->second.loops &= ~bit_of(loop);
  if (found->second.loops != 0)
    return false;
  if (key.ends_with('*'))
    --patterns_;
  interest_.erase(found);
  ++version_;
  return true;
}

std::vector<local_interest::waiter> local_interest::take_confirmed(std::uint64_t version) {
  std::vector<waiter> result;
  const auto end = waiting_.upper_bound(version);
  for (auto at = waiting_.begin(); at != end; ++at)
    result.push_back(at->second);
  waiting_.erase(waiting_.begin(), end);
  return result;
}

std::uint64_t local_interest::loops_of(std::string_view channel) {
  std::uint64_t loops = 0;
  const auto add = [&](std::string_view key) {
    if (const auto found = interest_.find(key); found != interest_.end())
      loops |= found->second.loops;
  };
  add(channel);
  for_each_pattern(channel, scratch_, add);
  return loops;
}

std::vector<std::string> local_interest::keys() const {
  std::vector<std::string> result;
  result.reserve(interest_.size());
  for (const auto& [key, known] : interest_)
    result.push_back(key);
  return result;
}

} // namespace actormesh::mesh
