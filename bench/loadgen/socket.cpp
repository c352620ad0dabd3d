#include "bench/loadgen/socket.hpp"

#include <cerrno>
#include <charconv>
#include <stdexcept>
#include <system_error>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

namespace actormesh::bench {
namespace {

sockaddr_in native(const endpoint& where) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(where.port);
  if (inet_pton(AF_INET, where.address.c_str(), &address.sin_addr) != 1)
    throw std::invalid_argument{"not an IPv4 address: " + where.address};
  return address;
}

descriptor open_socket() {
  descriptor socket{::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  if (socket.get() < 0)
    fail_with_errno("socket");
  const int on = 1;
  setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return socket;
}

} // namespace

descriptor::~descriptor() {
  if (fd_ >= 0)
    ::close(fd_);
}

endpoint parse_endpoint(std::string_view text) {
  const auto colon = text.rfind(':');
  endpoint parsed;
  if (colon == std::string_view::npos)
    throw std::invalid_argument{"address:port expected, not " + std::string{text}};
  parsed.address = text.substr(0, colon);
  const auto* end = text.data() + text.size();
  const auto result = std::from_chars(text.data() + colon + 1, end, parsed.port);
  if (result.ec != std::errc{} || result.ptr != end)
    throw std::invalid_argument{"not a port: " + std::string{text}};
  return parsed;
}

descriptor start_connect(const endpoint& server) {
  auto socket = open_socket();
  const auto address = native(server);
  const auto* generic = reinterpret_cast<const sockaddr*>(&address);
  if (::connect(socket.get(), generic, sizeof address) != 0 && errno != EINPROGRESS)
    fail_with_errno("connect");
  return socket;
}

descriptor listen_on(const endpoint& where) {
  auto socket = open_socket();
  const int on = 1;
  setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  const auto address = native(where);
  const auto* generic = reinterpret_cast<const sockaddr*>(&address);
  if (::bind(socket.get(), generic, sizeof address) != 0)
    fail_with_errno("bind");
  if (::listen(socket.get(), SOMAXCONN) != 0)
    fail_with_errno("listen");
  return socket;
}

std::uint16_t port_of(const descriptor& listener) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  if (getsockname(listener.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0)
    fail_with_errno("getsockname");
  return ntohs(address.sin_port);
}

int pending_error(int fd) noexcept {
  int error = 0;
  socklen_t size = sizeof error;
  return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

std::size_t raise_descriptor_limit() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  getrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_cur;
}

void fail_with_errno(const char* what) {
  throw std::system_error{errno, std::generic_category(), what};
}

} // namespace actormesh::bench
