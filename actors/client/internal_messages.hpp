/// Messages that stay within the client library.
#pragma once

#include "actors/client/publish_call.hpp"

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/type_id.hpp>

#include <future>
#include <memory>

namespace actormesh::client {

/// From a `mesh_client` to its session.
struct local_publish {
  std::shared_ptr<publish_call> what;
};

/// From a `mesh_client` to its session: leave, and say so.
struct leave_request {
  std::shared_ptr<std::promise<void>> done;
};

/// To a session: subscribers have caught up.
struct caught_up {};

} // namespace actormesh::client

CAF_BEGIN_TYPE_ID_BLOCK(actormesh_client_internal, 2200)

CAF_ADD_TYPE_ID(actormesh_client_internal, (actormesh::client::local_publish))
CAF_ADD_TYPE_ID(actormesh_client_internal, (actormesh::client::leave_request))
CAF_ADD_TYPE_ID(actormesh_client_internal, (actormesh::client::caught_up))

CAF_END_TYPE_ID_BLOCK(actormesh_client_internal)

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(actormesh::client::local_publish)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(actormesh::client::leave_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(actormesh::client::caught_up)
