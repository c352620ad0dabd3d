/// The bytes of one client.
#pragma once

#include <boost/asio/ip/tcp.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

#include <sys/uio.h>

namespace actormesh::net {

/// Loop-bound: a connected socket that never blocks. `read` and `write` can be overridden, so that
/// tests put faults into them.
class stream {
public:
  enum class status : std::uint8_t {
    ok,
    would_block,
    ended,  ///< The peer has closed its side.
    failed, ///< The connection is broken.
  };

  struct result {
    status outcome = status::ok;
    std::size_t bytes = 0;
  };

  using socket_type = boost::asio::ip::tcp::socket;

  explicit stream(socket_type socket);
  stream(const stream&) = delete;
  stream& operator=(const stream&) = delete;
  virtual ~stream();

  virtual result read(std::span<char> into);
  virtual result write(std::span<const iovec> what);

  /// Calls `handler(error_code)` when there is something to read.
  template <class Handler> void when_readable(Handler&& handler) {
    socket_.async_wait(socket_type::wait_read, std::forward<Handler>(handler));
  }

  /// Calls `handler(error_code)` when there is room to write.
  template <class Handler> void when_writable(Handler&& handler) {
    socket_.async_wait(socket_type::wait_write, std::forward<Handler>(handler));
  }

  /// No more will be written.
  void shut_down_writing();

  /// Ends the connection; waits end with an error.
  void close();

  /// The peer's address without its port.
  [[nodiscard]] boost::asio::ip::address remote_address() const noexcept { return remote_; }

private:
  socket_type socket_;
  boost::asio::ip::address remote_;
};

} // namespace actormesh::net
