#include "net/appsync/hook_body.hpp"

#include "net/appsync/vocabulary.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <utility>

namespace actormesh::appsync {

namespace {

namespace json = boost::json;

const char* operation_name(const auth::action& what) noexcept {
  if (what == connect_action)
    return "EVENT_CONNECT";
  return what == publish_action ? "EVENT_PUBLISH" : "EVENT_SUBSCRIBE";
}

json::value text_or_null(const std::string& text) {
  // In parentheses: in braces it would be a list of one.
  return text.empty() ? json::value(nullptr) : json::value(text);
}

} // namespace

std::string write_hook_question(const access::hook_owner& whose,
                                const access::hook_question& what) {
  json::object headers;
  for (const auto& [name, value] : what.headers)
    headers[name] = value;
  return json::serialize(json::object{{"authorizationToken", what.token},
                                      {"requestContext",
                                       {{"apiId", whose.api},
                                        {"accountId", whose.account},
                                        {"requestId", what.request_id},
                                        {"operation", operation_name(what.what)},
                                        {"channelNamespaceName", text_or_null(what.name_space)},
                                        {"channel", text_or_null(what.channel)}}},
                                      {"requestHeaders", std::move(headers)}});
}

access::hook_answer read_hook_answer(json::object&& body) {
  access::hook_answer said;
  const auto* const authorized = body.if_contains("isAuthorized");
  if (authorized == nullptr || !authorized->is_bool()) {
    said.problem = "isAuthorized is missing";
    return said;
  }
  said.authorized = authorized->get_bool();
  if (const auto* const wanted = body.if_contains("ttlOverride");
      wanted != nullptr && wanted->is_number()) {
    const auto seconds = std::clamp(wanted->to_number<double>(), 0.0, 3'600.0);
    said.ttl = std::chrono::milliseconds{static_cast<std::int64_t>(seconds * 1'000)};
  }
  auto* const context = body.if_contains("handlerContext");
  if (!*said.authorized || context == nullptr || context->is_null())
    return said;
  if (context->is_object() && std::ranges::all_of(context->get_object(), [](const auto& each) {
        return each.value().is_string();
      }))
    said.claims = std::move(context->get_object());
  else
    said.problem = "handlerContext is no map of strings";
  return said;
}

} // namespace actormesh::appsync
