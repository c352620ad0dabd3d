/// Every message between the actors of a node, with its type id. All of them stay within the
/// process; what crosses a network gets types of its own.
#pragma once

#include "actors/event.hpp"

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/type_id.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace actormesh {

/// Identifies a channel actor on its loop. Never used twice.
using channel_id = std::uint64_t;

/// From a publisher (connection, HTTP session) to a channel: hand these events to all subscribers.
struct publish_events {
  event_batch_ptr batch;
};

/// From a connection to a channel: the sender subscribes. Answered with `joined`.
struct join_channel {
  std::uint64_t join = 0; ///< The connection's number for it, repeated in the answer.
};

/// From a connection to a channel: the sender no longer subscribes. Answered with `left`.
struct leave_channel {};

/// From a channel to a connection: no more events will come.
struct left {};

/// From a channel to a connection: every event whose publish starts from now on will be delivered,
/// wherever it is published.
struct joined {
  std::uint64_t join = 0;
};

/// From a channel to each of its subscribers, once per loop turn: the events of that turn.
struct delivery {
  channel_id channel = 0;
  event_batch_ptr batch;
};

/// From a loop's directory to all others: the loop has, or no longer has, subscribers of a channel
/// or pattern.
struct interest_change {
  std::size_t loop = 0;
  std::string key;
  bool interested = false;
  std::uint64_t ticket = 0; ///< Names the change in `interest_seen`.
};

/// The answer: the change has taken effect for everything published on `loop` from now on.
struct interest_seen {
  std::size_t loop = 0;
  std::uint64_t ticket = 0;
};

/// Events of one channel on their way to another loop.
struct routed_batch {
  std::string key;
  event_batch_ptr batch;
};

/// From a loop's directory to another's, at most once per turn: everything published here that has
/// subscribers there.
struct route_events {
  std::vector<routed_batch> batches;
};

} // namespace actormesh

CAF_BEGIN_TYPE_ID_BLOCK(actormesh, first_custom_type_id)

CAF_ADD_TYPE_ID(actormesh, (actormesh::publish_events))
CAF_ADD_TYPE_ID(actormesh, (actormesh::join_channel))
CAF_ADD_TYPE_ID(actormesh, (actormesh::leave_channel))
CAF_ADD_TYPE_ID(actormesh, (actormesh::left))
CAF_ADD_TYPE_ID(actormesh, (actormesh::joined))
CAF_ADD_TYPE_ID(actormesh, (actormesh::delivery))
CAF_ADD_TYPE_ID(actormesh, (actormesh::interest_change))
CAF_ADD_TYPE_ID(actormesh, (actormesh::interest_seen))
CAF_ADD_TYPE_ID(actormesh, (actormesh::route_events))

CAF_END_TYPE_ID_BLOCK(actormesh)

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(actormesh::publish_events)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(actormesh::join_channel)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(actormesh::leave_channel)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(actormesh::left)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(actormesh::joined)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(actormesh::delivery)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(actormesh::interest_change)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(actormesh::interest_seen)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(actormesh::route_events)
