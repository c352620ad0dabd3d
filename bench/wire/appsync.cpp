#include "bench/wire/appsync.hpp"

#include "bench/wire/event.hpp"
#include "bench/wire/frame.hpp"
#include "text/base64.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>

namespace actormesh::bench::wire {
namespace {

constexpr std::string_view data_start = R"({"type":"data")";
constexpr std::size_t shown_bytes = 300;

/// Counts a frame that is no event: they are few.
void count_control_frame(std::string_view payload, intake& found) {
  const auto type_is = [payload](std::string_view type) {
    return payload.find("\"type\":\"" + std::string{type} + '"') != std::string_view::npos;
  };
  if (type_is("publish_success")) {
    ++found.accepted;
  } else if (type_is("subscribe_success")) {
    ++found.subscribed;
  } else if (type_is("connection_ack")) {
    ++found.greeted;
  } else if (!type_is("ka")) {
    throw protocol_error{"the server says " + std::string{payload.substr(0, shown_bytes)}};
  }
}

/// Returns the value of Content-Length in `head`. Throws when there is none.
std::size_t content_length(std::string_view head) {
  constexpr std::string_view name = "\r\ncontent-length:";
  const auto same_letter = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a + 32 : a) == b; };
  const auto at = std::search(head.begin(), head.end(), name.begin(), name.end(), same_letter);
  if (at == head.end()) {
    throw protocol_error{"a response without a length: " +
                         std::string{head.substr(0, shown_bytes)}};
  }
  const char* digits = &*at + name.size();
  digits += *digits == ' ' ? 1 : 0;
  std::size_t size = 0;
  std::from_chars(digits, head.data() + head.size(), size);
  return size;
}

} // namespace

std::size_t upgrade_response_size(std::string_view bytes) {
  const auto end = bytes.find("\r\n\r\n");
  if (end == std::string_view::npos)
    return 0;
  if (!bytes.starts_with("HTTP/1.1 101"))
    throw protocol_error{"no upgrade: " + std::string{bytes.substr(0, shown_bytes)}};
  return end + 4;
}

appsync_realtime::appsync_realtime(const appsync_options& options)
  : options_{options}
  , event_{escape(make_event(options.event_bytes, 0))}
  , stamp_at_{find_stamp(event_).value()} {}

std::string appsync_realtime::opening() const {
  const auto credentials =
      R"({"host":")" + options_.host + R"(","x-api-key":")" + options_.api_key + "\"}";
  return "GET " + options_.path_prefix + "/event/realtime HTTP/1.1\r\nHost: " + options_.host +
         "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
         "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
         "Sec-WebSocket-Protocol: aws-appsync-event-ws, header-" +
         text::encode_base64url(credentials) + "\r\n\r\n";
}

std::size_t appsync_realtime::opened(std::string_view bytes) const {
  return upgrade_response_size(bytes);
}

std::string appsync_realtime::greeting(std::string_view channel, std::size_t number) const {
  std::string out;
  append_client_frame(out, opcode::text, R"({"type":"connection_init"})", 0x5A17C0DEU);
  if (channel.empty())
    return out;
  std::array<char, 32> id{};
  std::snprintf(id.data(), id.size(), "subscription-%09zu", number);
  const auto frame = R"({"type":"subscribe","id":")" + std::string{id.data()} + R"(","channel":")" +
                     std::string{channel} + R"(","authorization":{"x-api-key":")" +
                     options_.api_key + "\"}}";
  append_client_frame(out, opcode::text, frame, 0x0DDBA115U);
  return out;
}

void appsync_realtime::append_publish(std::string& out, std::string_view channel,
                                      std::uint64_t number, std::uint64_t moment) {
  write_stamp(event_.data() + stamp_at_, moment);
  std::string frame = R"({"type":"publish","id":"p)";
  frame.reserve(event_.size() + 256);
  frame += std::to_string(number);
  frame += R"(","channel":")";
  frame += channel;
  frame += R"(","events":[")";
  frame += event_;
  frame += R"("],"authorization":{"x-api-key":")";
  frame += options_.api_key;
  frame += "\"}}";
  append_client_frame(out, opcode::text, frame, static_cast<std::uint32_t>(masks_()));
}

intake appsync_realtime::read(std::string_view bytes, std::uint64_t now, histogram& latency) {
  intake found;
  for (;;) {
    const auto left = bytes.substr(found.consumed);
    const auto header = parse_frame_header(left);
    if (header.header_size == 0 || left.size() < header.frame_size())
      return found;
    found.consumed += header.frame_size();
    const auto payload = left.substr(header.header_size, header.payload_size);
    if (header.kind == opcode::text && header.final && payload.starts_with(data_start)) {
      ++found.events;
      stamps_.record(payload, now, latency);
    } else if (header.kind == opcode::text && header.final) {
      count_control_frame(payload, found);
    } else if (header.kind == opcode::close) {
      throw protocol_error{"the server closes: " +
                           std::string{payload.substr(std::min<std::size_t>(2, payload.size()))}};
    } else if (header.kind != opcode::ping) { // runs are too short for a ping to need its pong
      throw protocol_error{"a frame that is neither whole text nor control"};
    }
  }
}

appsync_http::appsync_http(const appsync_options& options)
  : head_{"POST " + options.path_prefix + "/event HTTP/1.1\r\nHost: " + options.host +
          "\r\nContent-Type: application/json\r\nx-api-key: " + options.api_key +
          "\r\nContent-Length: "}
  , event_{escape(make_event(options.event_bytes, 0))}
  , stamp_at_{find_stamp(event_).value()} {}

void appsync_http::append_publish(std::string& out, std::string_view channel, std::uint64_t,
                                  std::uint64_t moment) {
  constexpr std::string_view before_channel = R"({"channel":")";
  constexpr std::string_view before_event = R"(","events":[")";
  constexpr std::string_view end = "\"]}";
  write_stamp(event_.data() + stamp_at_, moment);
  out += head_;
  out += std::to_string(before_channel.size() + channel.size() + before_event.size() +
                        event_.size() + end.size());
  out += "\r\n\r\n";
  out += before_channel;
  out += channel;
  out += before_event;
  out += event_;
  out += end;
}

intake appsync_http::read(std::string_view bytes, std::uint64_t, histogram&) {
  intake found;
  for (;;) {
    const auto left = bytes.substr(found.consumed);
    const auto end = left.find("\r\n\r\n");
    if (end == std::string_view::npos)
      return found;
    const auto size = end + 4 + content_length(left.substr(0, end + 2));
    if (left.size() < size)
      return found;
    if (!left.starts_with("HTTP/1.1 200"))
      throw protocol_error{"the server says " + std::string{left.substr(0, shown_bytes)}};
    found.consumed += size;
    ++found.accepted;
  }
}

} // namespace actormesh::bench::wire
