#include "net/http/session.hpp"

#include "net/http/date.hpp"

#include <boost/beast/http/status.hpp>

#include <array>
#include <cassert>
#include <charconv>
#include <utility>

namespace actormesh::http {

namespace {

/// Answers that wait for a client that doesn't read them: beyond this, its requests wait too.
constexpr std::size_t pause_reading_at = 64 * 1024;

/// An idle connection keeps no larger buffer for its next answer.
constexpr std::size_t kept_capacity = 1024;

/// After the last answer the client gets this long, and this many bytes, to notice.
constexpr std::chrono::seconds linger_time{2};
constexpr std::size_t linger_bytes = 256 * 1024;

void append_number(std::string& out, std::size_t number) {
  std::array<char, 20> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

refusal refusal_of(parse_error what) noexcept {
  switch (what) {
  case parse_error::header_too_large:
    return refusal::header_too_large;
  case parse_error::body_too_large:
    return refusal::body_too_large;
  case parse_error::bad_version:
    return refusal::bad_version;
  case parse_error::not_implemented:
    return refusal::not_implemented;
  case parse_error::none:
  case parse_error::bad_request:
    break;
  }
  return refusal::bad_request;
}

} // namespace

session::session(net::event_loop& loop, std::unique_ptr<net::stream> socket, handler& answers,
                 const config::http_settings& settings, net::address_limit::ticket entered)
  : loop_(loop)
  , socket_(std::move(socket))
  , handler_(answers)
  , settings_(settings)
  , remote_(socket_->remote_address())
  , parser_(request_parser::limits{settings.header_bytes, settings.body_bytes})
  , tls_(socket_->is_tls())
  , entered_(std::move(entered)) {
  loop_.counters().http_connections.add();
}

session::~session() { loop_.counters().http_connections.sub(); }

void session::start() {
  loop_.add(*this);
  set_timeout();
  wait_readable();
}

void session::wait_readable() {
  if (reading_ || deferred_ || state_ == state::ended)
    return;
  reading_ = true;
  socket_->when_readable([self = shared_from_this()](boost::system::error_code failed) {
    self->reading_ = false;
    if (!failed && self->socket_ != nullptr)
      self->on_readable();
  });
}

void session::on_readable() {
  const auto buffer = loop_.read_buffer();
  const auto got = socket_->read(buffer);
  switch (got.outcome) {
  case net::stream::status::would_block:
    return wait_readable();
  case net::stream::status::failed:
    return end();
  case net::stream::status::ended:
    // Answers to what came before the end of the input still go out.
    if (written_ == out_.size())
      return end();
    state_ = state::last_answer;
    return write();
  case net::stream::status::ok:
    break;
  }
  loop_.counters().bytes_received.add(got.bytes);
  if (state_ == state::open) {
    process({buffer.data(), got.bytes});
  } else if (state_ == state::lingering) {
    lingered_ += got.bytes;
    if (lingered_ > linger_bytes)
      return end();
  }
  if (socket_ == nullptr)
    return;
  go_on_reading();
}

void session::go_on_reading() {
  if (deferred_)
    return; // Whoever answers keeps the session alive.
  // Somebody has to keep the session alive: the wait for more, or for room to write.
  if (unread_.empty() && out_.size() - written_ < pause_reading_at)
    wait_readable();
  else
    write();
}

void session::process(std::string_view input) {
  received_ = std::chrono::steady_clock::now();
  while (!input.empty() && state_ == state::open) {
    if (deferred_ || out_.size() - written_ >= pause_reading_at) {
      unread_.assign(input);
      break;
    }
    input.remove_prefix(parser_.put(input));
    switch (parser_.current_state()) {
    case request_parser::state::complete:
      rest_ = input;
      handle_request();
      break;
    case request_parser::state::failed:
      refuse(refusal_of(parser_.error()));
      break;
    case request_parser::state::body:
      watch_body();
      break;
    case request_parser::state::idle:
    case request_parser::state::headers:
      break;
    }
  }
  if (state_ == state::open && !deferred_)
    set_timeout();
}

void session::handle_request() {
  loop_.counters().http_requests.add();
  close_after_ = close_after_ || !what().keep_alive;
  answered_ = false;
  handler_.handle(*this);
  if (state_ == state::ended)
    return;
  assert(answered_ || deferred_);
  if (deferred_)
    net::timer_wheel::drop(*this); // Whoever answers has a time-out of its own.
  else
    request_done();
}

void session::request_done() {
  continued_ = false;
  timed_ = request_parser::state::complete;
  parser_.reset();
  if (close_after_)
    state_ = state::last_answer;
}

void session::refuse(refusal why) {
  loop_.counters().protocol_errors.add();
  close_after_ = true;
  handler_.refuse(*this, why);
  state_ = state::last_answer;
}

void session::watch_body() {
  if (!what().expect_continue || continued_)
    return;
  continued_ = true;
  out_.append("HTTP/1.1 100 Continue\r\n\r\n");
  loop_.actors().flush_later(*this);
}

void session::set_timeout() {
  const auto now = parser_.current_state();
  if (now == timed_)
    return; // Bytes that trickle in don't prolong anything.
  timed_ = now;
  const auto limit = now == request_parser::state::idle      ? settings_.idle_timeout
                     : now == request_parser::state::headers ? settings_.header_timeout
                                                             : settings_.body_timeout;
  loop_.timers().set(*this, std::chrono::steady_clock::now() + limit);
}

std::shared_ptr<exchange> session::defer() {
  deferred_ = true;
  return {shared_from_this(), static_cast<exchange*>(this)};
}

void session::respond(const response& answer) {
  if (state_ == state::ended)
    return; // Only after `defer`: the client, or the node, has gone.
  assert(!answered_ || close_after_);
  answered_ = true;
  const auto status = static_cast<boost::beast::http::status>(answer.status);
  const std::string_view reason = boost::beast::http::obsolete_reason(status);
  out_.append("HTTP/1.1 ");
  append_number(out_, answer.status);
  out_.append(" ").append(reason).append("\r\nDate: ").append(date_now()).append("\r\n");
  if (!answer.content_type.empty())
    out_.append("Content-Type: ").append(answer.content_type).append("\r\n");
  if (answer.status != 204) {
    out_.append("Content-Length: ");
    append_number(out_, answer.body.size());
    out_.append("\r\n");
  }
  if (!settings_.server_header.empty())
    out_.append("Server: ").append(settings_.server_header).append("\r\n");
  out_.append(answer.extra_headers);
  if (close_after_)
    out_.append("Connection: close\r\n");
  else if (what().version == 10)
    out_.append("Connection: keep-alive\r\n");
  out_.append("\r\n");
  if (what().method != boost::beast::http::verb::head)
    out_.append(answer.body);
  if (answer.status >= 400)
    loop_.counters().http_errors.add();
  loop_.actors().flush_later(*this);
  if (!std::exchange(deferred_, false))
    return;
  request_done();
  if (state_ == state::open) {
    set_timeout();
    if (unread_.empty())
      wait_readable();
  } else {
    // There was none while the answer was made: a client that doesn't take it is not kept.
    loop_.timers().set(*this, std::chrono::steady_clock::now() + settings_.idle_timeout);
  }
}

exchange::taken_over session::take_over() {
  answered_ = true;
  state_ = state::ended;
  // What was answered before on this connection goes first; it is short.
  write();
  net::timer_wheel::drop(*this);
  if (client::is_linked())
    client::unlink();
  if (flush_hook::is_linked())
    flush_hook::unlink();
  return {std::move(socket_), rest_, out_.substr(written_), std::move(entered_)};
}

void session::flush() { write(); }

void session::write() {
  if (socket_ == nullptr || write_blocked_)
    return;
  const auto self = shared_from_this();
  while (written_ < out_.size()) {
    const iovec piece{out_.data() + written_, out_.size() - written_};
    const auto wrote = socket_->write({&piece, 1});
    if (wrote.outcome == net::stream::status::would_block) {
      write_blocked_ = true;
      out_.erase(0, std::exchange(written_, 0));
      socket_->when_writable([self](boost::system::error_code failed) {
        self->write_blocked_ = false;
        if (!failed)
          self->write();
      });
      return;
    }
    if (wrote.outcome != net::stream::status::ok)
      return end();
    loop_.counters().bytes_sent.add(wrote.bytes);
    written_ += wrote.bytes;
  }
  written_ = 0;
  out_.clear();
  if (out_.capacity() > kept_capacity)
    std::string{}.swap(out_);
  if (state_ == state::last_answer) {
    linger();
  } else if (deferred_) {
    return;
  } else if (state_ == state::open && !unread_.empty()) {
    // In a turn of its own: a client that pipelines much does not hold up others.
    loop_.post([self] { self->process_unread(); });
  } else if (state_ == state::open) {
    wait_readable();
  }
}

void session::process_unread() {
  if (state_ != state::open || socket_ == nullptr || deferred_)
    return;
  const auto input = std::exchange(unread_, {});
  process(input);
  if (socket_ != nullptr)
    go_on_reading();
}

void session::linger() {
  state_ = state::lingering;
  socket_->shut_down_writing();
  loop_.timers().set(*this, std::chrono::steady_clock::now() + linger_time);
  wait_readable();
}

void session::expired(net::timer_wheel::time_point) {
  const auto self = shared_from_this();
  const auto idle = parser_.current_state() == request_parser::state::idle;
  if (state_ != state::open || idle || written_ != out_.size())
    return end();
  refuse(refusal::timeout);
  // A client that does not take its last answer either is not waited for.
  loop_.timers().set(*this, std::chrono::steady_clock::now() + linger_time);
}

void session::drain() {
  close_after_ = true;
  if (state_ != state::open || parser_.current_state() != request_parser::state::idle)
    return;
  state_ = state::last_answer;
  loop_.actors().flush_later(*this);
}

void session::cut_off() { end(); }

void session::end() {
  if (state_ == state::ended)
    return;
  state_ = state::ended;
  entered_ = {};
  net::timer_wheel::drop(*this);
  if (client::is_linked())
    client::unlink();
  if (flush_hook::is_linked())
    flush_hook::unlink();
  if (socket_ != nullptr)
    socket_->close();
}

} // namespace actormesh::http
