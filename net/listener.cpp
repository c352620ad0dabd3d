#include "net/listener.hpp"

#include "telemetry/log.hpp"

#include <cerrno>
#include <cstddef>
#include <utility>

#include <sys/socket.h>

namespace actormesh::net {

namespace {

namespace log = telemetry::log;
using boost::system::error_code;

constexpr int backlog = 4096;

/// New connections taken in one go: setting up many must not starve those that are there.
constexpr std::size_t accepts_per_turn = 64;

/// Out of file descriptors: the rest waits in the backlog until some are free again.
constexpr std::chrono::milliseconds pause_time{100};

using reuse_port = boost::asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

} // namespace

listener::listener(event_loop& loop, accepted on_accept, prologue_options how)
  : loop_(loop)
  , acceptor_(loop.io())
  , pause_(loop.io())
  , gate_(std::make_shared<prologue_gate>(
        prologue_gate{std::move(how), std::move(on_accept), true})) {}

listener::~listener() { gate_->open = false; }

boost::system::result<std::unique_ptr<listener>>
listener::bind(event_loop& loop, const endpoint& where, accepted on_accept, prologue_options how) {
  std::unique_ptr<listener> made{new listener{loop, std::move(on_accept), std::move(how)}};
  auto& acceptor = made->acceptor_;
  error_code failed;
  acceptor.open(where.protocol(), failed);
  if (!failed)
    acceptor.set_option(boost::asio::socket_base::reuse_address{true}, failed);
  if (!failed)
    acceptor.set_option(reuse_port{true}, failed);
  if (!failed)
    acceptor.bind(where, failed);
  if (!failed)
    acceptor.listen(backlog, failed);
  if (!failed)
    acceptor.non_blocking(true, failed);
  if (!failed)
    made->where_ = acceptor.local_endpoint(failed);
  if (failed)
    return failed;
  return made;
}

error_code listener::probe(event_loop& loop, const endpoint& where) {
  boost::asio::ip::tcp::acceptor acceptor{loop.io()};
  error_code failed;
  acceptor.open(where.protocol(), failed);
  if (!failed)
    acceptor.set_option(boost::asio::socket_base::reuse_address{true}, failed);
  if (!failed)
    acceptor.bind(where, failed);
  return failed;
}

void listener::start() { wait(); }

void listener::close() {
  gate_->open = false;
  error_code ignored;
  acceptor_.close(ignored);
  pause_.cancel();
}

void listener::wait() {
  acceptor_.async_wait(boost::asio::socket_base::wait_read, [this](error_code failed) {
    if (!failed)
      accept_all();
  });
}

void listener::accept_all() {
  for (std::size_t done = 0; done < accepts_per_turn; ++done) {
    error_code failed;
    auto socket = acceptor_.accept(failed);
    if (failed == boost::asio::error::would_block || failed == boost::asio::error::try_again)
      break;
    if (failed == boost::asio::error::no_descriptors || failed.value() == ENFILE ||
        failed == boost::asio::error::no_buffer_space || failed == boost::asio::error::no_memory) {
      log::warn("cannot accept connections for a moment", {{"error", failed.message()}});
      return pause();
    }
    if (!failed)
      begin(std::move(socket));
    // Other errors belong to the one connection that is gone already.
  }
  wait();
}

void listener::begin(stream::socket_type socket) {
  if (gate_->how.tls == config::tls_mode::off && !gate_->how.is_proxy)
    gate_->on_ready(std::make_unique<stream>(std::move(socket)));
  else
    std::make_shared<prologue>(loop_, gate_, std::move(socket))->start();
}

void listener::pause() {
  pause_.expires_after(pause_time);
  pause_.async_wait([this](error_code failed) {
    if (!failed)
      wait();
  });
}

} // namespace actormesh::net
