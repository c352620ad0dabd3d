#include "actors/directory.hpp"

#include "actors/channel_path.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace actormesh {

namespace {

constexpr std::uint64_t bit_of(std::size_t loop) noexcept { return std::uint64_t{1} << loop; }

} // namespace

std::string make_channel_key(std::string_view api, std::string_view path) {
  std::string key;
  key.reserve(api.size() + path.size());
  key.append(api).append(path);
  return key;
}

directory::directory(caf::actor_config& cfg, loop& home, limits lim)
  : loop_actor(cfg, home)
  , limits_(lim) {
  home.channels(this);
}

void directory::connect(std::vector<caf::strong_actor_ptr> all) {
  assert(all.size() <= 64);
  peers_ = std::move(all);
  peers_[home().index()] = nullptr;
  for (const auto& peer : peers_)
    if (peer != nullptr)
      other_loops_.push_back(
          &static_cast<directory*>(caf::actor_cast<caf::abstract_actor*>(peer))->home());
  peer_count_ = peers_.size() - 1;
  outbox_.resize(peers_.size());
}

caf::behavior directory::make_behavior() {
  return {
      [this](const interest_change& what) { on_interest_change(what); },
      [this](const interest_seen& what) { on_interest_seen(what); },
      [this](const route_events& what) { on_route_events(what); },
  };
}

void directory::on_exit() {
  clear();
  peers_.clear();
  other_loops_.clear();
  outbox_.clear();
  interest_of_loops_.clear();
  unconfirmed_.clear();
}

bool directory::publish(std::string_view key, event_batch_ptr batch) {
  // Publishers hear of it before anything is delivered, and come again.
  if (std::ranges::any_of(other_loops_, &loop::overloaded))
    return false;
  auto* entry = find_or_make(key);
  if (entry == nullptr)
    return false;
  entry->object->expect_message();
  tell(entry->handle, nullptr, publish_events{std::move(batch)});
  return true;
}

std::optional<directory::membership>
directory::join(std::string_view key, caf::strong_actor_ptr who, std::uint64_t join) {
  auto* entry = find_or_make(key);
  if (entry == nullptr)
    return std::nullopt;
  entry->object->expect_message();
  tell(entry->handle, std::move(who), join_channel{join});
  return membership{entry->object->id(), entry->handle};
}

void directory::leave(const membership& what, caf::strong_actor_ptr who) {
  static_cast<channel*>(caf::actor_cast<caf::abstract_actor*>(what.handle))->expect_message();
  tell(what.handle, std::move(who), leave_channel{});
}

std::uint64_t directory::announce(channel& what, interest how) {
  ++generation_;
  const auto ticket = ++last_ticket_;
  const auto gained = how == interest::gained;
  if (peer_count_ == 0) {
    if (gained) // The channel is told in a moment, when it knows its ticket.
      unconfirmed_.emplace(ticket, unconfirmed_interest{what.ctrl(), &what, 1});
  } else {
    if (gained)
      unconfirmed_.emplace(ticket, unconfirmed_interest{what.ctrl(), &what, peer_count_});
    for (const auto& peer : peers_)
      if (peer != nullptr)
        tell(peer, ctrl(), interest_change{home().index(), what.key(), gained, ticket});
  }
  if (peer_count_ == 0 && gained)
    tell(ctrl(), nullptr, interest_seen{home().index(), ticket});
  return ticket;
}

void directory::on_interest_change(const interest_change& what) {
  ++generation_;
  if (what.interested) {
    interest_of_loops_[what.key] |= bit_of(what.loop);
  } else if (const auto known = interest_of_loops_.find(what.key);
             known != interest_of_loops_.end()) {
    known->second &= ~bit_of(what.loop);
    if (known->second == 0)
      interest_of_loops_.erase(known);
  }
  tell(peers_[what.loop], nullptr, interest_seen{home().index(), what.ticket});
}

void directory::on_interest_seen(const interest_seen& what) {
  const auto found = unconfirmed_.find(what.ticket);
  if (found == unconfirmed_.end() || --found->second.answers_missing != 0)
    return;
  const auto confirmed = std::move(found->second);
  unconfirmed_.erase(found);
  confirmed.what->interest_confirmed(what.ticket);
}

struct directory::route directory::route_of(std::string_view key) {
  struct route result;
  if (const auto known = interest_of_loops_.find(key); known != interest_of_loops_.end())
    result.loops |= known->second;
  for_each_pattern(key, scratch_, [&](std::string_view pattern) {
    if (auto* entry = find(pattern); entry != nullptr && entry->object->subscribers() != 0)
      result.patterns.push_back(entry->object);
    if (const auto known = interest_of_loops_.find(pattern); known != interest_of_loops_.end())
      result.loops |= known->second;
  });
  return result;
}

void directory::route(std::size_t to, std::string_view key, event_batch_ptr batch) {
  outbox_[to].batches.push_back({std::string{key}, std::move(batch)});
}

void directory::send_routed() {
  for (std::size_t to = 0; to < outbox_.size(); ++to)
    if (!outbox_[to].batches.empty())
      tell(peers_[to], nullptr, std::exchange(outbox_[to], {}));
}

void directory::on_route_events(const route_events& what) {
  for (const auto& [key, batch] : what.batches) {
    if (auto* entry = find(key); entry != nullptr && entry->object->subscribers() != 0)
      entry->object->accept_routed(batch);
    for_each_pattern(key, scratch_, [this, &batch = batch](std::string_view pattern) {
      if (auto* entry = find(pattern); entry != nullptr && entry->object->subscribers() != 0)
        entry->object->accept_routed(batch);
    });
  }
}

void directory::now_idle(channel& what) {
  what.idle_since(std::chrono::steady_clock::now());
  idle_.push_back(what);
  ++idle_count_;
  // Not the one that has just been used: its caller may be one of its own functions.
  while (idle_count_ > limits_.idle_channels && &idle_.front() != &static_cast<idle_hook&>(what))
    end(static_cast<channel&>(idle_.front()));
}

void directory::no_longer_idle(channel& what) {
  static_cast<idle_hook&>(what).unlink();
  --idle_count_;
}

void directory::sweep(std::chrono::steady_clock::time_point now) {
  while (!idle_.empty()) {
    auto& oldest = static_cast<channel&>(idle_.front());
    if (now - oldest.idle_since() < limits_.idle_time)
      return;
    end(oldest);
  }
}

void directory::clear() {
  while (!channels_.empty())
    end(*channels_.begin()->second.object);
}

void directory::end(channel& what) {
  if (static_cast<idle_hook&>(what).is_linked())
    no_longer_idle(what);
  const auto found = channels_.find(what.key());
  assert(found != channels_.end());
  const auto entry = std::move(found->second);
  channels_.erase(found);
  home().counters().channels.sub();
  tell_to_exit(entry.handle);
}

directory::channel_entry* directory::find(std::string_view key) {
  const auto found = channels_.find(key);
  return found == channels_.end() ? nullptr : &found->second;
}

directory::channel_entry* directory::find_or_make(std::string_view key) {
  if (auto* known = find(key))
    return known;
  if (channels_.size() >= limits_.channels)
    return nullptr;
  auto entry = spawn_on<channel>(home(), *this, channel::identity{std::string{key}, ++last_id_});
  home().counters().channels.add();
  return &channels_.emplace(std::string{key}, std::move(entry)).first->second;
}

} // namespace actormesh
