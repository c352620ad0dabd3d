/// A stream whose other end the test holds.
#pragma once

#include "net/stream.hpp"

#include <boost/asio/io_context.hpp>

#include <array>
#include <cerrno>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include <sys/socket.h>
#include <unistd.h>

namespace actormesh::test {

/// The client's end of a pair of sockets within the process: what is written is there at once.
class peer_end {
public:
  explicit peer_end(int descriptor)
    : descriptor_(descriptor) {}
  peer_end(const peer_end&) = delete;
  peer_end& operator=(const peer_end&) = delete;
  ~peer_end() { close(); }

  /// Writes as much as there is room for. Returns how much.
  [[nodiscard]] std::size_t write(std::string_view bytes) const {
    const auto n = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    return n > 0 ? static_cast<std::size_t>(n) : 0;
  }

  /// Returns what has come.
  std::string read() {
    std::string all;
    std::array<char, 4096> buffer;
    for (;;) {
      const auto n = ::recv(descriptor_, buffer.data(), buffer.size(), MSG_DONTWAIT);
      if (n <= 0) {
        ended_ = n == 0 || errno == ECONNRESET;
        return all;
      }
      all.append(buffer.data(), static_cast<std::size_t>(n));
    }
  }

  /// Whether the last read came to the end of the stream.
  [[nodiscard]] bool ended() const noexcept { return ended_; }

  void close() {
    if (descriptor_ >= 0)
      ::close(std::exchange(descriptor_, -1));
  }

private:
  int descriptor_;
  bool ended_ = false;
};

/// A real stream, and its other end. It takes a few KiB before it is full.
struct stream_pair {
  std::unique_ptr<net::stream> node;
  std::unique_ptr<peer_end> peer;
};

inline stream_pair make_stream_pair(boost::asio::io_context& on) {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
    throw std::runtime_error{"no pair of sockets"};
  const int smallest = 1;
  ::setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &smallest, sizeof smallest);
  return {std::make_unique<net::stream>(
              net::stream::socket_type{on, boost::asio::ip::tcp::v4(), ends[0]}),
          std::make_unique<peer_end>(ends[1])};
}

} // namespace actormesh::test
