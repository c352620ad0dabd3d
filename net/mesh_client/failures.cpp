#include "net/mesh_client/failures.hpp"

namespace actormesh::mesh_client {

failure_shape shape_of(service::failure what) noexcept {
  using mesh::client_status;
  using service::failure;
  switch (what) {
  case failure::none:
    return {client_status::ok, {}};
  case failure::unknown_namespace:
    return {client_status::unauthorized, {}};
  case failure::token_expired:
    return {client_status::unauthorized, "Token has expired."};
  case failure::throttled:
    return {client_status::unauthorized, "Too many wrong credentials"};
  case failure::invalid_channel:
    return {client_status::invalid_channel, "Invalid channel"};
  case failure::no_events:
    return {client_status::no_events, "There are no events"};
  case failure::too_many_events:
    return {client_status::too_many_events, "Too many events in one publish"};
  case failure::event_not_json:
    return {client_status::event_not_json, "An event is not valid JSON"};
  case failure::event_too_large:
    return {client_status::event_too_large, "An event is too large"};
  case failure::too_many_subscriptions:
    return {client_status::too_many_subscriptions, "Too many subscriptions of one client"};
  case failure::duplicate_subscription:
    return {client_status::duplicate_subscription, "There is a subscription of this number"};
  case failure::unknown_subscription:
    return {client_status::unknown_subscription, "There is no subscription of this number"};
  case failure::rate_limited:
    return {client_status::rate_limited, "Rate limit exceeded"};
  case failure::unavailable:
    return {client_status::unavailable, "The node stops, or is full"};
  case failure::unsupported_operation:
    return {client_status::internal, "This operation is not known"};
  default:
    return is_unauthorized(what) ? failure_shape{client_status::unauthorized,
                                                 "You are not authorized to make this call."}
                                 : failure_shape{client_status::internal,
                                                 "There was an error processing the request"};
  }
}

} // namespace actormesh::mesh_client
