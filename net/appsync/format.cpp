#include "net/appsync/format.hpp"

#include "text/json.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

namespace actormesh::appsync {

namespace {

// -- pieces ---------------------------------------------------------------------------------------

void append_number(std::string& out, std::uint64_t number) {
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

/// `"<name>":"<value>"`
void append_member(std::string& out, std::string_view name, std::string_view value) {
  out += '"';
  out += name;
  out += "\":\"";
  text::append_json_escaped(out, value);
  out += '"';
}

/// 240 KB is written `240KB`, and what is no multiple of 1,024 as bytes.
void append_size(std::string& out, std::size_t bytes) {
  const bool whole_kb = bytes % 1024 == 0;
  append_number(out, whole_kb ? bytes / 1024 : bytes);
  out += whole_kb ? "KB" : " bytes";
}

/// `"message":"<message>"` with the limit or the id that it names.
void append_message(std::string& out, failure what, const error_shape& shape, std::string_view id,
                    const stated_details& limits) {
  constexpr std::string_view exceeded = "nput exceeded ";
  switch (what) {
  case failure::too_many_events:
    out += "\"message\":\"";
    out += shape.message.front(); // `I` or `i`
    out += exceeded;
    append_number(out, limits.events_per_publish);
    out += " event limit\"";
    return;
  case failure::event_too_large:
    out += "\"message\":\"Transformed event is larger than ";
    append_size(out, limits.event_bytes);
    out += '"';
    return;
  case failure::unknown_subscription:
    out += "\"message\":\"Unknown operation id ";
    text::append_json_escaped(out, id);
    out += '"';
    return;
  case failure::access_denied:
    append_member(out, "message", limits.denied.empty() ? shape.message : limits.denied);
    return;
  default:
    append_member(out, "message", shape.message);
  }
}

/// `"errors":[{"errorType":…,"message":…}]`
void append_errors(std::string& out, failure what, const error_shape& shape, std::string_view id,
                   const stated_details& limits) {
  out += "\"errors\":[{";
  append_member(out, "errorType", shape.type);
  if (!shape.message.empty()) {
    out += ',';
    append_message(out, what, shape, id, limits);
  }
  out += "}]";
}

/// `{"type":"<type>","id":"<id>"`, the second member only if there is an id.
void open_frame(std::string& out, std::string_view type, std::string_view id) {
  out += '{';
  append_member(out, "type", type);
  if (!id.empty()) {
    out += ',';
    append_member(out, "id", id);
  }
}

void append_index(std::string& out, std::size_t index) {
  out += "\"index\":";
  append_number(out, index);
}

/// `"successful":[…]`
void append_successful(std::string& out, std::span<const service::published_event> entries) {
  out += "\"successful\":[";
  bool first = true;
  for (std::size_t index = 0; index < entries.size(); ++index) {
    if (entries[index].outcome != failure::none)
      continue;
    out += first ? "{" : ",{";
    first = false;
    append_member(out, "identifier", entries[index].identifier);
    out += ',';
    append_index(out, index);
    out += '}';
  }
  out += ']';
}

/// `"failed":[…]`
void append_failed(std::string& out, std::span<const service::published_event> entries,
                   surface where, const stated_details& limits) {
  out += "\"failed\":[";
  bool first = true;
  for (std::size_t index = 0; index < entries.size(); ++index) {
    const auto& entry = entries[index];
    if (entry.outcome == failure::none)
      continue;
    const auto shape = shape_of(entry.outcome, where);
    out += first ? "{" : ",{";
    first = false;
    append_member(out, "code", shape.type);
    out += ',';
    append_member(out, "identifier", entry.identifier);
    out += ',';
    append_index(out, index);
    if (!shape.message.empty()) {
      out += ',';
      append_message(out, entry.outcome, shape, {}, limits);
    }
    out += '}';
  }
  out += ']';
}

} // namespace

std::string data_prefix(std::string_view id) {
  std::string out;
  out.reserve(id.size() + 32);
  open_frame(out, "data", id);
  out += ",\"event\":\"";
  return out;
}

void append_data_tail(std::string& out, std::string_view event) {
  text::append_json_escaped(out, event);
  out += "\"}";
}

void append_connection_ack(std::string& out, std::chrono::milliseconds connection_timeout) {
  out += "{\"type\":\"connection_ack\",\"connectionTimeoutMs\":";
  append_number(out, static_cast<std::uint64_t>(
                         std::max<std::chrono::milliseconds::rep>(connection_timeout.count(), 0)));
  out += '}';
}

void append_keep_alive(std::string& out) { out += "{\"type\":\"ka\"}"; }

void append_subscribe_success(std::string& out, std::string_view id) {
  open_frame(out, "subscribe_success", id);
  out += '}';
}

void append_unsubscribe_success(std::string& out, std::string_view id) {
  open_frame(out, "unsubscribe_success", id);
  out += '}';
}

void append_publish_success(std::string& out, std::string_view id,
                            std::span<const service::published_event> entries,
                            const stated_details& limits) {
  open_frame(out, "publish_success", id);
  out += ',';
  append_successful(out, entries);
  out += ',';
  append_failed(out, entries, surface::websocket, limits);
  out += '}';
}

void append_connection_error(std::string& out, failure what, const stated_details& limits) {
  const auto shape = shape_of(what, surface::websocket);
  open_frame(out, "connection_error", {});
  out += ',';
  append_errors(out, what, shape, {}, limits);
  out.resize(out.size() - 2); // reopen the entry of `errors`
  out += ",\"errorCode\":";
  append_number(out, shape.status);
  out += "}]}";
}

void append_operation_error(std::string& out, std::string_view kind, std::string_view id,
                            failure what, const stated_details& limits) {
  auto shape = shape_of(what, surface::websocket);
  if (what == failure::internal && kind != "publish_error")
    shape.type = "SubscriptionProcessingError"; // documented for subscriptions only
  open_frame(out, kind, id);
  out += ',';
  append_errors(out, what, shape, id, limits);
  out += '}';
}

void append_error(std::string& out, std::string_view id, failure what) {
  append_operation_error(out, "error", id, what);
}

void append_broadcast_error(std::string& out, std::string_view id) {
  open_frame(out, "broadcast_error", id);
  out += ",\"errors\":[{\"errorType\":\"MessageProcessingError\","
         "\"message\":\"There was an error processing the message\"}]}";
}

void append_publish_result(std::string& out, std::span<const service::published_event> entries,
                           const stated_details& limits) {
  out += '{';
  append_failed(out, entries, surface::http, limits);
  out += ',';
  append_successful(out, entries);
  out += '}';
}

void append_http_error(std::string& out, failure what, const stated_details& limits) {
  const auto shape = shape_of(what, surface::http);
  out += '{';
  append_errors(out, what, shape, {}, limits);
  if (!shape.message.empty()) {
    out += ',';
    append_message(out, what, shape, {}, limits);
  }
  out += '}';
}

} // namespace actormesh::appsync
