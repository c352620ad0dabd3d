/// What C++ clients and nodes say to each other after `hello` and `welcome`. Pure functions.
///
/// A client numbers its requests; each is answered once, with its number. Events come in frames of
/// their own. The encoding is that of protocol.hpp; numbers of enums are part of it.
#pragma once

#include "actors/mesh/protocol.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace actormesh::mesh {

enum class client_operation : std::uint8_t { subscribe = 1, unsubscribe, publish };

/// How a request, or one event of it, ended.
enum class client_status : std::uint8_t {
  ok = 0,
  unauthorized,
  invalid_channel,
  no_events,
  too_many_events,
  event_not_json,
  event_too_large,
  too_many_subscriptions,
  duplicate_subscription,
  unknown_subscription,
  rate_limited,
  unavailable, ///< The node is full, stops, or is not in its mesh yet.
  internal,
};

[[nodiscard]] const char* to_string(client_status what) noexcept;

/// From a client: do this, and say how it went.
struct client_request {
  static constexpr auto type = frame_type::client_request;
  std::uint64_t number = 0;
  std::uint8_t operation = 0;      ///< A `client_operation`.
  std::uint64_t subscription = 0;  ///< Not for publish: the client's number for it.
  std::string channel;             ///< Not for unsubscribe. As written; subscribe takes patterns.
  std::vector<std::string> events; ///< Publish: each a JSON text.
};

template <class Inspector> bool inspect(Inspector& f, client_request& x) {
  return f.object(x).fields(f.field("number", x.number), f.field("operation", x.operation),
                            f.field("subscription", x.subscription), f.field("channel", x.channel),
                            f.field("events", x.events));
}

/// What became of one event of a publish.
struct client_event_result {
  std::uint8_t status = 0; ///< A `client_status`.
  std::string id;          ///< The name that the node gave the event.
};

template <class Inspector> bool inspect(Inspector& f, client_event_result& x) {
  return f.object(x).fields(f.field("status", x.status), f.field("id", x.id));
}

/// From a node: how a request ended. For subscribe: the barrier has been reached.
struct client_answer {
  static constexpr auto type = frame_type::client_answer;
  std::uint64_t number = 0;
  std::uint8_t status = 0;                 ///< A `client_status`.
  std::string text;                        ///< For people; empty if all is well.
  std::vector<client_event_result> events; ///< Publish: one each, unless the whole was refused.
};

template <class Inspector> bool inspect(Inspector& f, client_answer& x) {
  return f.object(x).fields(f.field("number", x.number), f.field("status", x.status),
                            f.field("text", x.text), f.field("events", x.events));
}

/// What an answer takes in memory and on the wire, about.
[[nodiscard]] std::size_t size_of(const client_answer& what) noexcept;

/// Events of one subscription and one channel among the others of a `client_events` frame.
struct client_events_part {
  std::uint64_t subscription = 0;
  std::uint64_t lost = 0; ///< So many events of the subscription were dropped since the last part.
  std::string_view channel; ///< The path, without the API's name. Empty if there are no events.
  std::span<const event_ptr> events;
};

void append_client_events(caf::byte_buffer& out, const client_events_part& what);

/// The same, as it is read.
struct received_client_events {
  std::uint64_t subscription = 0;
  std::uint64_t lost = 0;
  std::string channel;
  std::vector<std::string> payloads;
};

/// Reads the body of a `client_events` frame. Nothing if it is malformed.
[[nodiscard]] std::optional<std::vector<received_client_events>>
read_client_events(caf::span<const caf::byte> in);

} // namespace actormesh::mesh
