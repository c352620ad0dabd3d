#include "net/appsync/errors.hpp"

namespace actormesh::appsync {

namespace {

constexpr std::string_view unauthorized_type = "UnauthorizedException";
constexpr std::string_view unauthorized_message = "You are not authorized to make this call.";
constexpr std::string_view bad_request_type = "BadRequestException";
constexpr std::string_view limit_exceeded_type = "LimitExceededError";

/// Types and messages that are documented, or were seen on AWS, are in sections 2.3 and 3.7 of the
/// protocol. Where those are silent the names follow AWS's habit, and the status is what HTTP says.
error_shape common_shape(failure what) noexcept {
  switch (what) {
  case failure::none:
    return {{}, {}, 200};
  case failure::unauthorized:
    return {unauthorized_type, unauthorized_message, 401};
  case failure::unknown_namespace:
    // 401 or 403 on AWS, nobody wrote down which. 401 is what goes with this type elsewhere.
    return {unauthorized_type, {}, 401};
  case failure::mode_not_allowed:
    return {unauthorized_type, unauthorized_message, 403};
  case failure::access_denied:
    return {"AccessDeniedException", "You are not authorized to make this call.", 403};
  case failure::incomplete_signature:
    return {"IncompleteSignatureException",
            "The request signature does not conform to AWS standards.", 403};
  case failure::unknown_access_key:
    return {"UnrecognizedClientException", "The security token included in the request is invalid.",
            403};
  case failure::bad_signature:
    return {"InvalidSignatureException",
            "The request signature we calculated does not match the signature you provided. Check "
            "your AWS Secret Access Key and signing method. Consult the service documentation for "
            "details.",
            403};
  case failure::signature_expired:
    return {"InvalidSignatureException", "Signature expired or not yet valid", 403};
  case failure::token_expired:
    return {unauthorized_type, "Token has expired.", 401};
  case failure::throttled:
    return {limit_exceeded_type, "Too many wrong credentials", 429};
  case failure::origin_not_allowed:
    return {unauthorized_type, "Origin not allowed", 403};
  case failure::malformed_json:
    return {bad_request_type, "Expected a JSON object", 400};
  case failure::missing_field:
    return {bad_request_type, "A field is missing or of the wrong type", 400};
  case failure::bad_id:
    return {bad_request_type, "Invalid operation id", 400};
  case failure::invalid_channel:
    return {bad_request_type, "Invalid Channel Format", 400};
  case failure::no_events:
    return {bad_request_type, "Input has no events", 400};
  case failure::too_many_events:
    return {bad_request_type, "Input exceeded 5 event limit", 400};
  case failure::event_not_json:
    return {bad_request_type, "An event is not a string that holds valid JSON", 400};
  case failure::event_too_large:
    return {"EventTooLargeException", "Transformed event is larger than 240KB", 400};
  case failure::too_many_subscriptions:
    return {"MaxSubscriptionsReachedError", "Subscription limit of the connection reached", 400};
  case failure::duplicate_subscription:
    // "duplicated" is documented, the type is not.
    return {"DuplicatedOperationError", "Duplicated operation id", 400};
  case failure::unknown_subscription:
    return {"UnknownOperationError", "Unknown operation id", 400};
  case failure::unsupported_operation:
    return {"UnsupportedOperation", "Operation not supported through the realtime channel", 400};
  case failure::subprotocol_not_supported:
    // AppSync's GraphQL twin has this text as the message and no type.
    return {"SubProtocolNotSupportedError", "SubProtocolNotSupportedError", 400};
  case failure::rate_limited:
    return {limit_exceeded_type, "Rate limit exceeded", 429};
  case failure::too_many_connections:
    return {limit_exceeded_type, "Connection limit exceeded", 429};
  case failure::header_too_large:
    return {"RequestHeaderFieldsTooLargeException", "Request headers are too large", 431};
  case failure::body_too_large:
    return {"RequestEntityTooLargeException", "Request body is too large", 413};
  case failure::bad_request:
    return {bad_request_type, "Bad request", 400};
  case failure::not_found:
    return {"NotFoundException", "Not found", 404};
  case failure::method_not_allowed:
    return {"MethodNotAllowedException", "Method not allowed", 405};
  case failure::upgrade_required:
    return {"UpgradeRequiredException", "Only WebSocket connections are served here", 426};
  case failure::request_timeout:
    return {"RequestTimeoutException", "Request took too long to arrive", 408};
  case failure::unavailable:
    return {"ServiceUnavailableException", "Service is unavailable", 503};
  case failure::internal:
    return {"InternalFailureException", "There was an error processing the operation", 500};
  }
  return {"InternalFailureException", {}, 500};
}

} // namespace

error_shape shape_of(failure what, surface where) noexcept {
  // The two surfaces differ in one error, and there in the type and in one letter.
  if (where == surface::websocket && what == failure::too_many_events)
    return {"InvalidInputError", "input exceeded 5 event limit", 400};
  return common_shape(what);
}

} // namespace actormesh::appsync
