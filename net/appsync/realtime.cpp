#include "net/appsync/realtime.hpp"

#include "actors/channel_path.hpp"
#include "net/appsync/format.hpp"
#include "net/appsync/later.hpp"
#include "net/appsync/publish.hpp"
#include "net/appsync/subscribe.hpp"
#include "net/websocket/deflate.hpp"
#include "net/websocket/framer.hpp"
#include "telemetry/log.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace actormesh::appsync {

namespace {

namespace log = telemetry::log;
using std::chrono::steady_clock;

/// A client that is refused is told when it says something, since amplify-js does not listen
/// earlier; one that says nothing is told after this time.
constexpr std::chrono::seconds refusal_delay{1};

/// What a client that is refused says is not looked at: longer messages are not collected.
constexpr std::size_t refused_message_bytes = 16 * 1024;

std::string make_tail(std::string_view payload) {
  std::string tail;
  append_data_tail(tail, payload);
  return tail;
}

} // namespace

void realtime_context::apply(api_table_ptr served, const config::websocket_settings& changed) {
  apis = std::move(served);
  settings = changed;
  sockets.message_bytes = changed.message_bytes;
  sockets.queue_bytes = changed.queue_bytes;
  sockets.message_timeout = changed.message_timeout;
  sockets.close_timeout = changed.close_timeout;
}

realtime_edge::realtime_edge(realtime_context& context, connection& owner,
                             std::unique_ptr<net::stream> socket, options how)
  : context_(context)
  , owner_(owner)
  , socket_(context.loop, owner, *this,
            {.settings = context.sockets, .below = std::move(socket), .deflate = how.deflate})
  , api_(std::move(how.what))
  , admitted_(std::move(how.admitted))
  , entered_(std::move(how.entered))
  , started_(steady_clock::now())
  , next_keep_alive_(started_ + context.settings.keep_alive_interval)
  , refused_(how.refused) {
  context_.loop.counters().connections.add();
  context_.loop.add(*this);
}

realtime_edge::~realtime_edge() { context_.loop.counters().connections.sub(); }

void realtime_edge::start(std::string_view response, std::string_view rest,
                          const access::decision& who) {
  if (who.later) {
    set_timer();
    wait_for(who.later, [this](const auth::answer& got) {
      refused_ = error_of(got.outcome);
      connected(got);
    });
  } else {
    connected(who.now);
  }
  socket_.start(response, rest);
}

void realtime_edge::on_text(std::string_view text) {
  if (refused_ != error::none)
    return refuse();
  on_operation(context_.parser.parse_frame(
      text, {.events_per_publish = api_->settings().limits.events_per_publish}));
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
  socket_.send(context_.text);
}

void realtime_edge::on_connection_init() {
  context_.text.clear();
  append_connection_ack(context_.text, context_.settings.connection_timeout);
  socket_.send(context_.text);
  // At once: amplify-js counts from when its module was loaded and would drop the connection.
  context_.text.clear();
  append_keep_alive(context_.text);
  socket_.send(context_.text);
}

// -- authorization --------------------------------------------------------------------------------

void realtime_edge::wait_for(const std::function<void(auth::answer_handler)>& later,
                             std::function<void(const auth::answer&)> then) {
  socket_.pause();
  answer_on_loop(context_.loop, owner_, api_, later,
                 [this, then = std::move(then)](const auth::answer& got) {
                   if (socket_.is_open())
                     then(got);
                   socket_.resume();
                 });
}

/// It is known whether the client may stay.
void realtime_edge::connected(const auth::answer& got) {
  // Refused clients have their place until they are gone: they would come without end.
  if (refused_ == error::none) {
    entered_ = {};
  } else {
    denied_ = std::make_unique<const std::string>(got.detail);
    socket_.limit_messages(std::min(context_.settings.message_bytes, refused_message_bytes));
  }
  const auto result = connect_result_of(refused_);
  count_verdict(context_.loop.counters(), got.outcome);
  note(*api_, {audit::action::connect}, refused_, got.who.get(), from());
  context_.loop.counters().connected(result).add();
  owner_.who(got.who);
  set_timer();
  log::info("connection opened", {{"connection", owner_.id()},
                                  {"api", api_->id()},
                                  {"remote", owner_.remote().to_string()},
                                  {"tls", socket_.is_tls()},
                                  {"result", to_string(result)}});
}

void realtime_edge::on_channel_operation(operation&& what) {
  const auto publishes = what.type == operation_type::publish;
  const auto received = steady_clock::now();
  if (publishes && !owner_.may_publish(received)) {
    count_publish(context_.loop.counters(), error::rate_limited);
    context_.text.clear();
    append_operation_error(context_.text, "publish_error", what.id, error::rate_limited);
    return socket_.send(context_.text);
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
    socket_.close(close_reason::unauthorized);
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
  socket_.send(context_.text);
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
  socket_.send(context_.text);
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
  socket_.send(context_.text);
  slow_down_guesser(outcome.problem);
}

void realtime_edge::refuse() {
  context_.text.clear();
  stated_details details;
  details.denied = *denied_;
  append_connection_error(context_.text, refused_, details);
  socket_.send(context_.text);
  const auto credentials = connect_result_of(refused_) == telemetry::connect_result::unauthorized;
  socket_.close(credentials ? close_reason::unauthorized : close_reason::refused);
}

// -- what the connection actor says ---------------------------------------------------------------

void realtime_edge::subscribed(const subscription& what) {
  context_.text.clear();
  append_subscribe_success(context_.text, what.id);
  socket_.send(context_.text);
}

void realtime_edge::deliver(const subscription& what, const event_batch& batch) {
  socket_.deliver(what, batch, [this](const event& one) -> websocket::shared_part {
    if (!socket_.deflate() || one.payload().size() < context_.settings.compression_threshold)
      return {one.form(wire_form::appsync_text, make_tail), websocket::text_message};
    return {
        one.form(wire_form::appsync_deflated,
                 [](std::string_view text) { return websocket::deflate_tail(make_tail(text)); }),
        websocket::compressed_text_message};
  });
}

void realtime_edge::settings_changed() {
  if (!socket_.is_open())
    return;
  auto fresh = context_.apis->find(api_->id());
  if (fresh == nullptr)
    return socket_.close(close_reason::going_away); // The API is no longer served.
  api_ = std::move(fresh);
  const auto& limits = api_->settings().limits;
  owner_.change_limits({limits.subscriptions, limits.publishes_per_second});
  socket_.settings_changed();
}

// -- time and the end -----------------------------------------------------------------------------

void realtime_edge::set_timer() {
  if (refused_ != error::none)
    return context_.loop.timers().set(*this, started_ + refusal_delay);
  auto next = std::min(next_keep_alive_, started_ + context_.settings.connection_lifetime);
  if (const auto ends = token_end()) {
    const auto left = *ends - std::chrono::system_clock::now();
    next = std::min(next, steady_clock::now() + std::chrono::ceil<std::chrono::milliseconds>(left));
  }
  context_.loop.timers().set(*this, next);
}

std::optional<std::chrono::system_clock::time_point> realtime_edge::token_end() const {
  const auto* who = owner_.who();
  return who != nullptr && who->close_on_expiry ? who->expires : std::nullopt;
}

void realtime_edge::expired(net::timer_wheel::time_point now) {
  if (!socket_.is_open())
    return; // The rest is the socket's.
  if (refused_ != error::none)
    return refuse();
  if (now - started_ >= context_.settings.connection_lifetime)
    return socket_.close(close_reason::lifetime_over);
  if (const auto ends = token_end(); ends && std::chrono::system_clock::now() >= *ends)
    return socket_.close(close_reason::token_expired);
  if (now < next_keep_alive_)
    return set_timer();
  context_.text.clear();
  append_keep_alive(context_.text);
  next_keep_alive_ = now + context_.settings.keep_alive_interval;
  set_timer();
  socket_.send(context_.text);
}

void realtime_edge::drain() { socket_.close(close_reason::going_away); }

void realtime_edge::cut_off() { socket_.cut_off(); }

void realtime_edge::on_closed(close_reason why) {
  net::timer_wheel::drop(*this);
  if (client::is_linked())
    client::unlink();
  admitted_ = {};
  entered_ = {};
  note(*api_, {audit::action::disconnect}, error::none, owner_.who(), from());
  log::info("connection closed",
            {{"connection", owner_.id()}, {"api", api_->id()}, {"reason", to_string(why)}});
  owner_.closed();
}

} // namespace actormesh::appsync
