#include "net/stream.hpp"

#include <boost/system/error_code.hpp>

#include <cerrno>

#include <sys/socket.h>

namespace actormesh::net {

namespace {

stream::status status_of(int error) noexcept {
  if (error == EAGAIN || error == EWOULDBLOCK || error == EINTR)
    return stream::status::would_block;
  return stream::status::failed;
}

/// The usual write is one piece: `send` spares the kernel copying and checking a list of them.
ssize_t send_pieces(int socket, std::span<const iovec> what) noexcept {
  if (what.size() == 1)
    return ::send(socket, what.front().iov_base, what.front().iov_len, MSG_NOSIGNAL);
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(what.data());
  message.msg_iovlen = what.size();
  return ::sendmsg(socket, &message, MSG_NOSIGNAL);
}

} // namespace

stream::stream(socket_type socket)
  : socket_(std::move(socket)) {
  boost::system::error_code ignored;
  // Whole turns are written at once; waiting for an acknowledgement would only add 40 ms.
  socket_.set_option(boost::asio::ip::tcp::no_delay{true}, ignored);
  socket_.native_non_blocking(true, ignored);
  const auto peer = socket_.remote_endpoint(ignored);
  remote_ = peer.address();
}

stream::~stream() = default;

stream::result stream::read(std::span<char> into) {
  const auto n = ::recv(socket_.native_handle(), into.data(), into.size(), 0);
  if (n > 0)
    return {status::ok, static_cast<std::size_t>(n)};
  if (n == 0)
    return {status::ended, 0};
  return {status_of(errno), 0};
}

stream::result stream::write(std::span<const iovec> what) {
  const auto n = send_pieces(socket_.native_handle(), what);
  if (n >= 0)
    return {status::ok, static_cast<std::size_t>(n)};
  return {status_of(errno), 0};
}

void stream::shut_down_writing() {
  boost::system::error_code ignored;
  socket_.shutdown(socket_type::shutdown_send, ignored);
}

void stream::close() {
  boost::system::error_code ignored;
  socket_.close(ignored);
}

} // namespace actormesh::net
