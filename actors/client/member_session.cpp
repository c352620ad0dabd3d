#include "actors/client/member_session.hpp"

#include <boost/json/parse.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace actormesh::client {

namespace {

/// How often the mesh is looked at, and what waits for it.
constexpr std::chrono::milliseconds tick_interval{50};

/// What an event takes in a mailbox beside its payload, about.
constexpr std::size_t event_overhead = 64;

bool is_json(const std::string& text) {
  boost::json::error_code failed;
  boost::json::parse_options options;
  options.max_depth = config::defaults::json_depth;
  static_cast<void>(boost::json::parse(text, failed, {}, options));
  return !failed;
}

subscription_id number_of(const subscription& what) { return std::stoull(what.id); }

} // namespace

member_session::member_session(caf::actor_config& cfg, loop& home, options how, id_source ids,
                               mesh::hub_view view)
  : loop_actor(cfg, home)
  , how_(std::move(how))
  , ids_(std::move(ids))
  , view_(std::move(view))
  , unhandled_(std::make_shared<unhandled>(how_.queue_bytes, caf::weak_actor_ptr{ctrl()})) {}

caf::behavior member_session::make_behavior() {
  set_down_handler([this](const caf::down_msg& what) { on_down(what); });
  begin();
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
      [this](const caught_up&) { tell_losses(); },
      [this](const look_again&) { on_tick(); },
      [this](const leave_request& what) { on_leave(what); },
  };
}

void member_session::begin() {
  connection_ = spawn_on<connection>(home(), connection::limits{SIZE_MAX, 0});
  connection_.object->begin(std::make_unique<member_edge>(*this));
}

void member_session::on_exit() {
  connection_ = {};
  subscriptions_.clear();
  unsent_.clear();
}

// -- publishing -----------------------------------------------------------------------------------

void member_session::publish(std::shared_ptr<publish_call> what) {
  if (left_)
    return what->finish(outcome::left, "the member has left");
  if (ready() && unsent_.empty())
    return publish_now(*what);
  const auto size = what->size();
  if (unsent_bytes_ != 0 && unsent_bytes_ + size > how_.publish_bytes)
    return what->finish(outcome::overloaded, "too much waits for the mesh");
  what->deadline = clock::now() + how_.request_timeout;
  unsent_bytes_ += size;
  unsent_.push_back(std::move(what));
}

publish_result member_session::check(const publish_request& what) const {
  if (what.events.empty())
    return {outcome::no_events, "the publish has no events", {}};
  if (!std::ranges::all_of(what.events, is_json))
    return {outcome::event_not_json, "an event is not a JSON text", {}};
  publish_result result;
  const auto largest =
      how_.frame_bytes - std::min(how_.frame_bytes, config::defaults::mesh_frame_overhead);
  for (const auto& each : what.events)
    result.events.push_back(
        {each.size() > largest ? outcome::event_too_large : outcome::ok, std::string{}});
  return result;
}

void member_session::publish_now(publish_call& what) {
  const auto channel = channel_path::parse_channel(what.what.channel);
  if (!channel)
    return what.finish(outcome::invalid_channel, "this is no channel");
  auto result = check(what.what);
  std::vector<event_ptr> events;
  for (std::size_t i = 0; i < result.events.size(); ++i)
    if (result.events[i].what == outcome::ok)
      events.emplace_back(caf::make_counted<event>(std::move(what.what.events[i]), clock::now()));
  const auto number = events.size();
  if (number != 0) {
    if (!home().channels().publish(caf::make_counted<event_batch>(
            make_channel_key(how_.api, channel->text()), std::move(events))))
      return what.finish(outcome::unavailable, "a node cannot take it now");
    home().counters().events_published.add(number);
  }
  what.finish(result);
}

// -- subscriptions --------------------------------------------------------------------------------

void member_session::subscribe(subscribe_request&& what, subscribe_callback then) {
  const auto id = what.id != 0 ? what.id : ids_->fetch_add(1);
  if (left_)
    return then({id, outcome::left, "the member has left"});
  if (!what.who || subscriptions_.contains(id))
    return then({id, outcome::duplicate_subscription, "nobody to send to, or a number used twice"});
  monitor(what.who);
  const auto channel = channel_path::parse_subscription(what.channel);
  subscriptions_.emplace(
      id, subscription_entry{std::move(what.channel), std::move(what.who), std::move(then), 0});
  if (!channel)
    return end_subscription(id, outcome::invalid_channel, "this is no channel and no pattern");
  const auto key = make_channel_key(how_.api, channel->text());
  const auto asked = connection_.object->subscribe(
      {std::to_string(id), key, config::slow_consumer_policy::drop_newest, nullptr});
  if (asked != connection::subscribe_result::pending)
    end_subscription(id, outcome::unavailable, "there are too many channels");
}

void member_session::on_subscribed(const subscription& what) {
  const auto id = number_of(what);
  const auto found = subscriptions_.find(id);
  if (found == subscriptions_.end())
    return;
  auto& entry = found->second;
  caf::anon_send(entry.who, client::subscribed{id, entry.channel});
  if (const auto then = std::exchange(entry.done, nullptr))
    then({id, outcome::ok, {}});
}

void member_session::on_events(const subscription& what, const event_batch& batch) {
  const auto id = number_of(what);
  const auto found = subscriptions_.find(id);
  if (found == subscriptions_.end())
    return;
  auto& entry = found->second;
  const auto number = batch.events().size();
  if (unhandled_->full()) {
    entry.lost += number;
    return home().counters().lost(telemetry::loss_reason::slow_consumer_dropped_newest).add(number);
  }
  home().counters().deliveries.add(number);
  if (const auto lost = std::exchange(entry.lost, 0); lost != 0)
    caf::anon_send(entry.who, losses{id, lost});
  event_message message;
  message.subscription = id;
  message.channel = batch.channel().substr(batch.channel().find('/'));
  message.payloads.reserve(number);
  auto bytes = message.channel.size();
  for (const auto& each : batch.events()) {
    message.payloads.emplace_back(each->payload());
    bytes += each->payload().size() + event_overhead;
  }
  message.hold = unhandled_->hold(bytes);
  caf::anon_send(entry.who, std::move(message));
}

void member_session::tell_losses() {
  for (auto& [id, entry] : subscriptions_)
    if (const auto lost = std::exchange(entry.lost, 0); lost != 0)
      caf::anon_send(entry.who, losses{id, lost});
}

void member_session::unsubscribe(subscription_id which) {
  if (!subscriptions_.contains(which))
    return;
  end_subscription(which, outcome::ok, {});
  static_cast<void>(connection_.object->unsubscribe(std::to_string(which)));
}

void member_session::end_subscription(subscription_id which, outcome why, const std::string& text) {
  const auto found = subscriptions_.find(which);
  const auto ended = std::move(found->second);
  subscriptions_.erase(found);
  if (ended.lost != 0)
    caf::anon_send(ended.who, losses{which, ended.lost});
  caf::anon_send(ended.who, subscription_ended{which, ended.channel, why, text});
  if (ended.done)
    ended.done({which, why == outcome::ok ? outcome::unknown_subscription : why, text});
}

void member_session::on_down(const caf::down_msg& what) {
  watchers_.remove(what.source);
  std::vector<subscription_id> gone;
  for (const auto& [id, each] : subscriptions_)
    if (each.who.address() == what.source)
      gone.push_back(id);
  for (const auto id : gone)
    unsubscribe(id);
}

// -- time and the end -----------------------------------------------------------------------------

void member_session::on_tick() {
  if (left_)
    return;
  look_at_mesh();
  const auto now = clock::now();
  while (!unsent_.empty() && (ready() || unsent_.front()->deadline <= now)) {
    const auto call = std::move(unsent_.front());
    unsent_.pop_front();
    unsent_bytes_ -= call->size();
    if (ready())
      publish_now(*call);
    else
      call->finish(outcome::disconnected, "no node was found in time");
  }
  delayed_send(this, tick_interval, look_again{});
}

void member_session::look_at_mesh() {
  const auto status = view_.board->read();
  const auto linked = std::ranges::any_of(
      status.peers, [](const auto& each) { return each.state == mesh::peer_state::up; });
  if (view_.standing->joined && linked)
    watchers_.change(connection_state::connected, how_.name, "member of the mesh");
  else if (watchers_.state() == connection_state::connected)
    watchers_.change(connection_state::reconnecting, {}, "no node is linked");
}

void member_session::on_leave(const leave_request& what) {
  left_ = true;
  unsent_bytes_ = 0;
  for (const auto& call : std::exchange(unsent_, {}))
    call->finish(outcome::left, "the member has left");
  while (!subscriptions_.empty())
    end_subscription(subscriptions_.begin()->first, outcome::left, "the member has left");
  connection_.object->closed();
  watchers_.change(connection_state::left, {}, {});
  quit();
  what.done->set_value();
}

} // namespace actormesh::client
