#include "bench/wire/nats.hpp"

#include "bench/wire/appsync.hpp"
#include "bench/wire/event.hpp"
#include "bench/wire/frame.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace actormesh::bench::wire {
namespace {

/// Returns the subject that stands for a channel: `/default/a` is `default.a`.
std::string subject_of(std::string_view channel) {
  channel.remove_prefix(channel.starts_with('/') ? 1 : 0);
  std::string subject{channel};
  std::replace(subject.begin(), subject.end(), '/', '.');
  return subject;
}

/// Returns the last number of a line such as `MSG default.a 1 128`.
std::size_t last_number(std::string_view line) {
  const auto at = line.rfind(' ') + 1;
  std::size_t value = 0;
  std::from_chars(line.data() + at, line.data() + line.size(), value);
  return value;
}

} // namespace

nats::nats(nats_transport transport, std::string host, std::size_t event_bytes)
  : transport_{transport}
  , host_{std::move(host)}
  , event_{make_event(event_bytes, 0)}
  , stamp_at_{find_stamp(event_).value()} {}

std::string nats::opening() const {
  if (transport_ == nats_transport::plain)
    return {};
  return "GET / HTTP/1.1\r\nHost: " + host_ +
         "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
         "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
}

std::size_t nats::opened(std::string_view bytes) const { return upgrade_response_size(bytes); }

std::string nats::greeting(std::string_view channel, std::size_t) const {
  std::string lines = "CONNECT {\"verbose\":false,\"pedantic\":false,\"echo\":true}\r\n";
  if (!channel.empty())
    lines += "SUB " + subject_of(channel) + " 1\r\n";
  lines += "PING\r\n";
  if (transport_ == nats_transport::plain)
    return lines;
  std::string out;
  append_client_frame(out, opcode::binary, lines, 0x5A17C0DEU);
  return out;
}

void nats::append_publish(std::string& out, std::string_view channel, std::uint64_t,
                          std::uint64_t moment) {
  write_stamp(event_.data() + stamp_at_, moment);
  auto lines =
      "PUB " + subject_of(channel) + ' ' + std::to_string(event_.size()) + "\r\n" + event_ + "\r\n";
  if (transport_ == nats_transport::plain) {
    out += lines;
  } else {
    append_client_frame(out, opcode::binary, lines, static_cast<std::uint32_t>(masks_()));
  }
}

intake nats::read(std::string_view bytes, std::uint64_t now, histogram& latency) {
  return transport_ == nats_transport::plain ? read_lines(bytes, now, latency)
                                             : read_frames(bytes, now, latency);
}

intake nats::read_lines(std::string_view bytes, std::uint64_t now, histogram& latency) {
  intake found;
  for (;;) {
    const auto left = bytes.substr(found.consumed);
    const auto end = left.find("\r\n");
    if (end == std::string_view::npos)
      return found;
    const auto line = left.substr(0, end);
    if (line.starts_with("MSG ")) {
      const auto size = last_number(line);
      const auto whole = end + 2 + size + 2;
      if (left.size() < whole)
        return found;
      stamps_.record(left.substr(end + 2, size), now, latency);
      ++found.events;
      found.consumed += whole;
      continue;
    }
    if (line == "PONG") {
      ++found.greeted;
      ++found.subscribed;
    } else if (line.starts_with("-ERR")) {
      throw protocol_error{"the server says " + std::string{line}};
    }
    found.consumed += end + 2; // INFO; a PING needs no answer within a run's few seconds
  }
}

intake nats::read_frames(std::string_view bytes, std::uint64_t now, histogram& latency) {
  intake found;
  for (;;) {
    const auto left = bytes.substr(found.consumed);
    const auto header = parse_frame_header(left);
    if (header.header_size == 0 || left.size() < header.frame_size())
      return found;
    if (header.kind == opcode::close)
      throw protocol_error{"the server closes"};
    const auto inner =
        read_lines(left.substr(header.header_size, header.payload_size), now, latency);
    if (inner.consumed != header.payload_size)
      throw protocol_error{"a message that is spread over two frames"};
    found.consumed += header.frame_size();
    found.events += inner.events;
    found.greeted += inner.greeted;
    found.subscribed += inner.subscribed;
  }
}

} // namespace actormesh::bench::wire
