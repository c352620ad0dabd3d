#include "actors/directory.hpp"

#include "actors/channel_path.hpp"

#include <algorithm>
#include <bit>
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

void directory::connect_mesh(caf::strong_actor_ptr hub,
                             std::shared_ptr<const mesh_standing> standing) {
  hub_ = std::move(hub);
  standing_ = std::move(standing);
  nodes_.resize(max_peers);
}

caf::behavior directory::make_behavior() {
  return {
      [this](const interest_change& what) { on_interest_change(what); },
      [this](const interest_seen& what) { on_interest_seen(what); },
      [this](const route_events& what) { on_route_events(what); },
      [this](const peer_attached& what) {
        nodes_[what.peer].link = what.link;
        nodes_[what.peer].flow = what.flow;
        linked_nodes_ |= bit_of(what.peer);
      },
      [this](const peer_detached& what) {
        nodes_[what.peer].link = nullptr;
        nodes_[what.peer].snapshot = nullptr;
        linked_nodes_ &= ~bit_of(what.peer);
        tell(current_sender(), nullptr, peer_released{});
      },
      [this](const peer_forgotten& what) { forget_interest(what.peer); },
      [this](const peer_interest& what) { on_peer_interest(what); },
  };
}

void directory::on_exit() {
  clear();
  peers_.clear();
  other_loops_.clear();
  outbox_.clear();
  interest_.clear();
  nodes_.clear();
  hub_ = nullptr;
  unconfirmed_.clear();
}

bool directory::publish(event_batch_ptr batch) {
  // Publishers hear of it before anything is delivered, and come again.
  if (std::ranges::any_of(other_loops_, &loop::overloaded) || (standing_ && !standing_->joined))
    return false;
  auto* entry = find_or_make(batch->channel());
  if (entry == nullptr || (linked_nodes_ != 0 && entry->object->is_held_up()))
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
  const auto answers = peer_count_ + (hub_ != nullptr ? 1 : 0);
  if (gained)
    unconfirmed_.emplace(
        ticket, unconfirmed_interest{what.ctrl(), &what, std::max(answers, std::size_t{1})});
  for (const auto& peer : peers_)
    if (peer != nullptr)
      tell(peer, ctrl(), interest_change{home().index(), what.key(), gained, ticket});
  if (hub_ != nullptr)
    tell(hub_, ctrl(), interest_change{home().index(), what.key(), gained, ticket});
  if (answers == 0 && gained) // The channel is told in a moment, when it knows its ticket.
    tell(ctrl(), nullptr, interest_seen{home().index(), ticket});
  return ticket;
}

void directory::on_interest_change(const interest_change& what) {
  ++generation_;
  if (what.interested) {
    interest_[what.key].loops |= bit_of(what.loop);
  } else if (const auto known = interest_.find(what.key); known != interest_.end()) {
    known->second.loops &= ~bit_of(what.loop);
    if (known->second.loops == 0 && known->second.nodes == 0)
      interest_.erase(known);
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
  const auto add = [&](std::string_view name) {
    if (const auto known = interest_.find(name); known != interest_.end()) {
      result.loops |= known->second.loops;
      result.nodes |= known->second.nodes;
    }
  };
  add(key);
  for_each_pattern(key, scratch_, [&](std::string_view pattern) {
    if (auto* entry = find(pattern); entry != nullptr && entry->object->subscribers() != 0)
      result.patterns.push_back(entry->object);
    add(pattern);
  });
  return result;
}

void directory::route(std::size_t to, event_batch_ptr batch) {
  outbox_[to].batches.push_back(std::move(batch));
}

void directory::route_to_node(peer_slot to, event_batch_ptr batch) {
  auto& node = nodes_[to];
  if (node.link == nullptr)
    return home().counters().lost(telemetry::loss_reason::peer_down).add(batch->events().size());
  if (node.flow->overflowing())
    return home()
        .counters()
        .lost(telemetry::loss_reason::peer_queue_full)
        .add(batch->events().size());
  if (node.outbox.batches.empty())
    nodes_to_send_ |= bit_of(to);
  node.outbox_bytes += batch->footprint();
  node.outbox.batches.push_back(std::move(batch));
}

void directory::send_routed() {
  for (std::size_t to = 0; to < outbox_.size(); ++to)
    if (!outbox_[to].batches.empty())
      tell(peers_[to], nullptr, std::exchange(outbox_[to], {}));
  for (auto nodes = std::exchange(nodes_to_send_, 0); nodes != 0; nodes &= nodes - 1) {
    auto& node = nodes_[static_cast<peer_slot>(std::countr_zero(nodes))];
    node.flow->put(std::exchange(node.outbox_bytes, 0));
    tell(node.link, nullptr, std::exchange(node.outbox, {}));
  }
}

bool directory::any_full(std::uint64_t nodes) const noexcept {
  for (nodes &= linked_nodes_; nodes != 0; nodes &= nodes - 1)
    if (nodes_[static_cast<peer_slot>(std::countr_zero(nodes))].flow->full())
      return true;
  return false;
}

bool directory::tell_mesh_if_quiet() {
  if (!home().quiet())
    return false;
  if (hub_ != nullptr)
    tell(hub_, nullptr, loop_is_quiet{home().index()});
  return true;
}

void directory::on_route_events(const route_events& what) {
  if (what.incoming_bytes != 0)
    home().incoming_bytes_changed(-static_cast<std::ptrdiff_t>(what.incoming_bytes));
  for (const auto& batch : what.batches) {
    if (auto* entry = find(batch->channel()); entry != nullptr && entry->object->subscribers() != 0)
      entry->object->accept_routed(batch);
    for_each_pattern(batch->channel(), scratch_, [this, &batch](std::string_view pattern) {
      if (auto* entry = find(pattern); entry != nullptr && entry->object->subscribers() != 0)
        entry->object->accept_routed(batch);
    });
  }
}

void directory::on_peer_interest(const peer_interest& what) {
  ++generation_;
  auto& node = nodes_[what.peer];
  const auto bit = bit_of(what.peer);
  const auto& part = *what.what;
  if (part.snapshot_begins)
    node.snapshot = std::make_unique<boost::unordered_flat_set<std::string>>();
  for (const auto& key : part.gained) {
    interest_[key].nodes |= bit;
    if (node.snapshot)
      node.snapshot->insert(key);
  }
  for (const auto& key : part.lost) {
    if (const auto known = interest_.find(key); known != interest_.end()) {
      known->second.nodes &= ~bit;
      if (known->second.loops == 0 && known->second.nodes == 0)
        interest_.erase(known);
    }
  }
  if (part.snapshot_ends && node.snapshot) {
    // Until here events went by what was known of the node before, so that none was missed.
    boost::unordered::erase_if(interest_, [&](auto& each) {
      auto& bits = each.second;
      if ((bits.nodes & bit) != 0 && !node.snapshot->contains(each.first))
        bits.nodes &= ~bit;
      return bits.loops == 0 && bits.nodes == 0;
    });
    node.snapshot = nullptr;
  }
  tell(current_sender(), nullptr, interest_seen{home().index(), what.number});
}

void directory::forget_interest(peer_slot of) {
  ++generation_;
  boost::unordered::erase_if(interest_, [bit = bit_of(of)](auto& each) {
    each.second.nodes &= ~bit;
    return each.second.loops == 0 && each.second.nodes == 0;
  });
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
