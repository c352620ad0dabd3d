#include "net/appsync/realtime.hpp"

#include "actors/channel_path.hpp"
#include "net/appsync/format.hpp"
#include "net/appsync/later.hpp"
#include "net/appsync/publish.hpp"
#include "net/appsync/subscribe.hpp"
#include "net/websocket/deflate.hpp"
#include "telemetry/log.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstring>
#include <utility>

namespace actormesh::appsync {

namespace {

namespace log = telemetry::log;
using std::chrono::steady_clock;
using telemetry::loss_reason;
using websocket::close_code;

/// Replies that wait for a client that doesn't read them: beyond this, its frames wait too.
constexpr std::size_t pause_reading_at = 256 * 1024;

/// A client that is refused is told when it says something, since amplify-js does not listen
/// earlier; one that says nothing is told after this time.
constexpr std::chrono::seconds refusal_delay{1};

/// What a client that is refused says is not looked at: longer messages are not collected.
constexpr std::size_t refused_message_bytes = 16 * 1024;

std::size_t message_bytes(const config::websocket_settings& settings, error refused) {
  return refused == error::none ? settings.message_bytes
                                : std::min(settings.message_bytes, refused_message_bytes);
}

close_code code_of(close_reason why) noexcept {
  switch (why) {
  case close_reason::going_away:
  case close_reason::drain_timeout:
    return close_code::going_away;
  case close_reason::protocol_error:
    return close_code::protocol_error;
  case close_reason::message_timeout:
    return close_code::policy_violation;
  default:
    // AWS closes with 1000 even after failures; clients do not look at the code.
    return close_code::normal;
  }
}

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

constexpr wire_form text_tail{};     ///< The shared part of a `data` frame.
constexpr wire_form deflated_tail{}; ///< The same, compressed.

std::string make_tail(std::string_view payload) {
  std::string tail;
  append_data_tail(tail, payload);
  return tail;
}

} // namespace

realtime_edge::realtime_edge(realtime_context& context, connection& owner,
                             std::unique_ptr<net::stream> socket, options how)
  : context_(context)
  , owner_(owner)
  , socket_(std::move(socket))
  , api_(std::move(how.what))
  , admitted_(std::move(how.admitted))
  , entered_(std::move(how.entered))
  , reader_({message_bytes(context.settings, how.refused), how.deflate})
  , out_(*socket_, context.loop.buffers(), context.loop.counters(), context.settings.queue_bytes)
  , connection_id_(std::move(how.connection_id))
  , started_(steady_clock::now())
  , next_keep_alive_(started_ + context.settings.keep_alive_interval)
  , remote_(how.remote)
  , deciding_later_(std::move(how.deciding))
  , refused_(how.refused)
  , deflate_(how.deflate) {
  context_.loop.counters().connections.add();
  context_.loop.add(*this);
}

realtime_edge::~realtime_edge() { context_.loop.counters().connections.sub(); }

void realtime_edge::start(std::string_view response, std::string_view rest,
                          const auth::answer& who) {
  if (!deciding_later_)
    connected(refused_, who);
  set_timer();
  if (!out_.append_raw(response))
    return end(close_reason::client_gone);
  context_.loop.actors().flush_later(*this);
  if (deciding_later_)
    wait_for(std::exchange(deciding_later_, {}),
             [this](const auth::answer& got) { on_connect_decided(got); });
  if (!rest.empty()) {
    std::string copy{rest};
    take(copy);
  }
  wait_readable();
}

// -- reading --------------------------------------------------------------------------------------

void realtime_edge::wait_readable() {
  if (reading_ || deciding_ || state_ == state::ended)
    return;
  reading_ = true;
  socket_->when_readable(
      [this, keep = caf::strong_actor_ptr{owner_.ctrl()}](boost::system::error_code failed) {
        if (failed || owner_.wire() == nullptr)
          return;
        reading_ = false;
        if (state_ != state::ended)
          on_readable();
      });
}

void realtime_edge::on_readable() {
  const auto buffer = context_.loop.read_buffer();
  const auto got = socket_->read(buffer);
  switch (got.outcome) {
  case net::stream::status::would_block:
    return wait_readable();
  case net::stream::status::ended:
  case net::stream::status::failed:
    return end(state_ == state::open ? close_reason::client_gone : why_);
  case net::stream::status::ok:
    break;
  }
  context_.loop.counters().bytes_received.add(got.bytes);
  take(buffer.first(got.bytes));
  if (out_.queued_own_bytes() < pause_reading_at)
    wait_readable();
}

void realtime_edge::take(std::span<char> input) {
  while (!input.empty() && state_ != state::ended && !broken_input_) {
    if (deciding_) {
      unread_.assign(input.data(), input.size());
      break;
    }
    const auto step = reader_.next(input);
    input = input.subspan(step.consumed);
    if (step.error != websocket::read_error::none) {
      context_.loop.counters().protocol_errors.add();
      log::debug("refused a frame",
                 {{"connection", connection_id_}, {"error", websocket::to_string(step.error)}});
      // The rest is read and thrown away: closing with unread input would cost the client the close
      // code.
      broken_input_ = true;
      if (state_ == state::open)
        begin_close(close_reason::protocol_error, websocket::close_code_of(step.error));
      return;
    }
    if (step.complete)
      on_message(*step.complete);
  }
  // An idle connection does not hold on to the last message.
  reader_.next({});
  if (state_ == state::open && !watched_ && reader_.unfinished()) {
    watch_message();
    set_timer();
  }
}

/// Whether a message is late is looked at when the timer says so, not for each message: under load
/// there is nearly always one that has begun.
void realtime_edge::watch_message() {
  watched_ = reader_.unfinished();
  message_due_ = steady_clock::now() + context_.settings.message_timeout;
}

bool realtime_edge::is_message_late(net::timer_wheel::time_point now) {
  if (!watched_ || now < message_due_)
    return false;
  // While somebody is asked about an operation, nothing is read.
  if (!deciding_ && reader_.unfinished() == watched_)
    return true;
  watch_message();
  return false;
}

void realtime_edge::on_message(const websocket::message& what) {
  if (what.kind == websocket::opcode::close) {
    if (state_ == state::open)
      begin_close(close_reason::client_closed,
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
  case websocket::opcode::ping:
    if (!out_.append_control(websocket::opcode::pong, what.payload))
      return end(close_reason::slow_consumer);
    context_.loop.actors().flush_later(*this);
    return;
  case websocket::opcode::text:
    if (refused_ != error::none)
      return refuse();
    return on_operation(context_.parser.parse_frame(
        what.payload, {.events_per_publish = api_->settings().limits.events_per_publish}));
  default:
    return;
  }
}

// -- operations -----------------------------------------------------------------------------------

void realtime_edge::on_operation(operation&& what) {
  switch (what.type) {
  case operation_type::connection_init:
    return on_connection_init();
  case operation_type::subscribe:
  case operation_type::publish:
    return on_channel_operation(std::move(what));
  case operation_type::unsubscribe:
    return on_unsubscribe(what);
  case operation_type::unknown:
    break;
  }
  context_.loop.counters().protocol_errors.add();
  context_.text.clear();
  append_error(context_.text, what.id, what.problem);
  reply(context_.text);
}

void realtime_edge::on_connection_init() {
  context_.text.clear();
  append_connection_ack(context_.text, context_.settings.connection_timeout);
  reply(context_.text);
  // At once: amplify-js counts from when its module was loaded and would drop the connection.
  context_.text.clear();
  append_keep_alive(context_.text);
  reply(context_.text);
}

// -- authorization --------------------------------------------------------------------------------

void realtime_edge::wait_for(const std::function<void(auth::answer_handler)>& later,
                             std::function<void(const auth::answer&)> then) {
  deciding_ = true;
  answer_on_loop(context_.loop, owner_, api_, later,
                 [this, then = std::move(then)](const auth::answer& got) {
                   deciding_ = false;
                   if (state_ == state::open)
                     then(got);
                   auto rest = std::exchange(unread_, {});
                   take(rest);
                   wait_readable();
                 });
}

void realtime_edge::on_connect_decided(const auth::answer& got) {
  refused_ = error_of(got.outcome);
  // It has read nothing yet.
  if (refused_ != error::none)
    reader_ = websocket::message_reader{{message_bytes(context_.settings, refused_), deflate_}};
  connected(refused_, got);
  set_timer();
}

void realtime_edge::connected(error outcome, const auth::answer& got) {
  // Refused clients have their place until they are gone: they would come without end.
  if (outcome == error::none)
    entered_ = {};
  count_verdict(context_.loop.counters(), got.outcome);
  note(*api_, {audit::action::connect}, outcome, got.who.get(), from());
  context_.loop.counters().connected(connect_result_of(outcome)).add();
  denied_ = got.detail;
  who_ = got.who;
  if (got.who != nullptr && got.who->close_on_expiry)
    expires_ = got.who->expires;
  log::info("connection opened", {{"connection", connection_id_},
                                  {"api", api_->id()},
                                  {"remote", remote_.to_string()},
                                  {"tls", socket_->is_tls()},
                                  {"result", to_string(connect_result_of(outcome))}});
}

void realtime_edge::on_channel_operation(operation&& what) {
  const auto publishes = what.type == operation_type::publish;
  const auto received = steady_clock::now();
  if (publishes && !owner_.may_publish(received)) {
    count_publish(context_.loop.counters(), error::rate_limited);
    context_.text.clear();
    append_operation_error(context_.text, "publish_error", what.id, error::rate_limited);
    return reply(context_.text);
  }
  auto known = prepare(*api_, what);
  auto asked = ask(*api_, what, known, from(), {api_->publish_path()});
  if (!asked.later)
    return publishes ? publish(std::move(what), known, asked.now, received)
                     : subscribe(what, known, asked.now);
  auto waiting =
      std::make_shared<std::pair<operation, prepared>>(std::move(what), std::move(known));
  wait_for(asked.later, [this, publishes, received, waiting, api = api_](const auth::answer& got) {
    publishes ? publish(std::move(waiting->first), waiting->second, got, received)
              : subscribe(waiting->first, waiting->second, got);
  });
}

/// Who guesses has to connect anew for each guess beyond the limit, which is limited too.
void realtime_edge::slow_down_guesser(error problem) {
  if (problem == error::throttled)
    close(close_reason::unauthorized);
}

void realtime_edge::subscribe(const operation& what, const prepared& known,
                              const auth::answer& got) {
  auto prefix = std::make_shared<const std::string>(data_prefix(what.id));
  const auto problem = appsync::subscribe(context_.loop.counters(), *api_, what, known, got, from(),
                                          {owner_, what.id, std::move(prefix)});
  // The success is told when the barrier has been reached.
  if (problem == error::none)
    return;
  context_.text.clear();
  stated_details details;
  details.denied = got.detail;
  append_operation_error(context_.text, "subscribe_error", what.id, problem, details);
  reply(context_.text);
  slow_down_guesser(problem);
}

void realtime_edge::on_unsubscribe(const operation& what) {
  auto problem = what.problem;
  if (problem == error::none && !owner_.unsubscribe(what.id))
    problem = error::unknown_subscription;
  context_.text.clear();
  if (problem == error::none)
    append_unsubscribe_success(context_.text, what.id);
  else
    append_operation_error(context_.text, "unsubscribe_error", what.id, problem);
  reply(context_.text);
}

void realtime_edge::publish(operation&& what, const prepared& known, const auth::answer& got,
                            steady_clock::time_point received) {
  const auto id = what.id;
  const auto& limits = api_->settings().limits;
  const auto outcome =
      appsync::publish(context_.loop, *api_, std::move(what), known, got, from(), received);
  const stated_details details{limits.events_per_publish, limits.event_bytes, got.detail};
  context_.text.clear();
  if (outcome.problem == error::none)
    append_publish_success(context_.text, id, outcome.entries, details);
  else
    append_operation_error(context_.text, "publish_error", id, outcome.problem, details);
  reply(context_.text);
  slow_down_guesser(outcome.problem);
}

void realtime_edge::reply(std::string_view text) {
  if (state_ != state::open)
    return;
  if (!out_.append_text(text))
    return end(close_reason::slow_consumer);
  context_.loop.actors().flush_later(*this);
}

void realtime_edge::refuse() {
  context_.text.clear();
  stated_details details;
  details.denied = denied_;
  append_connection_error(context_.text, refused_, details);
  reply(context_.text);
  const auto credentials = connect_result_of(refused_) == telemetry::connect_result::unauthorized;
  if (state_ == state::open)
    begin_close(credentials ? close_reason::unauthorized : close_reason::refused,
                close_code::normal);
}

// -- what the connection actor says ---------------------------------------------------------------

void realtime_edge::subscribed(const subscription& what) {
  context_.text.clear();
  append_subscribe_success(context_.text, what.id);
  reply(context_.text);
}

void realtime_edge::deliver(const subscription& what, const event_batch& batch) {
  const auto& events = batch.events();
  if (state_ != state::open)
    return context_.loop.counters().lost(loss_reason::connection_closed).add(events.size());
  for (std::size_t i = 0; i < events.size(); ++i) {
    const auto& one = events[i];
    const auto payload = one->payload();
    const std::string* tail = nullptr;
    auto deflated = websocket::compressed::no;
    if (deflate_ && payload.size() >= context_.settings.compression_threshold) {
      deflated = websocket::compressed::yes;
      tail = &one->form(deflated_tail, [](std::string_view text) {
        return websocket::deflate_tail(make_tail(text));
      });
    } else {
      tail = &one->form(text_tail, make_tail);
    }
    switch (out_.append_event({what.edge_data, one, *tail, deflated}, what.policy)) {
    case net::outbound_queue::event_status::taken:
      break;
    case net::outbound_queue::event_status::refused:
      context_.loop.counters()
          .lost(loss_reason::slow_consumer_disconnected)
          .add(events.size() - i - 1);
      return end(close_reason::slow_consumer);
    case net::outbound_queue::event_status::failed:
      context_.loop.counters().lost(loss_reason::connection_closed).add(events.size() - i);
      return end(close_reason::client_gone);
    }
  }
  context_.loop.actors().flush_later(*this);
}

void realtime_edge::turn_ended() {
  if (flush_hook::is_linked()) {
    flush_hook::unlink();
    flush();
  }
}

void realtime_edge::settings_changed() {
  if (state_ != state::open)
    return;
  auto fresh = context_.apis->find(api_->id());
  if (fresh == nullptr)
    return close(close_reason::going_away); // The API is no longer served.
  api_ = std::move(fresh);
  const auto& limits = api_->settings().limits;
  owner_.change_limits({limits.subscriptions, limits.publishes_per_second});
  out_.limit(context_.settings.queue_bytes);
}

// -- writing --------------------------------------------------------------------------------------

void realtime_edge::flush() {
  if (state_ == state::ended || write_blocked_)
    return;
  switch (out_.write()) {
  case net::outbound_queue::write_status::done:
    return sent_everything();
  case net::outbound_queue::write_status::more:
    return context_.loop.actors().flush_later(*this);
  case net::outbound_queue::write_status::failed:
    return end(state_ == state::open ? close_reason::client_gone : why_);
  case net::outbound_queue::write_status::blocked:
    break;
  }
  write_blocked_ = true;
  // A client that is slow to take events may still have something to say.
  if (out_.queued_own_bytes() < pause_reading_at)
    wait_readable();
  socket_->when_writable(
      [this, keep = caf::strong_actor_ptr{owner_.ctrl()}](boost::system::error_code failed) {
        if (failed || owner_.wire() == nullptr)
          return;
        write_blocked_ = false;
        flush();
      });
}

void realtime_edge::sent_everything() {
  if (state_ == state::closing) {
    state_ = state::half_ended;
    if (why_ == close_reason::client_closed || peer_closed_)
      return end(why_);
    socket_->shut_down_writing();
  }
  wait_readable();
}

// -- time and the end -----------------------------------------------------------------------------

void realtime_edge::set_timer() {
  if (refused_ != error::none)
    return context_.loop.timers().set(*this, started_ + refusal_delay);
  auto next = std::min(next_keep_alive_, started_ + context_.settings.connection_lifetime);
  if (watched_)
    next = std::min(next, message_due_);
  if (expires_) {
    const auto left = *expires_ - std::chrono::system_clock::now();
    next = std::min(next, steady_clock::now() + std::chrono::ceil<std::chrono::milliseconds>(left));
  }
  context_.loop.timers().set(*this, next);
}

void realtime_edge::expired(net::timer_wheel::time_point now) {
  if (state_ != state::open)
    return end(state_ == state::closing && why_ == close_reason::going_away
                   ? close_reason::drain_timeout
                   : close_reason::close_timeout);
  if (refused_ != error::none)
    return refuse();
  if (now - started_ >= context_.settings.connection_lifetime)
    return close(close_reason::lifetime_over);
  if (expires_ && std::chrono::system_clock::now() >= *expires_)
    return close(close_reason::token_expired);
  if (is_message_late(now)) {
    context_.loop.counters().protocol_errors.add();
    return close(close_reason::message_timeout);
  }
  if (now < next_keep_alive_)
    return set_timer();
  context_.text.clear();
  append_keep_alive(context_.text);
  next_keep_alive_ = now + context_.settings.keep_alive_interval;
  set_timer();
  reply(context_.text);
}

void realtime_edge::drain() { close(close_reason::going_away); }

void realtime_edge::cut_off() {
  const auto told =
      state_ == state::half_ended || (state_ == state::closing && why_ != close_reason::going_away);
  end(told ? why_ : close_reason::drain_timeout);
}

void realtime_edge::close(close_reason why) {
  if (state_ == state::open)
    begin_close(why, code_of(why));
}

void realtime_edge::begin_close(close_reason why, close_code code) {
  state_ = state::closing;
  why_ = why;
  const auto number = static_cast<std::uint16_t>(code);
  const std::array<char, 2> payload{static_cast<char>(number >> 8),
                                    static_cast<char>(number & 0xFF)};
  if (!out_.append_control(websocket::opcode::close, {payload.data(), payload.size()}))
    return end(why);
  context_.loop.timers().set(*this, steady_clock::now() + context_.settings.close_timeout);
  context_.loop.actors().flush_later(*this);
}

void realtime_edge::end(close_reason why) {
  if (state_ == state::ended)
    return;
  state_ = state::ended;
  out_.abandon(loss_of(why));
  net::timer_wheel::drop(*this);
  if (client::is_linked())
    client::unlink();
  if (flush_hook::is_linked())
    flush_hook::unlink();
  socket_->close();
  admitted_ = {};
  entered_ = {};
  note(*api_, {audit::action::disconnect}, error::none, who_.get(), from());
  log::info("connection closed",
            {{"connection", connection_id_}, {"api", api_->id()}, {"reason", to_string(why)}});
  owner_.closed();
}

} // namespace actormesh::appsync
