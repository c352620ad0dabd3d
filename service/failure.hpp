/// Everything that can be wrong with what a client asks for, in no protocol's words.
#pragma once

#include <cstdint>

namespace actormesh::service {

/// Each edge has one function that gives it its protocol's shape (`appsync::shape_of`). Some come
/// from an edge itself, which could not read what it got; the others from what all edges share.
enum class failure : std::uint8_t {
  none,
  unauthorized,      ///< Bad, unknown, expired or missing credentials.
  unknown_namespace, ///< Answered as unauthorized, without a message.
  mode_not_allowed,  ///< Good credentials of a mode this operation does not take.
  access_denied,     ///< Good credentials that do not cover this.
  incomplete_signature,
  unknown_access_key,
  bad_signature,
  signature_expired,
  token_expired,
  throttled,          ///< Too many wrong credentials from this address.
  origin_not_allowed, ///< A page of this origin may not use the API.
  malformed_json,     ///< The body or frame is not a JSON object.
  missing_field,      ///< A field is missing or of the wrong type.
  bad_id,             ///< Not `[a-zA-Z0-9-_+]{1,128}`.
  invalid_channel,
  no_events,
  too_many_events,
  event_not_json,  ///< An event is not a string that holds JSON.
  event_too_large, ///< Of one event: fails that event, not the request.
  too_many_subscriptions,
  duplicate_subscription,
  unknown_subscription,
  unsupported_operation, ///< A frame of unknown type.
  subprotocol_not_supported,
  rate_limited, ///< Publishes or connections per second.
  too_many_connections,
  header_too_large,
  body_too_large,
  bad_request, ///< Not HTTP, or not the HTTP this node speaks.
  not_found,
  method_not_allowed,
  upgrade_required, ///< The realtime address without a WebSocket upgrade.
  request_timeout,
  unavailable, ///< Stopping, or full.
  internal,
};

[[nodiscard]] const char* to_string(failure) noexcept;

/// Whether somebody may not do what they asked for, or is not who they say.
[[nodiscard]] bool is_unauthorized(failure) noexcept;

} // namespace actormesh::service
