#include "bench/floor/floor.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace actormesh::bench {
namespace {

// The accept value belongs to the one key that the generator sends.
constexpr std::string_view upgraded =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
    "Sec-WebSocket-Protocol: aws-appsync-event-ws\r\n\r\n";

constexpr std::string_view published =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
    "x-amzn-RequestId: 00000000-0000-4000-8000-000000000000\r\nContent-Length: 92\r\n\r\n"
    R"({"failed":[],"successful":[{"identifier":"00000000-0000-4000-8000-000000000000","index":0}]})";

/// Returns what stands between `start` and the next quote that is not escaped.
std::string_view text_after(std::string_view message, std::string_view start) {
  const auto at = message.find(start);
  if (at == std::string_view::npos)
    return {};
  const auto value = message.substr(at + start.size());
  std::size_t end = 0;
  while (end < value.size() && value[end] != '"')
    end += value[end] == '\\' ? 2 : 1;
  return value.substr(0, end);
}

std::string framed(std::string_view text) {
  std::string out;
  wire::append_server_frame(out, wire::opcode::text, text);
  return out;
}

std::string data_prefix(std::string_view id) {
  return R"({"type":"data","id":")" + std::string{id} + R"(","event":")";
}

void append_event(std::string& out, std::string_view prefix, std::string_view event,
                  std::string& scratch) {
  scratch.assign(prefix);
  scratch += event;
  scratch += "\"}";
  wire::append_server_frame(out, wire::opcode::text, scratch);
}

} // namespace

floor_server::floor_server(const endpoint& where, framing frames)
  : frames_{frames}
  , listener_{listen_on(where)}
  , epoll_{epoll_create1(EPOLL_CLOEXEC)}
  , buffer_{std::make_unique<char[]>(read_bytes)} {
  epoll_event event{};
  event.events = EPOLLIN; // no pointer: the listener
  if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, listener_.get(), &event) != 0)
    fail_with_errno("epoll_ctl");
}

void floor_server::run() {
  for (;;) {
    const int found =
        epoll_wait(epoll_.get(), events_.data(), static_cast<int>(events_.size()), -1);
    for (int i = 0; i < found; ++i) {
      const auto& event = events_[static_cast<std::size_t>(i)];
      if (event.data.ptr == nullptr) {
        accept_all();
      } else {
        on_ready(*static_cast<peer*>(event.data.ptr), event.events);
      }
    }
    fan_out();
    bury();
  }
}

void floor_server::accept_all() {
  for (;;) {
    descriptor socket{accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)};
    if (socket.get() < 0)
      return;
    const int on = 1;
    setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    auto* added = new peer; // epoll's event owns it until `bury`
    added->socket = std::move(socket);
    watch(*added, EPOLLIN, EPOLL_CTL_ADD);
  }
}

void floor_server::on_ready(peer& from, std::uint32_t flags) {
  if ((flags & EPOLLOUT) != 0)
    reply(from, {});
  if ((flags & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0)
    read(from);
}

void floor_server::read(peer& from) {
  const auto carried = from.carry.size();
  std::memcpy(buffer_.get(), from.carry.data(), carried);
  const auto got = recv(from.socket.get(), buffer_.get() + carried, read_bytes - carried, 0);
  if (got < 0 && errno == EAGAIN)
    return;
  if (got <= 0) {
    from.gone = true;
    gone_.push_back(&from);
    return;
  }
  std::string_view bytes{buffer_.get(), carried + static_cast<std::size_t>(got)};
  while (!bytes.empty()) {
    const auto taken = from.websocket ? take_frame(from, bytes) : take_request(from, bytes);
    if (taken == 0)
      break;
    bytes.remove_prefix(taken);
  }
  from.carry.assign(bytes);
}

std::size_t floor_server::take_request(peer& from, std::string_view bytes) {
  const auto end = bytes.find("\r\n\r\n");
  if (end == std::string_view::npos)
    return 0;
  if (bytes.starts_with("GET")) {
    from.websocket = true;
    reply(from, upgraded);
    return end + 4;
  }
  constexpr std::string_view length = "\r\nContent-Length: ";
  const auto digits = bytes.find(length) + length.size();
  std::size_t size = 0;
  std::from_chars(bytes.data() + std::min(digits, end), bytes.data() + end, size);
  const auto whole = end + 4 + size;
  if (bytes.size() < whole)
    return 0;
  publish(bytes.substr(end + 4, size));
  reply(from, published);
  return whole;
}

std::size_t floor_server::take_frame(peer& from, std::string_view bytes) {
  const auto header = wire::parse_frame_header(bytes);
  if (header.header_size == 0 || bytes.size() < header.frame_size())
    return 0;
  auto* payload = buffer_.get() + (bytes.data() - buffer_.get()) + header.header_size;
  if (header.masked)
    wire::apply_mask(payload, header.payload_size, payload - 4);
  if (header.kind == wire::opcode::text)
    handle_message(from, {payload, header.payload_size});
  return header.frame_size();
}

void floor_server::handle_message(peer& from, std::string_view message) {
  const auto type = text_after(message, R"("type":")");
  const std::string id{text_after(message, R"("id":")")};
  if (type == "publish") {
    publish(message);
    reply(from, framed(R"({"type":"publish_success","id":")" + id +
                       R"(","successful":[{"identifier":"00000000-0000-4000-8000-000000000000",)"
                       R"("index":0}],"failed":[]})"));
  } else if (type == "subscribe") {
    subscribe(from, message);
    reply(from, framed(R"({"type":"subscribe_success","id":")" + id + "\"}"));
  } else if (type == "connection_init") {
    reply(from, framed(R"({"type":"connection_ack","connectionTimeoutMs":300000})"));
  }
}

void floor_server::subscribe(peer& from, std::string_view message) {
  auto& to = channels_[std::string{text_after(message, R"("channel":")")}];
  to.subscribers.push_back(&from);
  from.subscribed = &to;
  from.prefix = data_prefix(text_after(message, R"("id":")"));
}

void floor_server::publish(std::string_view message) {
  const auto found = channels_.find(text_after(message, R"("channel":")"));
  if (found == channels_.end())
    return;
  auto& to = found->second;
  if (to.events.empty())
    publishing_.push_back(&to);
  to.events.emplace_back(text_after(message, R"("events":[")"));
}

void floor_server::reply(peer& to, std::string_view bytes) {
  to.out += bytes;
  if (!to.touched)
    replying_.push_back(&to);
  to.touched = true;
}

void floor_server::fan_out() {
  for (auto* to : publishing_)
    deliver(*to);
  publishing_.clear();
  for (auto* to : replying_) {
    to->touched = false;
    write(*to, {});
  }
  replying_.clear();
}

void floor_server::deliver(channel& to) {
  std::string scratch;
  const auto frame_all = [&](const peer& prefixed) {
    batch_.clear();
    for (const auto& event : to.events)
      append_event(batch_, prefixed.prefix, event, scratch);
  };
  if (frames_ == framing::shared && !to.subscribers.empty())
    frame_all(*to.subscribers.front());
  for (auto* subscriber : to.subscribers) {
    if (frames_ == framing::own)
      frame_all(*subscriber);
    write(*subscriber, batch_);
  }
  to.events.clear();
}

void floor_server::write(peer& to, std::string_view bytes) {
  if (to.gone)
    return;
  const bool alone = to.out.empty();
  if (!alone)
    to.out += bytes;
  std::string_view left = alone ? bytes : std::string_view{to.out};
  if (left.empty())
    return;
  const auto sent = send(to.socket.get(), left.data(), left.size(), MSG_NOSIGNAL);
  left.remove_prefix(sent < 0 ? 0 : static_cast<std::size_t>(sent));
  if (!left.empty() || !alone)
    to.out = std::string{left};
  if (to.waiting != !to.out.empty()) {
    to.waiting = !to.waiting;
    watch(to, to.waiting ? EPOLLIN | EPOLLOUT : EPOLLIN, EPOLL_CTL_MOD);
  }
}

void floor_server::watch(peer& which, std::uint32_t flags, int operation) {
  epoll_event event{};
  event.events = flags;
  event.data.ptr = &which;
  if (epoll_ctl(epoll_.get(), operation, which.socket.get(), &event) != 0)
    fail_with_errno("epoll_ctl");
}

void floor_server::bury() {
  for (auto* dead : gone_) {
    if (dead->subscribed != nullptr) {
      auto& subscribers = dead->subscribed->subscribers;
      *std::find(subscribers.begin(), subscribers.end(), dead) = subscribers.back();
      subscribers.pop_back();
    }
    delete dead;
  }
  gone_.clear();
}

} // namespace actormesh::bench
