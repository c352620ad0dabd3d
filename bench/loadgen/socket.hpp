/// Sockets of client and server, as values that close themselves.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace actormesh::bench {

/// Owns a file descriptor.
class descriptor {
public:
  descriptor() = default;
  explicit descriptor(int fd) noexcept
    : fd_{fd} {}
  descriptor(descriptor&& other) noexcept
    : fd_{std::exchange(other.fd_, -1)} {}
  descriptor& operator=(descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  ~descriptor();

  [[nodiscard]] int get() const noexcept { return fd_; }

private:
  int fd_ = -1;
};

/// An IPv4 address and a port.
struct endpoint {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;

  [[nodiscard]] std::string to_string() const { return address + ':' + std::to_string(port); }
};

/// Returns what `text`, `address:port`, says. Throws `std::invalid_argument`.
[[nodiscard]] endpoint parse_endpoint(std::string_view text);

/// Starts to connect without waiting, with Nagle's algorithm off. Throws `std::system_error`.
[[nodiscard]] descriptor start_connect(const endpoint& server);

/// Listens on `where`; port 0 picks a free one. Throws `std::system_error`.
[[nodiscard]] descriptor listen_on(const endpoint& where);

/// Returns the port a listening socket has.
[[nodiscard]] std::uint16_t port_of(const descriptor& listener);

/// Returns the error that a socket has stored, 0 for none.
[[nodiscard]] int pending_error(int fd) noexcept;

/// Lets this process have as many descriptors as the system allows; returns how many.
std::size_t raise_descriptor_limit();

/// Throws `std::system_error` of errno.
[[noreturn]] void fail_with_errno(const char* what);

} // namespace actormesh::bench
