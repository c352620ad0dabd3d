#include "net/prologue.hpp"

#include "telemetry/log.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include <sys/socket.h>

namespace actormesh::net {

namespace {

namespace log = telemetry::log;
using boost::system::error_code;

/// The type of a TLS record that holds a handshake (RFC 8446 section 5.1). As a character it is
/// none that a request may begin with.
constexpr char handshake_record = 0x16;

bool would_block(int error) noexcept {
  return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

} // namespace

prologue::prologue(event_loop& loop, std::shared_ptr<const prologue_gate> gate,
                   stream::socket_type socket)
  : loop_(loop)
  , gate_(std::move(gate))
  , socket_(std::move(socket)) {
  error_code ignored;
  remote_ = socket_.remote_endpoint(ignored).address();
  if (gate_->how.is_proxy && gate_->how.is_proxy(remote_))
    proxy_.emplace();
}

void prologue::start() {
  if (!proxy_ && gate_->how.tls == config::tls_mode::off)
    return hand_over(std::make_unique<stream>(std::move(socket_)));
  loop_.add(*this);
  loop_.timers().set(*this, timer_wheel::clock::now() + gate_->how.timeout);
  // Of a proxy the client is not known yet.
  if (!proxy_ && !enter())
    return end();
  wait();
}

void prologue::wait() {
  auto then = [self = shared_from_this()](error_code failed) {
    if (!failed && self->client::is_linked())
      self->go_on();
  };
  if (secure_ != nullptr)
    secure_->when_readable(std::move(then));
  else
    socket_.async_wait(stream::socket_type::wait_read, std::move(then));
}

void prologue::go_on() {
  if (secure_ != nullptr)
    shake_hands();
  else if (proxy_)
    read_proxy_header();
  else
    begin_client();
}

void prologue::read_proxy_header() {
  while (proxy_->current_state() == proxy_reader::state::header) {
    // No more than the header: what follows stays in the socket, for TLS.
    std::array<char, proxy_prefix_bytes + 512> buffer;
    const auto wanted = std::min(proxy_->wanted(), buffer.size());
    const auto got = ::recv(socket_.native_handle(), buffer.data(), wanted, MSG_DONTWAIT);
    if (got < 0 && would_block(errno))
      return wait();
    if (got <= 0)
      return fail(failure::proxy_header);
    proxy_->put({buffer.data(), static_cast<std::size_t>(got)});
  }
  if (proxy_->current_state() == proxy_reader::state::failed) {
    log::warn("no PROXY protocol header from a proxy",
              {{"peer", remote_.to_string()}, {"error", to_string(proxy_->error())}});
    return fail(failure::proxy_header);
  }
  if (const auto& source = proxy_->header().source)
    remote_ = source->address();
  proxy_.reset();
  if (!enter())
    return end();
  begin_client();
}

bool prologue::enter() {
  if (!gate_->how.enter)
    return true;
  auto entered = gate_->how.enter(remote_);
  if (!entered)
    return false;
  entered_ = std::move(*entered);
  return true;
}

void prologue::begin_client() {
  switch (gate_->how.tls) {
  case config::tls_mode::off:
    return hand_over(std::make_unique<stream>(std::move(socket_)));
  case config::tls_mode::on:
    return begin_tls();
  case config::tls_mode::both:
    return look_at_first_byte();
  }
}

void prologue::look_at_first_byte() {
  char first = 0;
  const auto got = ::recv(socket_.native_handle(), &first, 1, MSG_PEEK | MSG_DONTWAIT);
  if (got < 0 && would_block(errno))
    return wait();
  if (got <= 0)
    return end();
  if (first == handshake_record)
    return begin_tls();
  hand_over(std::make_unique<stream>(std::move(socket_)));
}

void prologue::begin_tls() {
  auto how = gate_->how.certificates->current();
  if (how != nullptr)
    secure_ = tls::stream::accept(std::move(how), std::move(socket_));
  if (secure_ == nullptr)
    return fail(failure::tls);
  shake_hands();
}

void prologue::shake_hands() {
  switch (secure_->handshake()) {
  case stream::status::ok:
    return hand_over(std::move(secure_));
  case stream::status::would_block:
    return wait();
  case stream::status::ended:
  case stream::status::failed:
    log::debug("no TLS handshake", {{"peer", remote_.to_string()}, {"error", secure_->error()}});
    return fail(failure::tls);
  }
}

void prologue::hand_over(std::unique_ptr<stream> ready) {
  end();
  ready->remote_address(remote_);
  if (gate_->open)
    gate_->on_ready(std::move(ready));
}

void prologue::expired(timer_wheel::time_point) { fail(failure::timeout); }

void prologue::fail(failure why) {
  loop_.counters().failed(why).add();
  end();
}

void prologue::end() {
  timer_wheel::drop(*this);
  entered_ = {};
  if (client::is_linked())
    client::unlink();
  if (secure_ != nullptr)
    secure_->close();
  error_code ignored;
  socket_.close(ignored);
}

} // namespace actormesh::net
