#include "bench/loadgen/client_pool.hpp"

#include "bench/measure/clock.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include <sys/socket.h>
#include <time.h>

namespace actormesh::bench {
namespace {

constexpr std::uint64_t setup_timeout_ns = 10'000'000'000;

} // namespace

client_pool::client_pool(endpoint server, waiting idle)
  : server_{std::move(server)}
  , idle_{idle}
  , epoll_{epoll_create1(EPOLL_CLOEXEC)}
  , buffer_{std::make_unique<char[]>(read_bytes)} {
  if (epoll_.get() < 0)
    fail_with_errno("epoll_create1");
}

client& client_pool::open(wire::protocol& speaks, std::string channel) {
  auto& added = clients_.emplace_back();
  added.number = clients_.size() - 1;
  added.speaks = &speaks;
  added.channel = std::move(channel);
  added.started = now_ns();
  added.socket = start_connect(server_);
  watch(added, EPOLLIN | EPOLLOUT, EPOLL_CTL_ADD);
  return added;
}

void client_pool::open_all(std::size_t count, std::size_t at_once, wire::protocol& speaks,
                           const std::function<std::string(std::size_t)>& channel_of) {
  const auto goal = clients_.size() + count;
  auto last_progress = now_ns();
  while (ready_ < goal) {
    while (clients_.size() < goal && clients_.size() - ready_ < at_once)
      open(speaks, channel_of(clients_.size()));
    const auto before = ready_;
    poll(100'000'000, [](client&, const wire::intake&) {});
    if (ready_ != before) {
      last_progress = now_ns();
    } else if (now_ns() - last_progress > setup_timeout_ns) {
      throw wire::protocol_error{std::to_string(goal - ready_) + " connections don't get ready"};
    }
  }
}

void client_pool::poll(std::uint64_t timeout_ns, const listener& heard) {
  const auto found = wait(timeout_ns);
  for (std::size_t i = 0; i < found; ++i)
    on_ready(events_[i].events, *static_cast<client*>(events_[i].data.ptr), heard);
}

std::size_t client_pool::wait(std::uint64_t timeout_ns) {
  const timespec sleep{static_cast<time_t>(timeout_ns / 1'000'000'000),
                       static_cast<long>(timeout_ns % 1'000'000'000)};
  const timespec none{};
  const auto began = now_ns();
  auto now = began;
  int found = 0;
  do {
    found = epoll_pwait2(epoll_.get(), events_.data(), static_cast<int>(events_.size()),
                         idle_ == waiting::spin ? &none : &sleep, nullptr);
    if (found < 0 && errno != EINTR)
      fail_with_errno("epoll_pwait2");
    if (found > 0 && now == began && idle_ == waiting::spin)
      return static_cast<std::size_t>(found); // there was no wait
    now = now_ns();
  } while (found <= 0 && now - began < timeout_ns);
  waited_ns_ += now - began;
  return static_cast<std::size_t>(std::max(found, 0));
}

void client_pool::on_ready(std::uint32_t flags, client& which, const listener& heard) {
  if (which.at == client::stage::connecting) {
    on_connected(which);
    return;
  }
  if ((flags & EPOLLOUT) != 0 && !which.unsent.empty())
    send(which, {});
  if ((flags & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0)
    on_readable(which, heard);
}

void client_pool::on_connected(client& which) {
  if (const int error = pending_error(which.socket.get()); error != 0)
    throw std::system_error{error, std::generic_category(), "connect"};
  watch(which, EPOLLIN, EPOLL_CTL_MOD);
  const auto opening = which.speaks->opening();
  if (opening.empty()) {
    greet(which);
    return;
  }
  which.at = client::stage::opening;
  send(which, opening);
}

void client_pool::greet(client& which) {
  const auto greeting = which.speaks->greeting(which.channel, which.number);
  which.at = client::stage::greeting;
  if (greeting.empty()) {
    finish_setup(which, {.greeted = 1});
  } else {
    send(which, greeting);
  }
}

void client_pool::on_readable(client& which, const listener& heard) {
  const auto carried = which.carry.size();
  if (carried == read_bytes)
    throw wire::protocol_error{"a message larger than the read buffer"};
  std::memcpy(buffer_.get(), which.carry.data(), carried);
  const auto got = ::recv(which.socket.get(), buffer_.get() + carried, read_bytes - carried, 0);
  if (got < 0 && errno == EAGAIN)
    return;
  if (got <= 0)
    throw wire::protocol_error{"the server ended connection " + std::to_string(which.number)};
  std::string_view bytes{buffer_.get(), carried + static_cast<std::size_t>(got)};
  if (which.at == client::stage::opening) {
    const auto answer = which.speaks->opened(bytes);
    bytes.remove_prefix(answer);
    if (answer != 0)
      greet(which);
  }
  if (which.at != client::stage::opening) {
    const auto found = which.speaks->read(bytes, now_ns(), latency_);
    bytes.remove_prefix(found.consumed);
    if (which.at == client::stage::ready) {
      heard(which, found);
    } else {
      finish_setup(which, found);
    }
  }
  which.carry.assign(bytes);
}

void client_pool::finish_setup(client& which, const wire::intake& found) {
  if ((which.channel.empty() ? found.greeted : found.subscribed) == 0)
    return;
  which.at = client::stage::ready;
  setup_time_.record(now_ns() - which.started);
  ++ready_;
}

void client_pool::send(client& to, std::string_view bytes) {
  const bool waiting = !to.unsent.empty();
  if (waiting)
    to.unsent += bytes;
  std::string_view left = waiting ? std::string_view{to.unsent} : bytes;
  while (!left.empty()) {
    const auto sent = ::send(to.socket.get(), left.data(), left.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN)
      fail_with_errno("send");
    if (sent < 0)
      break;
    left.remove_prefix(static_cast<std::size_t>(sent));
  }
  std::string rest{left};
  to.unsent = std::move(rest);
  if (waiting == to.unsent.empty())
    watch(to, waiting ? EPOLLIN : EPOLLIN | EPOLLOUT, EPOLL_CTL_MOD);
}

void client_pool::close_all() {
  clients_.clear();
  ready_ = 0;
}

void client_pool::watch(client& which, std::uint32_t flags, int operation) {
  epoll_event event{};
  event.events = flags;
  event.data.ptr = &which;
  if (epoll_ctl(epoll_.get(), operation, which.socket.get(), &event) != 0)
    fail_with_errno("epoll_ctl");
}

} // namespace actormesh::bench
