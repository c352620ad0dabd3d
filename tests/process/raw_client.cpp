#include "tests/process/raw_client.hpp"

#include <array>
#include <cerrno>
#include <stdexcept>
#include <system_error>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

namespace actormesh::process {

namespace {

[[noreturn]] void fail(const char* what) {
  throw std::system_error{errno, std::generic_category(), what};
}

void set(int socket, int level, int name, int value) {
  if (::setsockopt(socket, level, name, &value, sizeof value) != 0)
    fail("setsockopt");
}

} // namespace

raw_client::raw_client(std::uint16_t port, const options& how)
  : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))
  , patience_(how.patience) {
  if (socket_.number() < 0)
    fail("socket");
  set(socket_.number(), IPPROTO_TCP, TCP_NODELAY, 1);
  if (how.receive_buffer != 0)
    set(socket_.number(), SOL_SOCKET, SO_RCVBUF, how.receive_buffer);
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_port = htons(port);
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket_.number(), reinterpret_cast<const sockaddr*>(&where), sizeof where) != 0)
    fail("connect");
}

void raw_client::wait_for(short events, const char* what) const {
  pollfd wait{socket_.number(), events, 0};
  if (::poll(&wait, 1, static_cast<int>(patience_.count())) != 1)
    throw std::runtime_error{what};
}

void raw_client::send(std::string_view bytes) {
  while (!bytes.empty()) {
    wait_for(POLLOUT, "the node takes no more bytes");
    bytes.remove_prefix(send_some(bytes));
  }
}

std::size_t raw_client::send_some(std::string_view bytes) {
  const auto sent =
      ::send(socket_.number(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent < 0 && errno != EAGAIN)
    fail("send");
  return sent < 0 ? 0 : static_cast<std::size_t>(sent);
}

bool raw_client::read_more() {
  wait_for(POLLIN, "expected more bytes or the end, got neither");
  std::array<char, 65536> buffer;
  const auto got = ::recv(socket_.number(), buffer.data(), buffer.size(), 0);
  if (got < 0 && errno != ECONNRESET)
    fail("recv");
  if (got <= 0)
    return false;
  input_.append(buffer.data(), static_cast<std::size_t>(got));
  return true;
}

std::string raw_client::read_until(std::string_view end) {
  auto found = input_.find(end);
  while (found == std::string::npos) {
    if (!read_more())
      throw std::runtime_error{"the connection ended after: " + input_};
    found = input_.find(end);
  }
  auto taken = input_.substr(0, found + end.size());
  input_.erase(0, taken.size());
  return taken;
}

std::string raw_client::read_bytes(std::size_t count) {
  while (input_.size() < count) {
    if (!read_more())
      throw std::runtime_error{"the connection ended after: " + input_};
  }
  auto taken = input_.substr(0, count);
  input_.erase(0, count);
  return taken;
}

std::string raw_client::read_to_end() {
  while (read_more()) {
  }
  return std::move(input_);
}

bool raw_client::wait_for_input(std::chrono::milliseconds limit) const noexcept {
  pollfd look{socket_.number(), POLLIN, 0};
  return !input_.empty() || ::poll(&look, 1, static_cast<int>(limit.count())) == 1;
}

void raw_client::shut_down_writing() {
  if (::shutdown(socket_.number(), SHUT_WR) != 0)
    fail("shutdown");
}

void raw_client::reset() {
  const linger at_once{1, 0};
  ::setsockopt(socket_.number(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  socket_.close();
}

} // namespace actormesh::process
