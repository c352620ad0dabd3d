#include "net/appsync/format.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace actormesh::appsync;
using namespace std::chrono_literals;

constexpr std::string_view id = "ee849ef0-cf23-4cb8-9fcb-152ae4fd1e69";
constexpr std::string_view uuid_1 = "53287bee-ae0d-42e7-8a90-e9d2a49e4bd7";
constexpr std::string_view uuid_2 = "221bcd9e-0b5d-4c0b-9e0f-1d6a5d3c7a10";

/// What one of the `append_*` functions appends.
template <class... Arguments>
std::string made_by(void (*append)(std::string&, Arguments...),
                    std::type_identity_t<Arguments>... arguments) {
  std::string out = "before ";
  append(out, arguments...);
  REQUIRE(out.starts_with("before "));
  return out.substr(7);
}

} // namespace

// -- frames ---------------------------------------------------------------------------------------

TEST_CASE("a data frame is a prefix of the subscription and a tail that all share") {
  auto frame = data_prefix(id);
  CHECK(frame == R"({"type":"data","id":"ee849ef0-cf23-4cb8-9fcb-152ae4fd1e69","event":")");
  append_data_tail(frame, R"({"some":"json"})");
  CHECK(frame == R"({"type":"data","id":"ee849ef0-cf23-4cb8-9fcb-152ae4fd1e69",)"
                 R"("event":"{\"some\":\"json\"}"})");
}

TEST_CASE("frames that say yes have the documented bytes") {
  CHECK(made_by(append_connection_ack, 300'000ms) ==
        R"({"type":"connection_ack","connectionTimeoutMs":300000})");
  CHECK(made_by(append_keep_alive) == R"({"type":"ka"})");
  CHECK(made_by(append_subscribe_success, "ee84") == R"({"type":"subscribe_success","id":"ee84"})");
  CHECK(made_by(append_unsubscribe_success, "ee84") ==
        R"({"type":"unsubscribe_success","id":"ee84"})");
}

TEST_CASE("publish_success lists the events, successful ones first") {
  const std::array<actormesh::service::published_event, 1> one{{{uuid_1, failure::none}}};
  CHECK(made_by(append_publish_success, "ee84", one, stated_details{}) ==
        R"({"type":"publish_success","id":"ee84",)"
        R"("successful":[{"identifier":"53287bee-ae0d-42e7-8a90-e9d2a49e4bd7","index":0}],)"
        R"("failed":[]})");

  const std::array<actormesh::service::published_event, 2> mixed{
      {{uuid_1, failure::event_too_large}, {uuid_2, failure::none}}};
  CHECK(made_by(append_publish_success, "ee84", mixed, stated_details{}) ==
        R"({"type":"publish_success","id":"ee84",)"
        R"("successful":[{"identifier":"221bcd9e-0b5d-4c0b-9e0f-1d6a5d3c7a10","index":1}],)"
        R"("failed":[{"code":"EventTooLargeException",)"
        R"("identifier":"53287bee-ae0d-42e7-8a90-e9d2a49e4bd7","index":0,)"
        R"("message":"Transformed event is larger than 240KB"}]})");
}

TEST_CASE("connection_error has an errorCode, which tells clients whether to try again") {
  struct row {
    failure what;
    std::string frame;
  };
  const auto given = GENERATE(values<row>({
      {failure::unauthorized,
       R"({"type":"connection_error","errors":[{"errorType":"UnauthorizedException",)"
       R"("message":"You are not authorized to make this call.","errorCode":401}]})"},
      {failure::mode_not_allowed,
       R"({"type":"connection_error","errors":[{"errorType":"UnauthorizedException",)"
       R"("message":"You are not authorized to make this call.","errorCode":403}]})"},
      {failure::subprotocol_not_supported,
       R"({"type":"connection_error","errors":[{"errorType":"SubProtocolNotSupportedError",)"
       R"("message":"SubProtocolNotSupportedError","errorCode":400}]})"},
      {failure::rate_limited,
       R"({"type":"connection_error","errors":[{"errorType":"LimitExceededError",)"
       R"("message":"Rate limit exceeded","errorCode":429}]})"},
      {failure::too_many_connections,
       R"({"type":"connection_error","errors":[{"errorType":"LimitExceededError",)"
       R"("message":"Connection limit exceeded","errorCode":429}]})"},
      {failure::unavailable,
       R"({"type":"connection_error","errors":[{"errorType":"ServiceUnavailableException",)"
       R"("message":"Service is unavailable","errorCode":503}]})"},
      {failure::unknown_namespace,
       R"({"type":"connection_error","errors":[{"errorType":"UnauthorizedException",)"
       R"("errorCode":401}]})"},
  }));
  CHECK(made_by(append_connection_error, given.what, stated_details{}) == given.frame);
}

TEST_CASE("subscribe_error, unsubscribe_error and publish_error name type, id and reason") {
  struct row {
    std::string_view kind;
    failure what;
    std::string frame;
  };
  const auto given = GENERATE(values<row>({
      {"subscribe_error", failure::unauthorized,
       R"({"type":"subscribe_error","id":"ee84","errors":[{"errorType":"UnauthorizedException",)"
       R"("message":"You are not authorized to make this call."}]})"},
      {"subscribe_error", failure::unknown_namespace,
       R"({"type":"subscribe_error","id":"ee84","errors":[{"errorType":"UnauthorizedException"}]})"},
      {"publish_error", failure::unknown_namespace,
       R"({"type":"publish_error","id":"ee84","errors":[{"errorType":"UnauthorizedException"}]})"},
      {"subscribe_error", failure::mode_not_allowed,
       R"({"type":"subscribe_error","id":"ee84","errors":[{"errorType":"UnauthorizedException",)"
       R"("message":"You are not authorized to make this call."}]})"},
      {"subscribe_error", failure::invalid_channel,
       R"({"type":"subscribe_error","id":"ee84","errors":[{"errorType":"BadRequestException",)"
       R"("message":"Invalid Channel Format"}]})"},
      {"publish_error", failure::too_many_events,
       R"({"type":"publish_error","id":"ee84","errors":[{"errorType":"InvalidInputError",)"
       R"("message":"input exceeded 5 event limit"}]})"},
      {"subscribe_error", failure::too_many_subscriptions,
       R"({"type":"subscribe_error","id":"ee84","errors":[)"
       R"({"errorType":"MaxSubscriptionsReachedError",)"
       R"("message":"Subscription limit of the connection reached"}]})"},
      {"publish_error", failure::rate_limited,
       R"({"type":"publish_error","id":"ee84","errors":[{"errorType":"LimitExceededError",)"
       R"("message":"Rate limit exceeded"}]})"},
      {"unsubscribe_error", failure::unknown_subscription,
       R"({"type":"unsubscribe_error","id":"ee84","errors":[{"errorType":"UnknownOperationError",)"
       R"("message":"Unknown operation id ee84"}]})"},
      {"subscribe_error", failure::duplicate_subscription,
       R"({"type":"subscribe_error","id":"ee84","errors":[)"
       R"({"errorType":"DuplicatedOperationError","message":"Duplicated operation id"}]})"},
      {"subscribe_error", failure::internal,
       R"({"type":"subscribe_error","id":"ee84","errors":[)"
       R"({"errorType":"SubscriptionProcessingError",)"
       R"("message":"There was an error processing the operation"}]})"},
      {"publish_error", failure::internal,
       R"({"type":"publish_error","id":"ee84","errors":[{"errorType":"InternalFailureException",)"
       R"("message":"There was an error processing the operation"}]})"},
      {"publish_error", failure::missing_field,
       R"({"type":"publish_error","id":"ee84","errors":[{"errorType":"BadRequestException",)"
       R"("message":"A field is missing or of the wrong type"}]})"},
      {"publish_error", failure::no_events,
       R"({"type":"publish_error","id":"ee84","errors":[{"errorType":"BadRequestException",)"
       R"("message":"Input has no events"}]})"},
      {"publish_error", failure::event_not_json,
       R"({"type":"publish_error","id":"ee84","errors":[{"errorType":"BadRequestException",)"
       R"("message":"An event is not a string that holds valid JSON"}]})"},
  }));
  CAPTURE(to_string(given.what));
  CHECK(made_by(append_operation_error, given.kind, "ee84", given.what, stated_details{}) ==
        given.frame);
}

TEST_CASE("an operation whose id could not be read is answered without one") {
  CHECK(made_by(append_operation_error, "publish_error", "", failure::bad_id, stated_details{}) ==
        R"({"type":"publish_error","errors":[{"errorType":"BadRequestException",)"
        R"("message":"Invalid operation id"}]})");
}

TEST_CASE("the generic failure frame has an id if there is one") {
  CHECK(made_by(append_error, "", failure::unsupported_operation) ==
        R"({"type":"error","errors":[{"errorType":"UnsupportedOperation",)"
        R"("message":"Operation not supported through the realtime channel"}]})");
  CHECK(made_by(append_error, "ee84", failure::malformed_json) ==
        R"({"type":"error","id":"ee84","errors":[{"errorType":"BadRequestException",)"
        R"("message":"Expected a JSON object"}]})");
}

TEST_CASE("broadcast_error has the documented bytes") {
  CHECK(made_by(append_broadcast_error, "ee84") ==
        R"({"type":"broadcast_error","id":"ee84","errors":[)"
        R"({"errorType":"MessageProcessingError",)"
        R"("message":"There was an error processing the message"}]})");
}

TEST_CASE("whatever an id is, the frame stays JSON") {
  CHECK(made_by(append_operation_error, "unsubscribe_error", "a\"b", failure::unknown_subscription,
                stated_details{}) ==
        R"({"type":"unsubscribe_error","id":"a\"b","errors":[)"
        R"({"errorType":"UnknownOperationError","message":"Unknown operation id a\"b"}]})");
}

// -- HTTP -----------------------------------------------------------------------------------------

TEST_CASE("the body of a publish lists the events, failed ones first") {
  CHECK(made_by(append_publish_result, std::span<const actormesh::service::published_event>{},
                stated_details{}) == R"({"failed":[],"successful":[]})");

  const std::array<actormesh::service::published_event, 2> good{
      {{uuid_1, failure::none}, {uuid_2, failure::none}}};
  CHECK(made_by(append_publish_result, good, stated_details{}) ==
        R"({"failed":[],"successful":[)"
        R"({"identifier":"53287bee-ae0d-42e7-8a90-e9d2a49e4bd7","index":0},)"
        R"({"identifier":"221bcd9e-0b5d-4c0b-9e0f-1d6a5d3c7a10","index":1}]})");

  const std::array<actormesh::service::published_event, 2> bad{
      {{uuid_1, failure::event_too_large}, {uuid_2, failure::event_too_large}}};
  CHECK(made_by(append_publish_result, bad, stated_details{}) ==
        R"({"failed":[{"code":"EventTooLargeException",)"
        R"("identifier":"53287bee-ae0d-42e7-8a90-e9d2a49e4bd7","index":0,)"
        R"("message":"Transformed event is larger than 240KB"},{"code":"EventTooLargeException",)"
        R"("identifier":"221bcd9e-0b5d-4c0b-9e0f-1d6a5d3c7a10","index":1,)"
        R"("message":"Transformed event is larger than 240KB"}],"successful":[]})");
}

TEST_CASE("an HTTP failure has errors[], the message again at the top, and its status") {
  struct row {
    failure what;
    unsigned status;
    std::string body;
  };
  const auto given = GENERATE(values<row>({
      {failure::unauthorized, 401,
       R"({"errors":[{"errorType":"UnauthorizedException",)"
       R"("message":"You are not authorized to make this call."}],)"
       R"("message":"You are not authorized to make this call."})"},
      {failure::too_many_events, 400,
       R"({"errors":[{"errorType":"BadRequestException",)"
       R"("message":"Input exceeded 5 event limit"}],"message":"Input exceeded 5 event limit"})"},
      {failure::unknown_namespace, 401, R"({"errors":[{"errorType":"UnauthorizedException"}]})"},
      {failure::mode_not_allowed, 403,
       R"({"errors":[{"errorType":"UnauthorizedException",)"
       R"("message":"You are not authorized to make this call."}],)"
       R"("message":"You are not authorized to make this call."})"},
      {failure::invalid_channel, 400,
       R"({"errors":[{"errorType":"BadRequestException","message":"Invalid Channel Format"}],)"
       R"("message":"Invalid Channel Format"})"},
      {failure::malformed_json, 400,
       R"({"errors":[{"errorType":"BadRequestException","message":"Expected a JSON object"}],)"
       R"("message":"Expected a JSON object"})"},
      {failure::missing_field, 400,
       R"({"errors":[{"errorType":"BadRequestException",)"
       R"("message":"A field is missing or of the wrong type"}],)"
       R"("message":"A field is missing or of the wrong type"})"},
      {failure::no_events, 400,
       R"({"errors":[{"errorType":"BadRequestException","message":"Input has no events"}],)"
       R"("message":"Input has no events"})"},
      {failure::event_not_json, 400,
       R"({"errors":[{"errorType":"BadRequestException",)"
       R"("message":"An event is not a string that holds valid JSON"}],)"
       R"("message":"An event is not a string that holds valid JSON"})"},
      {failure::rate_limited, 429,
       R"({"errors":[{"errorType":"LimitExceededError","message":"Rate limit exceeded"}],)"
       R"("message":"Rate limit exceeded"})"},
      {failure::header_too_large, 431,
       R"({"errors":[{"errorType":"RequestHeaderFieldsTooLargeException",)"
       R"("message":"Request headers are too large"}],"message":"Request headers are too large"})"},
      {failure::body_too_large, 413,
       R"({"errors":[{"errorType":"RequestEntityTooLargeException",)"
       R"("message":"Request body is too large"}],"message":"Request body is too large"})"},
      {failure::bad_request, 400,
       R"({"errors":[{"errorType":"BadRequestException","message":"Bad request"}],)"
       R"("message":"Bad request"})"},
      {failure::not_found, 404,
       R"({"errors":[{"errorType":"NotFoundException","message":"Not found"}],)"
       R"("message":"Not found"})"},
      {failure::method_not_allowed, 405,
       R"({"errors":[{"errorType":"MethodNotAllowedException","message":"Method not allowed"}],)"
       R"("message":"Method not allowed"})"},
      {failure::upgrade_required, 426,
       R"({"errors":[{"errorType":"UpgradeRequiredException",)"
       R"("message":"Only WebSocket connections are served here"}],)"
       R"("message":"Only WebSocket connections are served here"})"},
      {failure::request_timeout, 408,
       R"({"errors":[{"errorType":"RequestTimeoutException",)"
       R"("message":"Request took too long to arrive"}],)"
       R"("message":"Request took too long to arrive"})"},
      {failure::unavailable, 503,
       R"({"errors":[{"errorType":"ServiceUnavailableException",)"
       R"("message":"Service is unavailable"}],"message":"Service is unavailable"})"},
      {failure::internal, 500,
       R"({"errors":[{"errorType":"InternalFailureException",)"
       R"("message":"There was an error processing the operation"}],)"
       R"("message":"There was an error processing the operation"})"},
  }));
  CAPTURE(to_string(given.what));
  CHECK(made_by(append_http_error, given.what, stated_details{}) == given.body);
  CHECK(shape_of(given.what, surface::http).status == given.status);
}

TEST_CASE("messages name the limits that are configured") {
  const stated_details limits{.events_per_publish = 20, .event_bytes = 1024 * 1024};
  CHECK(
      made_by(append_http_error, failure::too_many_events, limits) ==
      R"({"errors":[{"errorType":"BadRequestException",)"
      R"("message":"Input exceeded 20 event limit"}],"message":"Input exceeded 20 event limit"})");
  CHECK(
      made_by(append_operation_error, "publish_error", "ee84", failure::too_many_events, limits) ==
      R"({"type":"publish_error","id":"ee84","errors":[{"errorType":"InvalidInputError",)"
      R"("message":"input exceeded 20 event limit"}]})");

  const std::array<actormesh::service::published_event, 1> large{
      {{uuid_1, failure::event_too_large}}};
  CHECK(made_by(append_publish_result, large, limits) ==
        R"({"failed":[{"code":"EventTooLargeException",)"
        R"("identifier":"53287bee-ae0d-42e7-8a90-e9d2a49e4bd7","index":0,)"
        R"("message":"Transformed event is larger than 1024KB"}],"successful":[]})");
  CHECK(made_by(append_publish_result, large, stated_details{.event_bytes = 1000}) ==
        R"({"failed":[{"code":"EventTooLargeException",)"
        R"("identifier":"53287bee-ae0d-42e7-8a90-e9d2a49e4bd7","index":0,)"
        R"("message":"Transformed event is larger than 1000 bytes"}],"successful":[]})");
}

TEST_CASE("every failure has a name, a type and a status of its class") {
  for (int value = 1; value <= static_cast<int>(failure::internal); ++value) {
    const auto what = static_cast<failure>(value);
    CAPTURE(to_string(what));
    CHECK(std::string_view{to_string(what)} != "invalid");
    for (const auto where : {surface::http, surface::websocket}) {
      const auto shape = shape_of(what, where);
      CHECK_FALSE(shape.type.empty());
      CHECK((shape.status >= 400 && shape.status < 600));
    }
  }
  CHECK(shape_of(failure::none, surface::http).status == 200);
}
