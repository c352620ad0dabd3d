/// Every message between the actors of a node, with its type id. All of them stay within the
/// process; what crosses a network has frames of its own (mesh/protocol.hpp).
#pragma once

#include "actors/event.hpp"
#include "actors/link_flow.hpp"

#include <caf/actor_control_block.hpp>
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/type_id.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <future>
#include <memory>
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

/// From a loop's directory to all others, and to the mesh: the loop has, or no longer has,
/// subscribers of a channel or pattern.
struct interest_change {
  std::size_t loop = 0;
  std::string key;
  bool interested = false;
  std::uint64_t ticket = 0; ///< Names the change in `interest_seen`.
};

/// The answer: the change has taken effect for everything published on `loop` from now on. Asked of
/// the mesh: on all nodes of it; then `loop` means nothing.
struct interest_seen {
  std::size_t loop = 0;
  std::uint64_t ticket = 0;
};

/// From a loop's directory to another's, or to a link, at most once per turn: everything published
/// here that has subscribers there. From a link to a directory: what came from its node.
struct route_events {
  std::vector<event_batch_ptr> batches;
  std::size_t incoming_bytes = 0; ///< From a link: what `loop::incoming_bytes_changed` was told.
};

/// From a link to each directory: events of the node `peer` wants go to the link from now on.
struct peer_attached {
  peer_slot peer = 0;
  caf::strong_actor_ptr link;
  link_flow_ptr flow;
};

/// From a link to each directory: it has ended. Answered with `peer_released`, behind which nothing
/// more comes.
struct peer_detached {
  peer_slot peer = 0;
};

struct peer_released {};

/// From the mesh to each directory: nobody waits for events on that node any more.
struct peer_forgotten {
  peer_slot peer = 0;
};

/// Part of what another node is interested in.
struct peer_interest_part {
  bool snapshot_begins = false;
  bool snapshot_ends = false; ///< What was not in the snapshot is not of interest any more.
  std::vector<std::string> gained = {};
  std::vector<std::string> lost = {};
};

/// From a link to each directory. Answered with `interest_seen`.
struct peer_interest {
  peer_slot peer = 0;
  std::uint64_t number = 0; ///< Repeated as the answer's ticket.
  std::shared_ptr<const peer_interest_part> what;
};

/// From a directory that has handed over everything to the mesh: the node stops.
struct loop_is_quiet {
  std::size_t loop = 0;
};

/// From an actor of the mesh to itself, later: time has passed.
struct look_again {};

namespace mesh {

class socket_guard;

/// From who dialed, on a thread of its own, to the hub.
struct dial_result {
  std::string address;
  std::shared_ptr<socket_guard> socket; ///< Null if there is no connection.
  std::string error;
  bool nobody_there = false; ///< The host answered that no process listens.
};

/// To the hub: say goodbye, within `limit`.
struct leave_mesh {
  std::chrono::milliseconds limit{};
};

/// To the hub: end, and say so.
struct end_mesh {
  std::shared_ptr<std::promise<void>> done;
};

struct client_turn;

/// From the connection of a C++ client to its link, at most once per turn: what it has to say.
struct client_output {
  std::shared_ptr<client_turn> what;
};

/// From the connection to the link, which has ended: nothing more comes.
struct client_released {};

} // namespace mesh

} // namespace actormesh

// Programs that use the client library number their own messages from `first_custom_type_id` on.
CAF_BEGIN_TYPE_ID_BLOCK(actormesh, 2100)

CAF_ADD_TYPE_ID(actormesh, (actormesh::publish_events))
CAF_ADD_TYPE_ID(actormesh, (actormesh::join_channel))
CAF_ADD_TYPE_ID(actormesh, (actormesh::leave_channel))
CAF_ADD_TYPE_ID(actormesh, (actormesh::left))
CAF_ADD_TYPE_ID(actormesh, (actormesh::joined))
CAF_ADD_TYPE_ID(actormesh, (actormesh::delivery))
CAF_ADD_TYPE_ID(actormesh, (actormesh::interest_change))
CAF_ADD_TYPE_ID(actormesh, (actormesh::interest_seen))
CAF_ADD_TYPE_ID(actormesh, (actormesh::route_events))
CAF_ADD_TYPE_ID(actormesh, (actormesh::peer_attached))
CAF_ADD_TYPE_ID(actormesh, (actormesh::peer_detached))
CAF_ADD_TYPE_ID(actormesh, (actormesh::peer_released))
CAF_ADD_TYPE_ID(actormesh, (actormesh::peer_forgotten))
CAF_ADD_TYPE_ID(actormesh, (actormesh::peer_interest))
CAF_ADD_TYPE_ID(actormesh, (actormesh::loop_is_quiet))
CAF_ADD_TYPE_ID(actormesh, (actormesh::look_again))
CAF_ADD_TYPE_ID(actormesh, (actormesh::mesh::dial_result))
CAF_ADD_TYPE_ID(actormesh, (actormesh::mesh::leave_mesh))
CAF_ADD_TYPE_ID(actormesh, (actormesh::mesh::end_mesh))
CAF_ADD_TYPE_ID(actormesh, (actormesh::mesh::client_output))
CAF_ADD_TYPE_ID(actormesh, (actormesh::mesh::client_released))

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
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(actormesh::peer_attached)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(actormesh::peer_detached)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(actormesh::peer_released)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(actormesh::peer_forgotten)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(actormesh::peer_interest)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(actormesh::loop_is_quiet)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(actormesh::look_again)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(actormesh::mesh::dial_result)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(actormesh::mesh::leave_mesh)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(actormesh::mesh::end_mesh)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(actormesh::mesh::client_output)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(actormesh::mesh::client_released)
