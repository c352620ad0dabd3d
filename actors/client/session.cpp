#include "actors/client/session.hpp"

#include "actors/loop_actor.hpp"
#include "text/host_port.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/io/middleman.hpp>
#include <caf/io/network/multiplexer.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <random>
#include <utility>

namespace actormesh::client {

namespace {

using mesh::client_operation;
using mesh::client_status;
using mesh::wire_end;

/// How often what is due is looked for.
constexpr std::chrono::milliseconds tick_interval{50};

/// Addresses that nodes have told of.
constexpr std::size_t max_learnt_targets = 128;

/// What an event takes in a mailbox beside its payload, about.
constexpr std::size_t event_overhead = 64;

outcome outcome_of(std::uint8_t status) {
  static_assert(static_cast<int>(outcome::internal) == static_cast<int>(client_status::internal));
  return status <= static_cast<std::uint8_t>(client_status::internal) ? static_cast<outcome>(status)
                                                                      : outcome::internal;
}

/// Whether trying the same again is likely to end in the same way.
bool is_final(mesh::refusal why) noexcept {
  switch (why) {
  case mesh::refusal::wrong_mesh:
  case mesh::refusal::wrong_version:
  case mesh::refusal::no_certificate:
  case mesh::refusal::wrong_certificate:
  case mesh::refusal::unauthorized:
    return true;
  default:
    return false;
  }
}

} // namespace

// -- watchers -------------------------------------------------------------------------------------

void watchers::add(const caf::actor& who) {
  all_.push_back(who);
  caf::anon_send(who, last_);
}

void watchers::remove(const caf::actor_addr& who) {
  std::erase_if(all_, [&](const caf::actor& each) { return each.address() == who; });
}

void watchers::change(connection_state to, const std::string& node, const std::string& detail) {
  if (to == last_.state && node == last_.node)
    return;
  last_ = {to, node, detail};
  for (const auto& each : all_)
    caf::anon_send(each, last_);
}

// -- session --------------------------------------------------------------------------------------

session::session(caf::actor_config& cfg, options how, id_source ids)
  : caf::io::broker(cfg)
  , how_(std::move(how))
  , ids_(std::move(ids))
  , unhandled_(std::make_shared<unhandled>(how_.queue_bytes, caf::weak_actor_ptr{ctrl()}))
  , pause_(how_.retry_min) {
  for (const auto& each : how_.nodes)
    if (auto where = text::parse_host_port(each))
      targets_.push_back({std::move(*where), true});
}

caf::behavior session::make_behavior() {
  set_down_handler([this](const caf::down_msg& what) { on_down(what); });
  return {
      [this](const publish_request& what) {
        auto promise = make_response_promise<publish_result>();
        publish(std::make_shared<publish_call>(
            what, [promise](const publish_result& result) mutable { promise.deliver(result); }));
        return promise;
      },
      [this](const subscribe_request& what) {
        auto promise = make_response_promise<subscribe_result>();
        auto asked = what;
        if (!asked.who)
          asked.who = caf::actor_cast<caf::actor>(current_sender());
        subscribe(std::move(asked),
                  [promise](const subscribe_result& result) mutable { promise.deliver(result); });
        return promise;
      },
      [this](const unsubscribe_request& what) { unsubscribe(what.id); },
      [this](const watch_request& what) {
        const auto who = what.who ? what.who : caf::actor_cast<caf::actor>(current_sender());
        if (!who)
          return;
        monitor(who);
        watchers_.add(who);
      },
      [this](const local_publish& what) { publish(what.what); },
      [this](const caught_up&) {
        if (wire_ != nullptr && !unhandled_->full())
          wire_->go_on_reading();
      },
      [this](const mesh::dial_result& what) { on_dialed(what); },
      [this](const look_again&) { on_tick(); },
      [this](const leave_request& what) { on_leave(what); },
  };
}

// -- requests of actors ---------------------------------------------------------------------------

void session::publish(std::shared_ptr<publish_call> what) {
  if (left_)
    return what->finish(outcome::left, "the client has left");
  const auto size = what->size();
  if (watchers_.state() == connection_state::refused)
    return what->finish(outcome::unauthorized, "no node lets this client in");
  if (size > how_.frame_bytes)
    return what->finish(outcome::event_too_large, "the publish is larger than a frame may be");
  if (unsent_bytes_ != 0 && unsent_bytes_ + size > how_.publish_bytes)
    return what->finish(outcome::overloaded, "too much waits to be sent");
  what->deadline = clock::now() + how_.request_timeout;
  unsent_bytes_ += size;
  unsent_.push_back(std::move(what));
  pump();
}

void session::pump() {
  if (!connected_)
    return;
  while (!unsent_.empty() && wire_ != nullptr && wire_->room()) {
    auto call = std::move(unsent_.front());
    unsent_.pop_front();
    unsent_bytes_ -= call->size();
    mesh::client_request asked;
    asked.number = ++last_request_;
    asked.operation = static_cast<std::uint8_t>(client_operation::publish);
    asked.channel = std::move(call->what.channel);
    asked.events = std::move(call->what.events);
    in_flight_.emplace(asked.number, std::move(call));
    wire_->say(std::move(asked));
  }
}

void session::subscribe(subscribe_request&& what, subscribe_callback then) {
  const auto id = what.id != 0 ? what.id : ids_->fetch_add(1);
  if (left_)
    return then({id, outcome::left, "the client has left"});
  if (!what.who || subscriptions_.contains(id))
    return then({id, outcome::duplicate_subscription, "nobody to send to, or a number used twice"});
  monitor(what.who);
  const auto& made =
      subscriptions_
          .emplace(id, subscription_entry{std::move(what.channel), std::move(what.who),
                                          std::move(then), false})
          .first->second;
  if (connected_)
    ask_to_subscribe(id, made);
}

void session::ask_to_subscribe(subscription_id which, const subscription_entry& what) {
  mesh::client_request asked;
  asked.number = ++last_request_;
  asked.operation = static_cast<std::uint8_t>(client_operation::subscribe);
  asked.subscription = which;
  asked.channel = what.channel;
  subscribing_.emplace(asked.number, which);
  wire_->say(std::move(asked));
}

void session::unsubscribe(subscription_id which) {
  if (!subscriptions_.contains(which))
    return;
  end_subscription(which, outcome::ok, {});
  if (!connected_)
    return;
  mesh::client_request asked;
  asked.number = ++last_request_;
  asked.operation = static_cast<std::uint8_t>(client_operation::unsubscribe);
  asked.subscription = which;
  wire_->say(std::move(asked));
}

void session::end_subscription(subscription_id which, outcome why, const std::string& text) {
  const auto found = subscriptions_.find(which);
  const auto ended = std::move(found->second);
  subscriptions_.erase(found);
  caf::anon_send(ended.who, subscription_ended{which, ended.channel, why, text});
  if (ended.done)
    ended.done({which, why == outcome::ok ? outcome::unknown_subscription : why, text});
}

void session::on_down(const caf::down_msg& what) {
  watchers_.remove(what.source);
  std::vector<subscription_id> gone;
  for (const auto& [id, each] : subscriptions_)
    if (each.who.address() == what.source)
      gone.push_back(id);
  for (const auto id : gone)
    unsubscribe(id);
}

void session::on_leave(const leave_request& what) {
  left_ = true;
  cancelled_->store(true);
  connected_ = false;
  if (wire_ != nullptr)
    std::exchange(wire_, nullptr)->leave();
  wire_handle_ = nullptr;
  for (const auto& [number, call] : std::exchange(in_flight_, {}))
    call->finish(outcome::unknown, "the client has left before the answer");
  fail_unsent(outcome::left, "the client has left");
  while (!subscriptions_.empty())
    end_subscription(subscriptions_.begin()->first, outcome::left, "the client has left");
  watchers_.change(connection_state::left, {}, {});
  // It goes on without end, until nobody has its handle: CAF lets requests to a broker that has
  // ended wait for ever.
  what.done->set_value();
}

// -- connecting -----------------------------------------------------------------------------------

void session::connect() {
  busy_ = true;
  ++tried_;
  next_target_ %= targets_.size();
  // On a thread of CAF's pool: names have to be looked up, and that blocks.
  system().spawn<caf::detached + caf::hidden>(
      [to = caf::strong_actor_ptr{ctrl()}, where = targets_[next_target_].where,
       cancelled = cancelled_, timeout = how_.connect_timeout,
       within = system().has_openssl_manager() ? mesh::reach::anywhere
                                               : mesh::reach::loopback](caf::event_based_actor*) {
        mesh::dial_result result;
        result.address = to_string(where);
        if (auto got = mesh::dial(where, timeout, *cancelled, within))
          result.socket = std::make_shared<mesh::socket_guard>(std::move(*got));
        else
          result.error = got.error().message();
        tell(to, nullptr, std::move(result));
      });
}

void session::on_dialed(const mesh::dial_result& got) {
  if (left_)
    return;
  if (got.socket == nullptr)
    return attempt_failed(got.address + ": " + got.error);
  const auto tls = system().has_openssl_manager();
  auto [scribe, error] = mesh::make_scribe(system(), std::move(*got.socket),
                                           tls ? mesh::tls_side::dialed : mesh::tls_side::none);
  if (scribe == nullptr)
    return attempt_failed(got.address + ": TLS failed: " + error);
  caf::actor_config cfg{&backend()};
  wire_handle_ = caf::actor_cast<caf::strong_actor_ptr>(system().spawn_impl<node_wire, caf::hidden>(
      cfg, static_cast<node_wire_owner&>(*this),
      mesh::wire::options{how_.heartbeat_interval, how_.heartbeat_timeout, how_.frame_bytes}));
  wire_ = static_cast<node_wire*>(caf::actor_cast<caf::abstract_actor*>(wire_handle_));
  wire_->begin(std::move(scribe));
  mesh::hello who;
  who.role = static_cast<std::uint8_t>(mesh::peer_role::client);
  who.mesh = how_.mesh;
  who.name = how_.name;
  who.incarnation = random_();
  who.api = how_.api;
  who.credential = how_.api_key;
  wire_->say(std::move(who));
}

void session::on_welcome(node_wire& at, mesh::welcome&& what) {
  if (system().has_openssl_manager()) {
    const auto subject = at.certificate();
    if (!subject || subject->role != config::mesh_role::node || subject->name != what.name)
      return at.end(wire_end::refused);
  }
  busy_ = false;
  tried_ = 0;
  pause_ = how_.retry_min;
  connected_ = true;
  was_connected_ = true;
  // Those it does not know of are gone.
  const auto current = targets_[next_target_].where;
  std::erase_if(targets_,
                [&](const target& each) { return !each.configured && each.where != current; });
  next_target_ = static_cast<std::size_t>(std::ranges::find(targets_, current, &target::where) -
                                          targets_.begin());
  learn(what.peers);
  watchers_.change(connection_state::connected, what.name, to_string(current));
  for (const auto& [id, each] : subscriptions_)
    ask_to_subscribe(id, each);
  pump();
}

void session::on_refuse(node_wire&, const mesh::refuse& what) {
  const auto why = static_cast<mesh::refusal>(what.why);
  refused_ = is_final(why);
  lost(std::string{"refused, "} + mesh::to_string(why) + ": " + what.text);
}

void session::on_ended(node_wire& at, wire_end why) {
  if (&at == wire_)
    lost(mesh::to_string(why));
}

void session::lost(const std::string& why) {
  wire_ = nullptr;
  wire_handle_ = nullptr;
  if (!std::exchange(connected_, false))
    return attempt_failed(why);
  lost_at_ = caf::make_timestamp();
  subscribing_.clear();
  watchers_.change(connection_state::reconnecting, {}, why);
  for (const auto& [number, call] : std::exchange(in_flight_, {}))
    call->finish(outcome::unknown, "the connection was lost before the answer");
  ++next_target_;
  connect();
}

void session::attempt_failed(const std::string& why) {
  busy_ = false;
  ++next_target_;
  if (tried_ < targets_.size())
    return connect();
  tried_ = 0;
  if (std::exchange(refused_, false)) {
    watchers_.change(connection_state::refused, {}, why);
    fail_unsent(outcome::unauthorized, why);
  } else if (was_connected_ || watchers_.state() == connection_state::refused) {
    watchers_.change(connection_state::reconnecting, {}, why);
  }
  // Between half of it and all of it, so that clients that lost a node do not all come at once.
  std::uniform_int_distribution<std::chrono::milliseconds::rep> jitter{pause_.count() / 2,
                                                                       pause_.count()};
  next_attempt_ = clock::now() + std::chrono::milliseconds{jitter(random_)};
  pause_ = std::min(2 * pause_, how_.retry_max);
}

void session::learn(const std::vector<mesh::peer_info>& peers) {
  for (const auto& each : peers) {
    auto where = text::parse_host_port(each.address);
    if (!where || targets_.size() >= how_.nodes.size() + max_learnt_targets ||
        std::ranges::find(targets_, *where, &target::where) != targets_.end())
      continue;
    targets_.push_back({std::move(*where), false});
  }
}

void session::fail_unsent(outcome how, const std::string& text) {
  unsent_bytes_ = 0;
  for (const auto& call : std::exchange(unsent_, {}))
    call->finish(how, text);
}

// -- from the node --------------------------------------------------------------------------------

void session::on_answer(mesh::client_answer&& what) {
  if (const auto found = in_flight_.find(what.number); found != in_flight_.end()) {
    const auto call = std::move(found->second);
    in_flight_.erase(found);
    publish_result result{outcome_of(what.status), std::move(what.text), {}};
    for (auto& each : what.events)
      result.events.push_back({outcome_of(each.status), std::move(each.id)});
    call->finish(result);
  } else if (const auto asked = subscribing_.find(what.number); asked != subscribing_.end()) {
    const auto id = asked->second;
    subscribing_.erase(asked);
    on_subscribe_answer(id, what);
  }
}

void session::on_subscribe_answer(subscription_id which, const mesh::client_answer& what) {
  const auto found = subscriptions_.find(which);
  if (found == subscriptions_.end())
    return; // Unsubscribed in the meantime.
  const auto how = outcome_of(what.status);
  if (how != outcome::ok)
    return end_subscription(which, how, what.text);
  auto& entry = found->second;
  if (std::exchange(entry.established, true))
    caf::anon_send(entry.who, resubscribed{which, entry.channel, lost_at_});
  else
    caf::anon_send(entry.who, subscribed{which, entry.channel});
  if (const auto then = std::exchange(entry.done, nullptr))
    then({which, outcome::ok, {}});
}

void session::on_events(std::vector<mesh::received_client_events>&& what) {
  for (auto& each : what) {
    const auto found = subscriptions_.find(each.subscription);
    if (found == subscriptions_.end())
      continue; // Unsubscribed in the meantime.
    const auto& who = found->second.who;
    if (each.lost != 0)
      caf::anon_send(who, losses{each.subscription, each.lost});
    if (each.payloads.empty())
      continue;
    auto bytes = each.channel.size();
    for (const auto& payload : each.payloads)
      bytes += payload.size() + event_overhead;
    caf::anon_send(who, event_message{each.subscription, std::move(each.channel),
                                      std::move(each.payloads), unhandled_->hold(bytes)});
  }
  if (wire_ == nullptr || !unhandled_->full())
    return;
  wire_->hold_reading();
  // They may have caught up in between, and said so before.
  if (!unhandled_->full())
    wire_->go_on_reading();
}

// -- time -----------------------------------------------------------------------------------------

void session::on_tick() {
  if (left_)
    return;
  const auto now = clock::now();
  // A tick that comes late was kept waiting with what the node has sent.
  const auto was_held_up = now - std::exchange(last_tick_, now) > how_.heartbeat_interval;
  if (wire_ != nullptr) {
    if (was_held_up)
      wire_->forgive(now);
    // What happens now may be the end of it.
    const auto keep = wire_handle_;
    if (!wire_->welcomed() && now - wire_->made() >= how_.connect_timeout)
      wire_->end(wire_end::silent);
    else
      wire_->check(now);
  } else if (!busy_ && now >= next_attempt_) {
    connect();
  }
  while (!unsent_.empty() && unsent_.front()->deadline <= now) {
    const auto call = std::move(unsent_.front());
    unsent_.pop_front();
    unsent_bytes_ -= call->size();
    call->finish(outcome::disconnected, "no node took it in time");
  }
  while (!in_flight_.empty() && in_flight_.begin()->second->deadline <= now) {
    const auto call = std::move(in_flight_.begin()->second);
    in_flight_.erase(in_flight_.begin());
    call->finish(outcome::unknown, "no answer came in time");
  }
  mesh::remind(*this, tick_interval);
}

} // namespace actormesh::client
