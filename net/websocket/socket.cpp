#include "net/websocket/socket.hpp"

#include "telemetry/log.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <limits>
#include <utility>

namespace actormesh::websocket {

namespace {

namespace log = telemetry::log;
using std::chrono::steady_clock;
using telemetry::loss_reason;

/// Messages that wait for a peer that doesn't read them: beyond this, what it says waits too.
constexpr std::size_t pause_reading_at = 256 * 1024;

loss_reason loss_of(close_reason why) noexcept {
  switch (why) {
  case close_reason::slow_consumer:
    return loss_reason::slow_consumer_disconnected;
  case close_reason::drain_timeout:
    return loss_reason::drain_timeout;
  default:
    return loss_reason::connection_closed;
  }
}

} // namespace

void upper_layer::on_binary(std::string_view) {}

close_code upper_layer::code_of(close_reason why) const noexcept { return close_code_of(why); }

close_code close_code_of(close_reason why) noexcept {
  switch (why) {
  case close_reason::going_away:
  case close_reason::drain_timeout:
    return close_code::going_away;
  case close_reason::protocol_error:
    return close_code::protocol_error;
  case close_reason::message_timeout:
    return close_code::policy_violation;
  default:
    // What went wrong has been said in a message of the protocol.
    return close_code::normal;
  }
}

socket::socket(net::event_loop& loop, connection& owner, upper_layer& above, options how)
  : loop_(loop)
  , owner_(owner)
  , above_(above)
  , settings_(how.settings)
  , below_(std::move(how.below))
  , reader_({settings_.message_bytes, how.deflate, how.binary})
  , out_({*below_, message_framer, loop.buffers(), loop.counters()}, settings_.queue_bytes)
  , deflate_(how.deflate) {}

socket::~socket() = default;

void socket::start(std::string_view response, std::string_view rest) {
  if (settings_.ping_interval.count() != 0) {
    ping_due_ = steady_clock::now() + settings_.ping_interval;
    set_timer();
  }
  if (!out_.append_raw(response))
    return end(close_reason::client_gone);
  loop_.actors().flush_later(*this);
  if (!rest.empty()) {
    std::string copy{rest};
    take(copy);
  }
  read_on();
}

// -- reading --------------------------------------------------------------------------------------

void socket::read_on() {
  if (reading_ || pauses_ != 0 || state_ == state::ended ||
      out_.queued_own_bytes() >= pause_reading_at)
    return;
  reading_ = true;
  below_->when_readable(
      [this, keep = caf::strong_actor_ptr{owner_.ctrl()}](boost::system::error_code failed) {
        if (failed || owner_.wire() == nullptr)
          return;
        reading_ = false;
        // A pause may have begun since, with input that has to come first.
        if (state_ != state::ended && pauses_ == 0)
          on_readable();
      });
}

void socket::on_readable() {
  const auto buffer = loop_.read_buffer();
  const auto got = below_->read(buffer);
  switch (got.outcome) {
  case net::stream::status::would_block:
    return read_on();
  case net::stream::status::ended:
  case net::stream::status::failed:
    return end(state_ == state::open ? close_reason::client_gone : why_);
  case net::stream::status::ok:
    break;
  }
  heard_ = true;
  loop_.counters().bytes_received.add(got.bytes);
  take(buffer.first(got.bytes));
  read_on();
}

void socket::take(std::span<char> input) {
  while (!input.empty() && state_ != state::ended && !broken_input_) {
    if (pauses_ != 0) {
      unread_ = std::make_unique<std::string>(input.data(), input.size());
      break;
    }
    const auto step = reader_.next(input);
    input = input.subspan(step.consumed);
    if (step.error != read_error::none)
      refuse(step.error);
    else if (step.complete)
      on_message(*step.complete);
  }
  // An idle connection does not hold on to the last message.
  reader_.next({});
  if (state_ == state::open && !watched_ && reader_.unfinished()) {
    watch_message(steady_clock::now());
    set_timer();
  }
}

/// The rest is read and thrown away: closing with unread input would cost the peer the close code.
void socket::refuse(read_error why) {
  loop_.counters().protocol_errors.add();
  log::debug("refused a frame", {{"connection", owner_.id()}, {"error", to_string(why)}});
  broken_input_ = true;
  close(close_reason::protocol_error, close_code_of(why));
}

void socket::on_message(const message& what) {
  if (what.kind == opcode::close) {
    if (state_ == state::open)
      close(close_reason::client_closed,
            what.code == close_code::none ? close_code::normal : what.code);
    else if (state_ == state::half_ended)
      end(why_);
    else
      peer_closed_ = true;
    return;
  }
  if (state_ != state::open)
    return; // After our close frame nothing is answered any more.
  switch (what.kind) {
  case opcode::ping:
    return send(kind_of(opcode::pong), what.payload);
  case opcode::text:
    return above_.on_text(what.payload);
  case opcode::binary:
    return above_.on_binary(what.payload);
  default:
    return;
  }
}

void socket::pause() noexcept {
  if (state_ != state::open)
    return;
  assert(pauses_ < std::numeric_limits<decltype(pauses_)>::max());
  ++pauses_;
}

void socket::resume() {
  if (pauses_ != 0 && --pauses_ == 0)
    go_on();
}

void socket::go_on() {
  if (const auto waiting = std::exchange(unread_, nullptr))
    take(*waiting);
  read_on();
}

/// Whether a message is late is looked at when the timer says so, not for each message: under load
/// there is nearly always one that has begun.
void socket::watch_message(time_point now) {
  watched_ = reader_.unfinished();
  message_due_ = now + settings_.message_timeout;
}

bool socket::is_message_late(time_point now) {
  if (!watched_ || now < message_due_)
    return false;
  // During a pause nothing is read.
  if (pauses_ == 0 && reader_.unfinished() == watched_)
    return true;
  watch_message(now);
  return false;
}

// -- writing --------------------------------------------------------------------------------------

void socket::send(net::frame_kind kind, std::string_view payload) {
  if (state_ != state::open)
    return;
  if (!out_.append(kind, payload))
    return end(close_reason::slow_consumer);
  loop_.actors().flush_later(*this);
}

void socket::lose(std::size_t events) {
  loop_.counters().lost(loss_reason::connection_closed).add(events);
}

/// The queue has counted the event that it refused, and nothing behind it.
void socket::give_up(net::outbound_queue::event_status why, std::size_t events) {
  if (why == net::outbound_queue::event_status::failed) {
    lose(events);
    return end(close_reason::client_gone);
  }
  loop_.counters().lost(loss_reason::slow_consumer_disconnected).add(events - 1);
  end(close_reason::slow_consumer);
}

void socket::turn_ended() {
  if (flush_hook::is_linked()) {
    flush_hook::unlink();
    flush();
  }
}

void socket::flush() {
  if (state_ == state::ended || write_blocked_)
    return;
  switch (out_.write()) {
  case net::outbound_queue::write_status::done:
    return sent_everything();
  case net::outbound_queue::write_status::more:
    return loop_.actors().flush_later(*this);
  case net::outbound_queue::write_status::failed:
    return end(state_ == state::open ? close_reason::client_gone : why_);
  case net::outbound_queue::write_status::blocked:
    break;
  }
  write_blocked_ = true;
  // A peer that is slow to take events may still have something to say.
  read_on();
  below_->when_writable(
      [this, keep = caf::strong_actor_ptr{owner_.ctrl()}](boost::system::error_code failed) {
        if (failed || owner_.wire() == nullptr)
          return;
        write_blocked_ = false;
        heard_ = true; // It has taken something.
        flush();
      });
}

void socket::sent_everything() {
  if (state_ == state::closing) {
    state_ = state::half_ended;
    if (why_ == close_reason::client_closed || peer_closed_)
      return end(why_);
    below_->shut_down_writing();
  }
  read_on();
}

// -- time and the end -----------------------------------------------------------------------------

/// While it is open. The close time-out is set once.
void socket::set_timer() {
  auto next = time_point::max();
  if (watched_)
    next = message_due_;
  if (settings_.ping_interval.count() != 0)
    next = std::min(next, ping_due_);
  if (next != time_point::max())
    loop_.timers().set(*this, next);
}

void socket::expired(time_point now) {
  if (state_ != state::open)
    return end(state_ == state::closing && why_ == close_reason::going_away
                   ? close_reason::drain_timeout
                   : close_reason::close_timeout);
  if (is_message_late(now)) {
    loop_.counters().protocol_errors.add();
    return close(close_reason::message_timeout);
  }
  if (settings_.ping_interval.count() != 0 && now >= ping_due_)
    check_peer(now);
  if (state_ == state::open)
    set_timer();
}

/// From a ping to its deadline, anything that comes from the peer will do.
void socket::check_peer(time_point now) {
  if (!std::exchange(pinged_, !pinged_)) {
    heard_ = false;
    ping_due_ = now + settings_.pong_timeout;
    return send(kind_of(opcode::ping), {});
  }
  ping_due_ = now + settings_.ping_interval - settings_.pong_timeout;
  // While nothing is read, nothing can be heard. If the loop is late, the answer is there already.
  const auto is_silent = [this] { return !heard_ && reading_ && pauses_ == 0; };
  if (is_silent())
    on_readable();
  if (state_ == state::open && is_silent())
    end(close_reason::ping_timeout);
}

void socket::close(close_reason why, close_code code) {
  if (state_ != state::open)
    return;
  state_ = state::closing;
  why_ = why;
  const auto number = static_cast<std::uint16_t>(code);
  const std::array<char, 2> payload{static_cast<char>(number >> 8),
                                    static_cast<char>(number & 0xFF)};
  out_.append_last(kind_of(opcode::close), {payload.data(), payload.size()});
  loop_.timers().set(*this, steady_clock::now() + settings_.close_timeout);
  loop_.actors().flush_later(*this);
  if (std::exchange(pauses_, std::uint8_t{0}) != 0)
    go_on();
}

void socket::cut_off() {
  const auto told =
      state_ == state::half_ended || (state_ == state::closing && why_ != close_reason::going_away);
  end(told ? why_ : close_reason::drain_timeout);
}

void socket::end(close_reason why) {
  if (state_ == state::ended)
    return;
  state_ = state::ended;
  unread_ = nullptr;
  out_.abandon(loss_of(why));
  net::timer_wheel::drop(*this);
  if (flush_hook::is_linked())
    flush_hook::unlink();
  below_->close();
  above_.on_closed(why);
}

} // namespace actormesh::websocket
