#include "service/failure.hpp"

namespace actormesh::service {

const char* to_string(failure what) noexcept {
  switch (what) {
  case failure::none:
    return "none";
  case failure::unauthorized:
    return "unauthorized";
  case failure::unknown_namespace:
    return "unknown_namespace";
  case failure::mode_not_allowed:
    return "mode_not_allowed";
  case failure::access_denied:
    return "access_denied";
  case failure::incomplete_signature:
    return "incomplete_signature";
  case failure::unknown_access_key:
    return "unknown_access_key";
  case failure::bad_signature:
    return "bad_signature";
  case failure::signature_expired:
    return "signature_expired";
  case failure::token_expired:
    return "token_expired";
  case failure::throttled:
    return "throttled";
  case failure::origin_not_allowed:
    return "origin_not_allowed";
  case failure::malformed_json:
    return "malformed_json";
  case failure::missing_field:
    return "missing_field";
  case failure::bad_id:
    return "bad_id";
  case failure::invalid_channel:
    return "invalid_channel";
  case failure::no_events:
    return "no_events";
  case failure::too_many_events:
    return "too_many_events";
  case failure::event_not_json:
    return "event_not_json";
  case failure::event_too_large:
    return "event_too_large";
  case failure::too_many_subscriptions:
    return "too_many_subscriptions";
  case failure::duplicate_subscription:
    return "duplicate_subscription";
  case failure::unknown_subscription:
    return "unknown_subscription";
  case failure::unsupported_operation:
    return "unsupported_operation";
  case failure::subprotocol_not_supported:
    return "subprotocol_not_supported";
  case failure::rate_limited:
    return "rate_limited";
  case failure::too_many_connections:
    return "too_many_connections";
  case failure::header_too_large:
    return "header_too_large";
  case failure::body_too_large:
    return "body_too_large";
  case failure::bad_request:
    return "bad_request";
  case failure::not_found:
    return "not_found";
  case failure::method_not_allowed:
    return "method_not_allowed";
  case failure::upgrade_required:
    return "upgrade_required";
  case failure::request_timeout:
    return "request_timeout";
  case failure::unavailable:
    return "unavailable";
  case failure::internal:
    return "internal";
  }
  return "invalid";
}

bool is_unauthorized(failure what) noexcept {
  switch (what) {
  case failure::unauthorized:
  case failure::unknown_namespace:
  case failure::mode_not_allowed:
  case failure::access_denied:
  case failure::incomplete_signature:
  case failure::unknown_access_key:
  case failure::bad_signature:
  case failure::signature_expired:
  case failure::token_expired:
  case failure::origin_not_allowed:
    return true;
  default:
    return false;
  }
}

} // namespace actormesh::service
