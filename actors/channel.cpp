#include "actors/channel.hpp"

#include "actors/directory.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <utility>

namespace actormesh {

namespace {

/// Up to so many subscribers a search is as fast as an index, and smaller.
constexpr std::size_t subscribers_without_index = 16;

} // namespace

channel::channel(caf::actor_config& cfg, loop& home, directory& dir, identity who)
  : loop_actor(cfg, home)
  , directory_(dir)
  , who_(std::move(who))
  , pattern_(who_.key.ends_with('*')) {}

caf::behavior channel::make_behavior() {
  return {
      [this](const publish_events& what) { on_publish(what); },
      [this](const join_channel& what) { on_join(current_sender(), what.join); },
      [this](const leave_channel&) { on_leave(current_sender()); },
  };
}

void channel::on_exit() {
  subscribers_.clear();
  unconfirmed_.clear();
  leaving_.clear();
}

void channel::expect_message() {
  ++expected_messages_;
  if (idle_hook::is_linked())
    directory_.no_longer_idle(*this);
}

void channel::message_handled() {
  assert(expected_messages_ > 0);
  --expected_messages_;
  idle_if_unused();
}

void channel::on_publish(const publish_events& what) {
  collect(what.batch);
  message_handled();
}

void channel::on_join(caf::strong_actor_ptr who, std::uint64_t join) {
  if (std::erase(leaving_, who) != 0)
    tell(who, nullptr, left{}); // It has come back before it was gone.
  if (place_of(who) == subscribers_.size()) {
    add(who);
    if (subscribers_.size() == 1) {
      confirmed_ = false;
      ticket_ = directory_.announce(*this, directory::interest::gained);
    }
  }
  if (confirmed_)
    tell(who, nullptr, joined{join});
  else
    unconfirmed_.push_back({std::move(who), join});
  message_handled();
}

void channel::on_leave(const caf::strong_actor_ptr& who) {
  if (collected_ || !routed_.empty())
    leaving_.push_back(who);
  else
    finish_leave(who);
  message_handled();
}

void channel::finish_leave(const caf::strong_actor_ptr& who) {
  if (const auto place = place_of(who); place != subscribers_.size()) {
    remove(place);
    std::erase_if(unconfirmed_, [&](const auto& each) { return each.who == who; });
    if (subscribers_.empty()) {
      confirmed_ = false;
      ticket_ = directory_.announce(*this, directory::interest::lost);
      subscribers_.shrink_to_fit();
    }
  }
  tell(who, nullptr, left{});
}

std::size_t channel::place_of(const caf::strong_actor_ptr& who) const {
  if (!places_)
    return static_cast<std::size_t>(std::ranges::find(subscribers_, who) - subscribers_.begin());
  const auto found = places_->find(who->aid);
  return found == places_->end() ? subscribers_.size() : found->second;
}

void channel::add(const caf::strong_actor_ptr& who) {
  subscribers_.push_back(who);
  if (places_) {
    places_->emplace(who->aid, subscribers_.size() - 1);
  } else if (subscribers_.size() > subscribers_without_index) {
    places_ = std::make_unique<place_index>();
    for (std::size_t place = 0; place < subscribers_.size(); ++place)
      places_->emplace(subscribers_[place]->aid, place);
  }
}

void channel::remove(std::size_t place) {
  if (places_)
    places_->erase(subscribers_[place]->aid);
  if (place + 1 != subscribers_.size()) {
    subscribers_[place] = std::move(subscribers_.back());
    if (places_)
      (*places_)[subscribers_[place]->aid] = place;
  }
  subscribers_.pop_back();
  if (subscribers_.empty())
    places_.reset();
}

void channel::interest_confirmed(std::uint64_t ticket) {
  if (ticket != ticket_ || subscribers_.empty())
    return;
  confirmed_ = true;
  for (const auto& each : std::exchange(unconfirmed_, {}))
    tell(each.who, nullptr, joined{each.join});
}

void channel::collect(const event_batch_ptr& batch) {
  if (merged_) {
    merged_->append(*batch);
  } else if (collected_) {
    merged_ = caf::make_counted<event_batch>(key());
    merged_->append(*collected_);
    merged_->append(*batch);
  } else {
    collected_ = batch;
  }
  home().pending_bytes_changed(static_cast<std::ptrdiff_t>(batch->footprint()));
  home().fan_out_later(*this);
}

void channel::accept_routed(event_batch_ptr batch) {
  home().pending_bytes_changed(static_cast<std::ptrdiff_t>(batch->footprint()));
  routed_.push_back(std::move(batch));
  home().fan_out_later(*this);
}

void channel::fan_out() {
  for (const auto& batch : std::exchange(routed_, {})) {
    home().pending_bytes_changed(-static_cast<std::ptrdiff_t>(batch->footprint()));
    deliver(batch);
  }
  if (collected_) {
    auto batch = merged_ ? event_batch_ptr{std::move(merged_)} : std::move(collected_);
    merged_ = nullptr;
    collected_ = nullptr;
    home().pending_bytes_changed(-static_cast<std::ptrdiff_t>(batch->footprint()));
    deliver(batch);
    forward(batch);
    const auto now = std::chrono::steady_clock::now();
    for (const auto& what : batch->events())
      home().counters().publish_latency.observe(now - what->received(), 1);
  }
  for (const auto& who : std::exchange(leaving_, {}))
    finish_leave(who);
  idle_if_unused();
}

void channel::deliver(const event_batch_ptr& batch) {
  if (subscribers_.empty())
    return;
  // One message object for all: only the envelope is made for each subscriber.
  const auto content = caf::make_message(delivery{id(), batch});
  for (const auto& who : subscribers_)
    tell(who, nullptr, content);
}

void channel::forward(const event_batch_ptr& batch) {
  if (route_generation_ != directory_.generation())
    refresh_route();
  for (auto* wider : patterns_)
    wider->accept_routed(batch);
  for (auto loops = other_loops_; loops != 0; loops &= loops - 1)
    directory_.route(static_cast<std::size_t>(std::countr_zero(loops)), batch);
  for (auto nodes = other_nodes_; nodes != 0; nodes &= nodes - 1)
    directory_.route_to_node(static_cast<peer_slot>(std::countr_zero(nodes)), batch);
}

bool channel::is_held_up() {
  if (route_generation_ != directory_.generation())
    refresh_route();
  return directory_.any_full(other_nodes_);
}

void channel::refresh_route() {
  auto fresh = directory_.route_of(key());
  patterns_ = std::move(fresh.patterns);
  other_loops_ = fresh.loops;
  other_nodes_ = fresh.nodes;
  route_generation_ = directory_.generation();
}

void channel::idle_if_unused() {
  const auto used =
      !subscribers_.empty() || expected_messages_ != 0 || collected_ != nullptr || !routed_.empty();
  if (!used && !idle_hook::is_linked())
    directory_.now_idle(*this);
}

} // namespace actormesh
