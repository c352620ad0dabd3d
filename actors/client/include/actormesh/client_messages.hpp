/// The messages of the client library: what actors ask a mesh client for, and what they are told.
///
/// All of them are plain values that can be copied, inspected and sent to other processes. Their
/// type ids are the block `caf::id_block::actormesh_client`, which `prepare` registers.
#pragma once

#include <caf/actor.hpp>
#include <caf/default_enum_inspect.hpp>
#include <caf/string_view.hpp>
#include <caf/timestamp.hpp>
#include <caf/type_id.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

namespace actormesh::client {

/// Names a subscription of one mesh client. Never used twice by it; 0 is none.
using subscription_id = std::uint64_t;

/// How a request, or one event of a publish, ended.
enum class outcome : std::uint8_t {
  ok,                     ///< Publish: the node took it. Subscribe: the barrier has been reached.
  unauthorized,           ///< The key is wrong, has expired, or may not do this.
  invalid_channel,        ///< No channel, or for subscribe no pattern either.
  no_events,              ///< A publish without events.
  too_many_events,        ///< More than the API allows in one publish.
  event_not_json,         ///< An event is not a JSON text. None of the publish was taken.
  event_too_large,        ///< This event is larger than the API allows. Others may be fine.
  too_many_subscriptions, ///< More than the API allows for one client.
  duplicate_subscription, ///< Does not happen: the library numbers subscriptions.
  unknown_subscription,   ///< There is no such subscription (any more).
  rate_limited,           ///< More publishes per second than the API allows. Nothing was taken.
  unavailable,            ///< The node cannot take it now. Nothing was taken; come again.
  internal,               ///< The node failed.
  disconnected,           ///< No node could be reached in time. Nothing was sent.
  overloaded,             ///< Too much waits in this client. Nothing was sent.
  unknown, ///< It was sent, and then the connection broke or no answer came in time. The events may
           ///< have been published, or not. The library does not send them again by itself.
  left,    ///< The client has left the mesh. Nothing was sent.
};

/// Names an outcome as it is written here.
[[nodiscard]] std::string to_string(outcome what);
[[nodiscard]] bool from_string(caf::string_view text, outcome& what);
[[nodiscard]] bool from_integer(std::uint8_t number, outcome& what);

template <class Inspector> bool inspect(Inspector& f, outcome& x) {
  return caf::default_enum_inspect(f, x);
}

/// How a client stands with its mesh.
enum class connection_state : std::uint8_t {
  connecting, ///< It has not been connected since it was made.
  connected,
  reconnecting, ///< The connection was lost, or the node said goodbye; others are tried.
  refused,      ///< The nodes do not let it in, most likely for its key. It goes on trying.
  left,         ///< For good.
};

[[nodiscard]] std::string to_string(connection_state what);
[[nodiscard]] bool from_string(caf::string_view text, connection_state& what);
[[nodiscard]] bool from_integer(std::uint8_t number, connection_state& what);

template <class Inspector> bool inspect(Inspector& f, connection_state& x) {
  return caf::default_enum_inspect(f, x);
}

// -- what actors ask for --------------------------------------------------------------------------

/// To a client's `handle`: publish. Answered with `publish_result`.
///
/// Events that one actor sends to one channel arrive at every subscriber in that order.
struct publish_request {
  std::string channel;             ///< `/namespace/…`, one to five segments.
  std::vector<std::string> events; ///< Each a JSON text, such as `"text"`, `42` or `{"a":1}`.
};

template <class Inspector> bool inspect(Inspector& f, publish_request& x) {
  return f.object(x).fields(f.field("channel", x.channel), f.field("events", x.events));
}

/// What became of one event.
struct event_result {
  outcome what = outcome::ok; ///< `ok` or `event_too_large`.
  std::string id;             ///< The UUID that the node gave it. Empty from a member.
};

template <class Inspector> bool inspect(Inspector& f, event_result& x) {
  return f.object(x).fields(f.field("what", x.what), f.field("id", x.id));
}

/// The answer. `ok` means that a node has taken the request, not that anybody got the events.
struct publish_result {
  outcome what = outcome::ok;       ///< Of the request as a whole; see `events` too.
  std::string text;                 ///< For people; empty if all is well.
  std::vector<event_result> events; ///< One for each event, in order, if `what` is `ok`.

  /// Returns whether every event was taken.
  [[nodiscard]] bool all_ok() const noexcept;
};

template <class Inspector> bool inspect(Inspector& f, publish_result& x) {
  return f.object(x).fields(f.field("what", x.what), f.field("text", x.text),
                            f.field("events", x.events));
}

/// To a client's `handle`: have events of a channel sent to `who`. Answered with
/// `subscribe_result`, after the barrier.
struct subscribe_request {
  std::string channel;    ///< A channel, or a pattern such as `/orders/*` for all below it.
  caf::actor who;         ///< Null: the sender.
  subscription_id id = 0; ///< 0: a new one. Otherwise one of `mesh_client::next_subscription`.
};

template <class Inspector> bool inspect(Inspector& f, subscribe_request& x) {
  return f.object(x).fields(f.field("channel", x.channel), f.field("who", x.who),
                            f.field("id", x.id));
}

/// The answer.
struct subscribe_result {
  subscription_id id = 0;
  outcome what = outcome::ok;
  std::string text; ///< For people; empty if all is well.
};

template <class Inspector> bool inspect(Inspector& f, subscribe_result& x) {
  return f.object(x).fields(f.field("id", x.id), f.field("what", x.what), f.field("text", x.text));
}

/// To a client's `handle`: end a subscription. Its last message is `subscription_ended`.
struct unsubscribe_request {
  subscription_id id = 0;
};

template <class Inspector> bool inspect(Inspector& f, unsubscribe_request& x) {
  return f.object(x).fields(f.field("id", x.id));
}

/// To a client's `handle`: have `state_changed` sent to `who`, at once for the state as it is, and
/// then with every change.
struct watch_request {
  caf::actor who; ///< Null: the sender.
};

template <class Inspector> bool inspect(Inspector& f, watch_request& x) {
  return f.object(x).fields(f.field("who", x.who));
}

// -- what subscribers are told --------------------------------------------------------------------

/// To a subscriber, first of all: every event whose publish starts from now on, on any node of the
/// mesh, is sent to it.
struct subscribed {
  subscription_id subscription = 0;
  std::string channel; ///< As it was asked for.
};

template <class Inspector> bool inspect(Inspector& f, subscribed& x) {
  return f.object(x).fields(f.field("subscription", x.subscription), f.field("channel", x.channel));
}

/// To a subscriber, after the connection was lost and made anew: the same holds again from now on.
/// What was published between `since` and this message may have been missed.
struct resubscribed {
  subscription_id subscription = 0;
  std::string channel;  ///< As it was asked for.
  caf::timestamp since; ///< When the loss of the connection was noticed, by this machine's clock.
};

template <class Inspector> bool inspect(Inspector& f, resubscribed& x) {
  return f.object(x).fields(f.field("subscription", x.subscription), f.field("channel", x.channel),
                            f.field("since", x.since));
}

/// To a subscriber: events of one channel, in order.
///
/// As long as the message lives, its bytes count as not handled, which is what
/// `options::queue_bytes` limits: move the payloads out of it rather than storing it.
struct event_message {
  subscription_id subscription = 0;
  std::string channel;               ///< Where they were published; never a pattern.
  std::vector<std::string> payloads; ///< JSON texts as they were published; at least one.
  std::shared_ptr<const void> hold;  ///< The library's. Not sent to other processes.
};

template <class Inspector> bool inspect(Inspector& f, event_message& x) {
  return f.object(x).fields(f.field("subscription", x.subscription), f.field("channel", x.channel),
                            f.field("payloads", x.payloads));
}

/// To a subscriber: events of the subscription were dropped because this client is too slow and the
/// namespace's policy is to drop, or because a member's own queue was full.
struct losses {
  subscription_id subscription = 0;
  std::uint64_t events = 0; ///< Since the last such message.
};

template <class Inspector> bool inspect(Inspector& f, losses& x) {
  return f.object(x).fields(f.field("subscription", x.subscription), f.field("events", x.events));
}

/// To a subscriber, last of all: the subscription could not be made, was not let in again after a
/// reconnection, was ended by `unsubscribe` (`ok`), or the client has left (`left`).
struct subscription_ended {
  subscription_id subscription = 0;
  std::string channel; ///< As it was asked for.
  outcome why = outcome::ok;
  std::string text; ///< For people.
};

template <class Inspector> bool inspect(Inspector& f, subscription_ended& x) {
  return f.object(x).fields(f.field("subscription", x.subscription), f.field("channel", x.channel),
                            f.field("why", x.why), f.field("text", x.text));
}

// -- what watchers are told -----------------------------------------------------------------------

/// To a watcher.
struct state_changed {
  connection_state state = connection_state::connecting;
  std::string node;   ///< `connected`: the name of the node; for a member, its own.
  std::string detail; ///< For people: why.
};

template <class Inspector> bool inspect(Inspector& f, state_changed& x) {
  return f.object(x).fields(f.field("state", x.state), f.field("node", x.node),
                            f.field("detail", x.detail));
}

} // namespace actormesh::client

// Own messages go below, from `caf::first_custom_type_id` on, or behind
// `caf::id_block::actormesh_client::end + 200`; what lies between is the library's.
CAF_BEGIN_TYPE_ID_BLOCK(actormesh_client, 2000)

CAF_ADD_TYPE_ID(actormesh_client, (actormesh::client::outcome))
CAF_ADD_TYPE_ID(actormesh_client, (actormesh::client::connection_state))
CAF_ADD_TYPE_ID(actormesh_client, (actormesh::client::publish_request))
CAF_ADD_TYPE_ID(actormesh_client, (actormesh::client::event_result))
CAF_ADD_TYPE_ID(actormesh_client, (actormesh::client::publish_result))
CAF_ADD_TYPE_ID(actormesh_client, (actormesh::client::subscribe_request))
CAF_ADD_TYPE_ID(actormesh_client, (actormesh::client::subscribe_result))
CAF_ADD_TYPE_ID(actormesh_client, (actormesh::client::unsubscribe_request))
CAF_ADD_TYPE_ID(actormesh_client, (actormesh::client::watch_request))
CAF_ADD_TYPE_ID(actormesh_client, (actormesh::client::subscribed))
CAF_ADD_TYPE_ID(actormesh_client, (actormesh::client::resubscribed))
CAF_ADD_TYPE_ID(actormesh_client, (actormesh::client::event_message))
CAF_ADD_TYPE_ID(actormesh_client, (actormesh::client::losses))
CAF_ADD_TYPE_ID(actormesh_client, (actormesh::client::subscription_ended))
CAF_ADD_TYPE_ID(actormesh_client, (actormesh::client::state_changed))

CAF_END_TYPE_ID_BLOCK(actormesh_client)
