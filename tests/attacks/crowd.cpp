#include "tests/attacks/crowd.hpp"

#include "tests/process/program.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>

namespace actormesh::process {

namespace {

/// Descriptors of the test, and of the node, that are not for the crowd.
constexpr std::size_t reserved = 256;

[[noreturn]] void fail(const char* what) {
  throw std::system_error{errno, std::generic_category(), what};
}

sockaddr_in loopback(std::size_t host, std::uint16_t port) {
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_port = htons(port);
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK + static_cast<std::uint32_t>(host));
  return where;
}

descriptor connect_from(std::size_t host, std::uint16_t port) {
  descriptor socket{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  if (socket.number() < 0)
    fail("socket");
  // The port is chosen when it connects: it need only be free for this pair of addresses.
  const int yes = 1;
  ::setsockopt(socket.number(), IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &yes, sizeof yes);
  const auto from = loopback(host, 0);
  if (::bind(socket.number(), reinterpret_cast<const sockaddr*>(&from), sizeof from) != 0)
    fail("bind");
  const auto to = loopback(0, port);
  if (::connect(socket.number(), reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0)
    fail("connect");
  return socket;
}

/// Takes what is there. Returns whether that was the end.
bool drain(crowd::member& from) {
  std::array<char, 16384> buffer;
  for (;;) {
    const auto got = ::recv(from.socket.number(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (got <= 0)
      return got == 0 || errno != EAGAIN;
    from.received.append(buffer.data(), static_cast<std::size_t>(got));
  }
}

} // namespace

std::size_t crowd_size(std::size_t wanted) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0)
    fail("getrlimit");
  limit.rlim_cur = limit.rlim_max;
  if (::setrlimit(RLIMIT_NOFILE, &limit) != 0)
    fail("setrlimit");
  return std::min<std::size_t>(wanted, limit.rlim_cur - reserved);
}

crowd::crowd(std::uint16_t port, std::size_t count, std::size_t addresses) {
  members_.reserve(count);
  for (std::size_t i = 0; i < count; ++i)
    members_.push_back({connect_from(1 + i % addresses, port), {}});
}

void crowd::send(std::string_view bytes) {
  for (const auto& each : members_)
    static_cast<void>(
        ::send(each.socket.number(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT));
}

std::size_t crowd::ended() {
  std::erase_if(members_, [this](member& each) {
    const auto over = drain(each);
    if (over)
      received_.push_back(std::move(each.received));
    return over;
  });
  return received_.size();
}

void crowd::wait_for_input() {
  std::vector<pollfd> waits;
  waits.reserve(members_.size());
  for (const auto& each : members_)
    waits.push_back({each.socket.number(), POLLIN, 0});
  const auto limit = std::chrono::milliseconds{patience}.count();
  if (::poll(waits.data(), waits.size(), static_cast<int>(limit)) <= 0)
    throw std::runtime_error{"the node says nothing to " + std::to_string(members_.size()) +
                             " connections"};
}

void crowd::wait_until_ended(std::size_t count) {
  while (ended() < count)
    wait_for_input();
}

void crowd::wait_until_received(std::string_view text) {
  const auto lacking = [text](const member& each) {
    return each.received.find(text) == std::string::npos;
  };
  while (static_cast<void>(ended()), std::ranges::any_of(members_, lacking))
    wait_for_input();
}

void crowd::leave() {
  const linger at_once{1, 0};
  for (const auto& each : members_)
    ::setsockopt(each.socket.number(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  members_.clear();
}

} // namespace actormesh::process
