#include "actors/connection.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace actormesh {

connection::connection(caf::actor_config& cfg, loop& home, limits lim, address of)
  : loop_actor(cfg, home)
  , limits_(lim)
  , address_(std::move(of))
  , publish_rate_(lim.publishes_per_second) {}

void connection::begin(std::unique_ptr<edge> wire) {
  assert(edge_ == nullptr);
  edge_ = std::move(wire);
  self_ = ctrl();
}

caf::behavior connection::make_behavior() {
  return {
      [this](const delivery& what) { on_delivery(what); },
      [this](const joined& what) { on_joined(what); },
      [this](const left&) { on_left(); },
  };
}

void connection::on_exit() { edge_.reset(); }

caf::resumable::resume_result connection::resume(caf::execution_unit* unit, std::size_t messages) {
  const auto result = loop_actor::resume(unit, messages);
  if (edge_ && home().delivering())
    edge_->turn_ended();
  return result;
}

void connection::change_limits(limits lim) noexcept {
  limits_ = lim;
  publish_rate_.rate(lim.publishes_per_second);
}

connection::subscribe_result connection::subscribe(subscribe_options what) {
  if (std::ranges::any_of(subscriptions_, [&](const auto& sub) { return sub.id == what.id; }))
    return subscribe_result::duplicate_id;
  if (subscriptions_.size() >= limits_.subscriptions)
    return subscribe_result::too_many_subscriptions;
  // Joining a channel again does no harm, and answers when the barrier has been reached.
  const auto join = ++last_join_;
  auto where = home().channels().join(what.channel_key, ctrl(), join);
  if (!where)
    return subscribe_result::too_many_channels;
  channels_.push_back(where->channel);
  subscriptions_.push_back({.id = std::move(what.id),
                            .where = std::move(*where),
                            .policy = what.policy,
                            .join = join,
                            .edge_data = std::move(what.edge_data)});
  home().counters().subscriptions.add();
  return subscribe_result::pending;
}

bool connection::unsubscribe(std::string_view id) {
  const auto found = std::ranges::find(subscriptions_, id, &subscription::id);
  if (found == subscriptions_.end())
    return false;
  const auto gone = std::move(*found);
  channels_.erase(channels_.begin() + (found - subscriptions_.begin()));
  subscriptions_.erase(found);
  home().counters().subscriptions.sub();
  leave_if_last(gone.where);
  // Frames of a connection are answered in order: the subscription was good as far as this loop
  // goes, and nobody waits for the rest of the barrier any more.
  if (!gone.confirmed)
    edge_->subscribed(gone);
  return true;
}

void connection::leave_if_last(const directory::membership& where) {
  if (std::ranges::find(channels_, where.channel) != channels_.end())
    return;
  ++leaving_;
  home().channels().leave(where, ctrl());
}

void connection::closed() {
  if (std::exchange(ended_, true))
    return;
  home().counters().subscriptions.sub(subscriptions_.size());
  // `channels_` stays: what is still delivered for a confirmed subscription is counted as lost.
  channels_.clear();
  for (const auto& sub : subscriptions_)
    if (sub.confirmed)
      channels_.push_back(sub.where.channel);
  auto gone = std::exchange(subscriptions_, {});
  std::ranges::sort(gone, {}, [](const auto& sub) { return sub.where.channel; });
  const auto same_channel = [](const auto& a, const auto& b) {
    return a.where.channel == b.where.channel;
  };
  gone.erase(std::unique(gone.begin(), gone.end(), same_channel), gone.end());
  leaving_ += gone.size();
  for (const auto& sub : gone)
    home().channels().leave(sub.where, ctrl());
  if (leaving_ == 0)
    tell_to_exit(std::exchange(self_, nullptr));
}

void connection::on_left() {
  if (--leaving_ == 0 && ended_)
    tell_to_exit(std::exchange(self_, nullptr));
}

void connection::on_delivery(const delivery& what) {
  for (std::size_t i = 0; i < channels_.size(); ++i) {
    if (channels_[i] != what.channel)
      continue;
    if (ended_)
      home()
          .counters()
          .lost(telemetry::loss_reason::connection_closed)
          .add(what.batch->events().size());
    else if (subscriptions_[i].confirmed)
      edge_->deliver(subscriptions_[i], *what.batch);
  }
}

void connection::on_joined(const joined& what) {
  if (ended_)
    return;
  const auto found = std::ranges::find(subscriptions_, what.join, &subscription::join);
  if (found == subscriptions_.end())
    return; // Unsubscribed in the meantime.
  found->confirmed = true;
  edge_->subscribed(*found);
}

} // namespace actormesh
