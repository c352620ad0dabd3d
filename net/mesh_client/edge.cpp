#include "net/mesh_client/edge.hpp"

#include "actors/loop_actor.hpp"
#include "actors/messages.hpp"
#include "net/appsync/errors.hpp"
#include "net/appsync/later.hpp"
#include "net/appsync/publish.hpp"
#include "net/appsync/subscribe.hpp"
#include "telemetry/log.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <iterator>
#include <utility>

namespace actormesh::mesh_client {

namespace {

namespace log = telemetry::log;
using appsync::error;
using mesh::client_operation;
using mesh::client_status;
using mesh::client_turn;
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

client_status status_of(error what) noexcept {
  switch (what) {
  case error::none:
    return client_status::ok;
  case error::throttled:
    return client_status::unauthorized;
  case error::invalid_channel:
    return client_status::invalid_channel;
  case error::no_events:
    return client_status::no_events;
  case error::too_many_events:
    return client_status::too_many_events;
  case error::event_not_json:
    return client_status::event_not_json;
  case error::event_too_large:
    return client_status::event_too_large;
  case error::too_many_subscriptions:
    return client_status::too_many_subscriptions;
  case error::duplicate_subscription:
    return client_status::duplicate_subscription;
  case error::unknown_subscription:
    return client_status::unknown_subscription;
  case error::rate_limited:
    return client_status::rate_limited;
  case error::unavailable:
    return client_status::unavailable;
  default:
    return is_unauthorized(what) ? client_status::unauthorized : client_status::internal;
  }
}

mesh::client_answer make_answer(std::uint64_t number, error problem) {
  mesh::client_answer made;
  made.number = number;
  made.status = static_cast<std::uint8_t>(status_of(problem));
  if (problem != error::none)
    made.text = appsync::shape_of(problem, appsync::surface::websocket).message;
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
  , how_(std::move(how)) {
  context_.loop.counters().mesh_clients.add();
  context_.loop.add(*this);
}

edge::~edge() { context_.loop.counters().mesh_clients.sub(); }

// -- requests -------------------------------------------------------------------------------------

void edge::start() {
  if (!how_.deciding)
    return;
  wait_for(std::exchange(how_.deciding, {}), [this](const auth::answer& got) {
    appsync::count_verdict(context_.loop.counters(), got.outcome);
    owner_.who(got.who);
    const auto refused = appsync::error_of(got.outcome);
    appsync::note(*how_.what, {audit::action::connect}, refused, got.who.get(), from());
    if (refused != error::none)
      end_link(client_turn::end::going_away);
  });
}

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
  while (!deciding_ && state_ == state::open && !waiting_.empty()) {
    auto next = std::move(waiting_.front());
    waiting_.pop_front();
    handle(std::move(next));
  }
  if (waiting_.empty() && state_ != state::ended)
    turn().request_bytes += std::exchange(waiting_bytes_, 0);
}

void edge::wait_for(const std::function<void(auth::answer_handler)>& later,
                    std::function<void(const auth::answer&)> then) {
  deciding_ = true;
  appsync::answer_on_loop(context_.loop, owner_, how_.what, later,
                          [this, then = std::move(then)](const auth::answer& got) {
                            deciding_ = false;
                            if (state_ == state::open)
                              then(got);
                            go_on();
                          });
}

void edge::handle(mesh::client_request&& what) {
  const auto received = std::chrono::steady_clock::now();
  switch (static_cast<client_operation>(what.operation)) {
  case client_operation::subscribe:
    break;
  case client_operation::unsubscribe:
    return answer(what.number, owner_.unsubscribe(to_id(what.subscription))
                                   ? error::none
                                   : error::unknown_subscription);
  case client_operation::publish:
    if (owner_.may_publish(received))
      break;
    appsync::count_publish(context_.loop.counters(), error::rate_limited);
    return answer(what.number, error::rate_limited);
  default:
    context_.loop.counters().protocol_errors.add();
    return answer(what.number, error::unsupported_operation);
  }
  auto asked = read(what);
  on_channel_request(std::move(what), std::move(asked), received);
}

appsync::operation edge::read(mesh::client_request& what) {
  appsync::operation asked;
  asked.channel = std::move(what.channel);
  asked.authorization = how_.shown;
  if (static_cast<client_operation>(what.operation) == client_operation::subscribe) {
    asked.type = appsync::operation_type::subscribe;
    return asked;
  }
  asked.type = appsync::operation_type::publish;
  if (what.events.empty())
    asked.problem = error::no_events;
  else if (what.events.size() > how_.what->settings().limits.events_per_publish)
    asked.problem = error::too_many_events;
  else if (!std::ranges::all_of(
               what.events, [this](const auto& text) { return context_.parser.is_event(text); }))
    asked.problem = error::event_not_json;
  else
    asked.events = std::move(what.events);
  return asked;
}

void edge::on_channel_request(mesh::client_request&& what, appsync::operation&& asked,
                              std::chrono::steady_clock::time_point received) {
  auto known = appsync::prepare(*how_.what, asked);
  auto decided = appsync::ask(*how_.what, asked, known, from(), {how_.what->publish_path()});
  const auto carry_out = [this,
                          received](const mesh::client_request& request, appsync::operation&& op,
                                    const appsync::prepared& prepared, const auth::answer& got) {
    if (op.type == appsync::operation_type::publish)
      return publish(request.number, std::move(op), prepared, got, received);
    // The answer comes when the barrier has been reached.
    if (const auto problem = subscribe(request, op, prepared, got); problem != error::none)
      answer(request.number, problem);
  };
  if (!decided.later)
    return carry_out(what, std::move(asked), known, decided.now);
  struct kept {
    mesh::client_request what;
    appsync::operation asked;
    appsync::prepared known;
  };
  auto held = std::make_shared<kept>(kept{std::move(what), std::move(asked), std::move(known)});
  wait_for(decided.later, [carry_out, held](const auth::answer& got) {
    carry_out(held->what, std::move(held->asked), held->known, got);
  });
}

error edge::subscribe(const mesh::client_request& what, const appsync::operation& asked,
                      const appsync::prepared& known, const auth::answer& got) {
  // Before the call: it may be answered within.
  pending_.push_back({what.subscription, what.number});
  const auto problem = appsync::subscribe(context_.loop.counters(), *how_.what, asked, known, got,
                                          from(), {owner_, to_id(what.subscription), nullptr});
  if (problem != error::none)
    pending_.pop_back();
  return problem;
}

void edge::publish(std::uint64_t number, appsync::operation&& asked, const appsync::prepared& known,
                   const auth::answer& got, std::chrono::steady_clock::time_point received) {
  const auto outcome =
      appsync::publish(context_.loop, *how_.what, std::move(asked), known, got, from(), received);
  auto made = make_answer(number, outcome.problem);
  for (const auto& each : outcome.entries)
    made.events.push_back(
        {static_cast<std::uint8_t>(status_of(each.outcome)), std::string{each.identifier}});
  turn().items.emplace_back(std::move(made));
}

void edge::answer(std::uint64_t number, error problem) {
  turn().items.emplace_back(make_answer(number, problem));
}

// -- what the connection actor says ---------------------------------------------------------------

void edge::subscribed(const subscription& what) {
  const auto found = std::ranges::find(pending_, number_of(what), &pending_subscribe::subscription);
  if (found == pending_.end() || state_ != state::open)
    return;
  const auto number = found->number;
  pending_.erase(found);
  answer(number, error::none);
}

void edge::deliver(const subscription& what, const event_batch& batch) {
  const auto number = batch.events().size();
  if (state_ != state::open)
    return context_.loop.counters().lost(loss_reason::connection_closed).add(number);
  if (how_.flow->full()) {
    // The link itself cannot keep up.
    if (what.policy == config::slow_consumer_policy::disconnect) {
      context_.loop.counters().lost(loss_reason::slow_consumer_disconnected).add(number);
      return end_link(client_turn::end::slow_consumer);
    }
    return lose(number_of(what), number);
  }
  how_.flow->put(batch.footprint());
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
    tell(how_.to, nullptr, mesh::client_output{std::exchange(turn_, nullptr)});
}

void edge::settings_changed() {
  if (state_ != state::open)
    return;
  auto fresh = context_.apis->find(how_.what->id());
  if (fresh == nullptr)
    return end_link(client_turn::end::going_away); // The API is no longer served.
  how_.what = std::move(fresh);
  const auto& limits = how_.what->settings().limits;
  owner_.change_limits({limits.subscriptions, limits.publishes_per_second});
}

// -- the end --------------------------------------------------------------------------------------

void edge::end_link(client_turn::end how) {
  if (state_ != state::open)
    return;
  state_ = state::ending;
  turn().ending = how;
}

void edge::drain() { end_link(client_turn::end::going_away); }

void edge::cut_off() {
  // The link is gone already, or will find nobody.
  end();
}

void edge::link_gone() {
  end();
  tell(how_.to, nullptr, mesh::client_released{});
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
  how_.admitted = {};
  log::info("client closed", {{"client", owner_.id()}, {"api", how_.what->id()}});
  owner_.closed();
}

} // namespace actormesh::mesh_client
