#include "net/appsync/errors.hpp"

namespace actormesh::appsync {

namespace {

constexpr std::string_view unauthorized_type = "UnauthorizedException";
constexpr std::string_view unauthorized_message = "You are not authorized to make this call.";
constexpr std::string_view bad_request_type = "BadRequestException";
constexpr std::string_view limit_exceeded_type = "LimitExceededError";

/// Types and messages that are documented, or were seen on AWS, are in sections 2.3 and 3.7 of the
/// protocol. Where those are silent the names follow AWS's habit, and the status is what HTTP says.
error_shape common_shape(error what) noexcept {
  switch (what) {
  case error::none:
    return {{}, {}, 200};
  case error::unauthorized:
    return {unauthorized_type, unauthorized_message, 401};
  case error::unknown_namespace:
    // 401 or 403 on AWS, nobody wrote down which. 401 is what goes with this type elsewhere.
    return {unauthorized_type, {}, 401};
  case error::mode_not_allowed:
    return {unauthorized_type, unauthorized_message, 403};
  case error::access_denied:
    return {"AccessDeniedException", "You are not authorized to make this call.", 403};
  case error::incomplete_signature:
    return {"IncompleteSignatureException",
            "The request signature does not conform to AWS standards.", 403};
  case error::unknown_access_key:
    return {"UnrecognizedClientException", "The security token included in the request is invalid.",
            403};
  case error::bad_signature:
    return {"InvalidSignatureException",
            "The request signature we calculated does not match the signature you provided. Check "
            "your AWS Secret Access Key and signing method. Consult the service documentation for "
            "details.",
            403};
  case error::signature_expired:
    return {"InvalidSignatureException", "Signature expired or not yet valid", 403};
  case error::token_expired:
    return {unauthorized_type, "Token has expired.", 401};
  case error::throttled:
    return {limit_exceeded_type, "Too many wrong credentials", 429};
  case error::origin_not_allowed:
    return {unauthorized_type, "Origin not allowed", 403};
  case error::malformed_json:
    return {bad_request_type, "Expected a JSON object", 400};
  case error::missing_field:
    return {bad_request_type, "A field is missing or of the wrong type", 400};
  case error::bad_id:
    return {bad_request_type, "Invalid operation id", 400};
  case error::invalid_channel:
    return {bad_request_type, "Invalid Channel Format", 400};
  case error::no_events:
    return {bad_request_type, "Input has no events", 400};
  case error::too_many_events:
    return {bad_request_type, "Input exceeded 5 event limit", 400};
  case error::event_not_json:
    return {bad_request_type, "An event is not a string that holds valid JSON", 400};
  case error::event_too_large:
    return {"EventTooLargeException", "Transformed event is larger than 240KB", 400};
  case error::too_many_subscriptions:
    return {"MaxSubscriptionsReachedError", "Subscription limit of the connection reached", 400};
  case error::duplicate_subscription:
    // "duplicated" is documented, the type is not.
    return {"DuplicatedOperationError", "Duplicated operation id", 400};
  case error::unknown_subscription:
    return {"UnknownOperationError", "Unknown operation id", 400};
  case error::unsupported_operation:
    return {"UnsupportedOperation", "Operation not supported through the realtime channel", 400};
  case error::subprotocol_not_supported:
    // AppSync's GraphQL twin has this text as the message and no type.
    return {"SubProtocolNotSupportedError", "SubProtocolNotSupportedError", 400};
  case error::rate_limited:
    return {limit_exceeded_type, "Rate limit exceeded", 429};
  case error::too_many_connections:
    return {limit_exceeded_type, "Connection limit exceeded", 429};
  case error::header_too_large:
    return {"RequestHeaderFieldsTooLargeException", "Request headers are too large", 431};
  case error::body_too_large:
    return {"RequestEntityTooLargeException", "Request body is too large", 413};
  case error::bad_request:
    return {bad_request_type, "Bad request", 400};
  case error::not_found:
    return {"NotFoundException", "Not found", 404};
  case error::method_not_allowed:
    return {"MethodNotAllowedException", "Method not allowed", 405};
  case error::upgrade_required:
    return {"UpgradeRequiredException", "Only WebSocket connections are served here", 426};
  case error::request_timeout:
    return {"RequestTimeoutException", "Request took too long to arrive", 408};
  case error::unavailable:
    return {"ServiceUnavailableException", "Service is unavailable", 503};
  case error::internal:
    return {"InternalFailureException", "There was an error processing the operation", 500};
  }
  return {"InternalFailureException", {}, 500};
}

} // namespace

const char* to_string(error what) noexcept {
  switch (what) {
  case error::none:
    return "none";
  case error::unauthorized:
    return "unauthorized";
  case error::unknown_namespace:
    return "unknown_namespace";
  case error::mode_not_allowed:
    return "mode_not_allowed";
  case error::access_denied:
    return "access_denied";
  case error::incomplete_signature:
    return "incomplete_signature";
  case error::unknown_access_key:
    return "unknown_access_key";
  case error::bad_signature:
    return "bad_signature";
  case error::signature_expired:
    return "signature_expired";
  case error::token_expired:
    return "token_expired";
  case error::throttled:
    return "throttled";
  case error::origin_not_allowed:
    return "origin_not_allowed";
  case error::malformed_json:
    return "malformed_json";
  case error::missing_field:
    return "missing_field";
  case error::bad_id:
    return "bad_id";
  case error::invalid_channel:
    return "invalid_channel";
  case error::no_events:
    return "no_events";
  case error::too_many_events:
    return "too_many_events";
  case error::event_not_json:
    return "event_not_json";
  case error::event_too_large:
    return "event_too_large";
  case error::too_many_subscriptions:
    return "too_many_subscriptions";
  case error::duplicate_subscription:
    return "duplicate_subscription";
  case error::unknown_subscription:
    return "unknown_subscription";
  case error::unsupported_operation:
    return "unsupported_operation";
  case error::subprotocol_not_supported:
    return "subprotocol_not_supported";
  case error::rate_limited:
    return "rate_limited";
  case error::too_many_connections:
    return "too_many_connections";
  case error::header_too_large:
    return "header_too_large";
  case error::body_too_large:
    return "body_too_large";
  case error::bad_request:
    return "bad_request";
  case error::not_found:
    return "not_found";
  case error::method_not_allowed:
    return "method_not_allowed";
  case error::upgrade_required:
    return "upgrade_required";
  case error::request_timeout:
    return "request_timeout";
  case error::unavailable:
    return "unavailable";
  case error::internal:
    return "internal";
  }
  return "invalid";
}

bool is_unauthorized(error what) noexcept {
  switch (what) {
  case error::unauthorized:
  case error::unknown_namespace:
  case error::mode_not_allowed:
  case error::access_denied:
  case error::incomplete_signature:
  case error::unknown_access_key:
  case error::bad_signature:
  case error::signature_expired:
  case error::token_expired:
  case error::origin_not_allowed:
    return true;
  default:
    return false;
  }
}

error_shape shape_of(error what, surface where) noexcept {
  // The two surfaces differ in one error, and there in the type and in one letter.
  if (where == surface::websocket && what == error::too_many_events)
    return {"InvalidInputError", "input exceeded 5 event limit", 400};
  return common_shape(what);
}

} // namespace actormesh::appsync
