/// The bytes of one client.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include <sys/uio.h>

namespace actormesh::net {

/// Loop-bound: a connected socket that never blocks, plain as it is. `tls::stream` is the other
/// kind; tests derive their own to put faults into them.
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

  /// Reads what is there, at most the size of `into`, which is not empty.
  virtual result read(std::span<char> into);

  /// Writes as much of the pieces as there is room for. After `would_block` the next write has to
  /// begin with the same bytes, and not to be shorter: TLS may have encrypted them already.
  virtual result write(std::span<const iovec> what);

  /// Calls `handler(error_code)` when reading again is worth it.
  template <class Handler> void when_readable(Handler&& handler) {
    when(before_reading(), std::forward<Handler>(handler));
  }

  /// Calls `handler(error_code)` when writing again is worth it.
  template <class Handler> void when_writable(Handler&& handler) {
    when(before_writing(), std::forward<Handler>(handler));
  }

  /// No more will be written.
  virtual void shut_down_writing();

  /// Ends the connection; waits end with an error.
  virtual void close();

  /// Whether the bytes are encrypted between the client and this node.
  [[nodiscard]] virtual bool is_tls() const noexcept { return false; }

  /// The client's address without its port: the peer's, unless a proxy has named another one.
  [[nodiscard]] const boost::asio::ip::address& remote_address() const noexcept { return remote_; }
  void remote_address(const boost::asio::ip::address& address) { remote_ = address; }

protected:
  /// What an operation waits for.
  enum class wait : std::uint8_t {
    readable,
    writable,
    nothing, ///< It can go on at once, whatever the socket says.
  };

  [[nodiscard]] virtual wait before_reading() const noexcept { return wait::readable; }
  [[nodiscard]] virtual wait before_writing() const noexcept { return wait::writable; }

private:
  template <class Handler> void when(wait what, Handler&& handler) {
    switch (what) {
    case wait::readable:
      return socket_.async_wait(socket_type::wait_read, std::forward<Handler>(handler));
    case wait::writable:
      return socket_.async_wait(socket_type::wait_write, std::forward<Handler>(handler));
    case wait::nothing:
      return boost::asio::post(
          socket_.get_executor(),
          [then = std::forward<Handler>(handler)]() mutable { then(boost::system::error_code{}); });
    }
  }

  socket_type socket_;
  boost::asio::ip::address remote_;
};

} // namespace actormesh::net
