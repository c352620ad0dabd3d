/// Everything that can be wrong with a request to the Event API, and the one place where it takes
/// the protocol's shape (appsync-events protocol sections 2.3 and 3.7).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace actormesh::appsync {

enum class error : std::uint8_t {
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

[[nodiscard]] const char* to_string(error) noexcept;

/// Whether somebody may not do what they asked for, or is not who they say.
[[nodiscard]] bool is_unauthorized(error) noexcept;

/// Where the error is told: the shapes differ.
enum class surface : std::uint8_t { http, websocket };

/// What a client gets to see of an error.
struct error_shape {
  std::string_view type;    ///< `errorType`.
  std::string_view message; ///< Empty: the member is left out.
  unsigned status = 400;    ///< HTTP status, and `errorCode` of a `connection_error`.
};

/// The shape of `what` on `where`.
[[nodiscard]] error_shape shape_of(error what, surface where) noexcept;

} // namespace actormesh::appsync
