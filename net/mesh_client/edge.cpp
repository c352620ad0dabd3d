#include "net/mesh_client/edge.hpp"

#include "actors/loop_actor.hpp"
#include "actors/messages.hpp"
#include "net/mesh_client/failures.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <iterator>
#include <utility>

namespace actormesh::mesh_client {

namespace {

using mesh::client_operation;
using mesh::client_turn;
using service::failure;
using telemetry::loss_reason;

/// The name of a subscription in its connection: the bytes of the client's number, which fit into a
/// string without an allocation.
std::string to_id(std::uint64_t number) {
  std::string id(sizeof number, '\0');
  std::memcpy(id.data(), &number, sizeof number);
  return id;
}

std::uint64_t number_of(const subscription& what) noexcept {
  std::uint64_t number = 0;
  std::memcpy(&number, what.id.data(), sizeof number);
  return number;
}

mesh::client_answer make_answer(std::uint64_t number, failure problem) {
  const auto shape = shape_of(problem);
  mesh::client_answer made;
  made.number = number;
  made.status = static_cast<std::uint8_t>(shape.status);
  made.text = shape.message;
  return made;
}

std::size_t events_in(const client_turn& what) {
  std::size_t number = 0;
  for (const auto& each : what.items)
    if (const auto* events = std::get_if<mesh::client_events>(&each))
      number += events->batch->events().size();
  return number;
}

} // namespace

edge::edge(edge_context& context, connection& owner, options how)
  : context_(context)
  , owner_(owner)
  , guard_(context.loop, owner, *this, std::move(how.who))
  , shown_(std::move(how.shown))
  , link_(std::move(how.to))
  , flow_(std::move(how.flow)) {
  context_.loop.counters().mesh_clients.add();
  context_.loop.add(*this);
}

edge::~edge() { context_.loop.counters().mesh_clients.sub(); }

void edge::start() { guard_.begin(); }

void edge::on_decided() {
  if (guard_.refused() != failure::none)
    end_link(client_turn::end::going_away, close_reason::unauthorized);
}

void edge::on_expired() { end_link(client_turn::end::going_away, close_reason::token_expired); }

// -- requests -------------------------------------------------------------------------------------

void edge::handle(std::vector<mesh::client_request>&& requests, std::size_t bytes) {
  if (state_ == state::ended)
    return;
  context_.loop.counters().bytes_received.add(bytes);
  if (state_ != state::open) {
    turn().request_bytes += bytes;
    return;
  }
  waiting_bytes_ += bytes;
  std::ranges::move(requests, std::back_inserter(waiting_));
  go_on();
}

void edge::go_on() {
  while (!guard_.turn().busy() && state_ == state::open && !waiting_.empty()) {
    auto next = std::move(waiting_.front());
    waiting_.pop_front();
    handle(std::move(next));
  }
  if (waiting_.empty() && state_ != state::ended)
    turn().request_bytes += std::exchange(waiting_bytes_, 0);
}

void edge::handle(mesh::client_request&& what) {
  switch (static_cast<client_operation>(what.operation)) {
  case client_operation::subscribe:
    return subscribe(std::move(what));
  case client_operation::unsubscribe:
    return unsubscribe(what);
  case client_operation::publish:
    return publish(std::move(what));
  default:
    context_.loop.counters().protocol_errors.add();
    return answer(what.number, failure::unsupported_operation);
  }
}

void edge::subscribe(mesh::client_request&& what) {
  service::channel_operation asked;
  asked.channel = std::move(what.channel);
  asked.authorization = shown_;
  // Before the call: it may be confirmed within. The answer comes when the barrier is reached.
  pending_.push_back({what.subscription, what.number});
  service::subscribe(
      guard_.site(), guard_.turn(),
      service::subscribe_request{std::move(asked), {to_id(what.subscription), nullptr}},
      {unsigned_request()},
      [this, number = what.number](const service::subscribe_outcome& outcome) {
        if (outcome.problem == failure::none)
          return;
        pending_.pop_back(); // It is the last: what came behind it has waited.
        answer(number, outcome.problem);
      });
}

void edge::unsubscribe(const mesh::client_request& what) {
  answer(what.number, owner_.unsubscribe(to_id(what.subscription)) ? failure::none
                                                                   : failure::unknown_subscription);
}

void edge::publish(mesh::client_request&& what) {
  const auto received = std::chrono::steady_clock::now();
  service::channel_operation asked;
  asked.channel = std::move(what.channel);
  asked.authorization = shown_;
  if (what.events.empty())
    asked.problem = failure::no_events;
  else if (what.events.size() > guard_.to()->settings().limits.events_per_publish)
    asked.problem = failure::too_many_events;
  else if (!std::ranges::all_of(
               what.events, [this](const auto& text) { return context_.events.is_event(text); }))
    asked.problem = failure::event_not_json;
  else
    asked.events = std::move(what.events);
  service::publish(
      guard_.site(), guard_.turn(), service::publish_request{std::move(asked), received},
      {unsigned_request()}, [this, number = what.number](const service::publish_outcome& outcome) {
        auto made = make_answer(number, outcome.problem);
        for (const auto& each : outcome.entries)
          made.events.push_back({static_cast<std::uint8_t>(shape_of(each.outcome).status),
                                 std::string{each.identifier}});
        turn().items.emplace_back(std::move(made));
      });
}

void edge::answer(std::uint64_t number, failure problem) {
  turn().items.emplace_back(make_answer(number, problem));
}

// -- what the connection actor says ---------------------------------------------------------------

void edge::subscribed(const subscription& what) {
  const auto found = std::ranges::find(pending_, number_of(what), &pending_subscribe::subscription);
  if (found == pending_.end() || state_ != state::open)
    return;
  const auto number = found->number;
  pending_.erase(found);
  answer(number, failure::none);
}

void edge::deliver(const subscription& what, const event_batch& batch) {
  const auto number = batch.events().size();
  if (state_ != state::open)
    return context_.loop.counters().lost(loss_reason::connection_closed).add(number);
  if (flow_->full()) {
    // The link itself cannot keep up.
    if (what.policy == config::slow_consumer_policy::disconnect) {
      context_.loop.counters().lost(loss_reason::slow_consumer_disconnected).add(number);
      return end_link(client_turn::end::slow_consumer, close_reason::slow_consumer);
    }
    return lose(number_of(what), number);
  }
  flow_->put(batch.footprint());
  turn().items.emplace_back(
      mesh::client_events{number_of(what), what.policy, event_batch_ptr{&batch}});
}

void edge::lose(std::uint64_t subscription, std::size_t number) {
  context_.loop.counters().lost(loss_reason::slow_consumer_dropped_newest).add(number);
  auto& items = turn().items;
  auto* last = items.empty() ? nullptr : std::get_if<mesh::client_losses>(&items.back());
  if (last != nullptr && last->subscription == subscription)
    last->number += number;
  else
    items.emplace_back(mesh::client_losses{subscription, number});
}

client_turn& edge::turn() {
  if (turn_ == nullptr)
    turn_ = std::make_shared<client_turn>();
  context_.loop.actors().flush_later(*this);
  return *turn_;
}

void edge::turn_ended() {
  if (flush_hook::is_linked()) {
    flush_hook::unlink();
    flush();
  }
}

void edge::flush() {
  if (turn_ != nullptr)
    tell(link_, nullptr, mesh::client_output{std::exchange(turn_, nullptr)});
}

void edge::settings_changed() {
  if (state_ != state::open)
    return;
  if (!guard_.refresh(*context_.tenants))
    end_link(client_turn::end::going_away, close_reason::going_away); // It is no longer served.
}

// -- the end --------------------------------------------------------------------------------------

void edge::end_link(client_turn::end how, close_reason why) {
  if (state_ != state::open)
    return;
  state_ = state::ending;
  why_ = why;
  guard_.turn().cancel();
  turn().ending = how;
  turn().request_bytes += std::exchange(waiting_bytes_, 0);
  waiting_.clear();
}

void edge::drain() { end_link(client_turn::end::going_away, close_reason::going_away); }

void edge::cut_off() {
  // The link is gone already, or will find nobody.
  if (state_ == state::open)
    why_ = close_reason::drain_timeout;
  end();
}

void edge::link_gone() {
  end();
  tell(link_, nullptr, mesh::client_released{});
}

void edge::end() {
  if (state_ == state::ended)
    return;
  state_ = state::ended;
  if (const auto unsaid = std::exchange(turn_, nullptr))
    context_.loop.counters().lost(loss_reason::connection_closed).add(events_in(*unsaid));
  if (client::is_linked())
    client::unlink();
  if (flush_hook::is_linked())
    flush_hook::unlink();
  guard_.end(why_);
  owner_.closed();
}

} // namespace actormesh::mesh_client
