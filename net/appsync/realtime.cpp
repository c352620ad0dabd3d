#include "net/appsync/realtime.hpp"

#include "net/appsync/addresses.hpp"
#include "net/appsync/format.hpp"
#include "net/websocket/deflate.hpp"
#include "net/websocket/framer.hpp"
#include "service/notes.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace actormesh::appsync {

namespace {

using std::chrono::steady_clock;

/// A client that is refused is told when it says something, since amplify-js does not listen
/// earlier; one that says nothing is told after this time.
constexpr std::chrono::seconds refusal_delay{1};

/// What a client that is refused says is not looked at: longer messages are not collected.
constexpr std::size_t refused_message_bytes = 16 * 1024;

constexpr wire_form text_tail{};     ///< The shared part of a `data` frame.
constexpr wire_form deflated_tail{}; ///< The same, compressed.

std::string make_tail(std::string_view payload) {
  std::string tail;
  append_data_tail(tail, payload);
  return tail;
}

} // namespace

void realtime_context::apply(service::tenant_table_ptr served,
                             const config::websocket_settings& changed) {
  tenants = std::move(served);
  settings = changed;
  sockets.message_bytes = changed.message_bytes;
  sockets.queue_bytes = changed.queue_bytes;
  sockets.message_timeout = changed.message_timeout;
  sockets.close_timeout = changed.close_timeout;
}

realtime_edge::realtime_edge(realtime_context& context, connection& owner,
                             websocket::socket::options socket, service::arrival&& who)
  : context_(context)
  , owner_(owner)
  , socket_(context.loop, owner, *this, std::move(socket))
  , guard_(context.loop, owner, *this, std::move(who))
  , started_(steady_clock::now())
  , next_keep_alive_(started_ + context.settings.keep_alive_interval) {
  context_.loop.counters().connections.add();
  context_.loop.add(*this);
}

realtime_edge::~realtime_edge() { context_.loop.counters().connections.sub(); }

void realtime_edge::start(std::string_view response, std::string_view rest) {
  set_timer();
  guard_.begin();
  socket_.start(response, rest);
}

void realtime_edge::on_decided() {
  if (guard_.refused() == failure::none)
    return;
  socket_.limit_messages(std::min(context_.settings.message_bytes, refused_message_bytes));
  set_timer();
}

void realtime_edge::on_text(std::string_view text) {
  if (guard_.refused() != failure::none)
    return refuse();
  on_operation(context_.parser.parse_frame(
      text, {.events_per_publish = guard_.to()->settings().limits.events_per_publish}));
}

// -- operations -----------------------------------------------------------------------------------

void realtime_edge::on_operation(operation&& what) {
  switch (what.type) {
  case operation_type::connection_init:
    return on_connection_init();
  case operation_type::subscribe:
    return subscribe(std::move(what));
  case operation_type::publish:
    return publish(std::move(what));
  case operation_type::unsubscribe:
    return unsubscribe(what);
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

void realtime_edge::subscribe(operation&& what) {
  const auto id = what.id;
  service::subscribe_request asked{std::move(what),
                                   {id, std::make_shared<const std::string>(data_prefix(id))}};
  const auto over = signed_over(*guard_.to(), asked, context_.path);
  // The success is told when the barrier has been reached.
  service::subscribe(guard_.site(), guard_.turn(), std::move(asked), over,
                     [this, id](const service::subscribe_outcome& outcome) {
                       if (outcome.problem != failure::none)
                         fail("subscribe_error", id, outcome.problem, outcome.detail);
                     });
}

void realtime_edge::unsubscribe(const operation& what) {
  auto problem = what.problem;
  if (problem == failure::none && !owner_.unsubscribe(what.id))
    problem = failure::unknown_subscription;
  if (problem != failure::none)
    return fail("unsubscribe_error", what.id, problem, {});
  context_.text.clear();
  append_unsubscribe_success(context_.text, what.id);
  socket_.send(context_.text);
}

void realtime_edge::publish(operation&& what) {
  auto id = std::move(what.id);
  service::publish_request asked{std::move(what), steady_clock::now()};
  const auto over = signed_over(*guard_.to(), asked, context_.path);
  service::publish(guard_.site(), guard_.turn(), std::move(asked), over,
                   [this, id = std::move(id)](const service::publish_outcome& outcome) {
                     if (outcome.problem != failure::none)
                       return fail("publish_error", id, outcome.problem, outcome.detail);
                     context_.text.clear();
                     append_publish_success(context_.text, id, outcome.entries,
                                            details_of(*guard_.to(), {}));
                     socket_.send(context_.text);
                   });
}

void realtime_edge::fail(std::string_view kind, std::string_view id, failure problem,
                         std::string_view detail) {
  context_.text.clear();
  append_operation_error(context_.text, kind, id, problem, details_of(*guard_.to(), detail));
  socket_.send(context_.text);
  // Who guesses has to connect anew for each guess beyond the limit, which is limited too.
  if (problem == failure::throttled)
    close(close_reason::unauthorized);
}

/// What waits for somebody's word is not carried out any more.
void realtime_edge::close(close_reason why) {
  guard_.turn().cancel();
  socket_.close(why);
}

void realtime_edge::refuse() {
  const auto why = guard_.refused();
  context_.text.clear();
  append_connection_error(context_.text, why, details_of(*guard_.to(), guard_.detail()));
  socket_.send(context_.text);
  const auto credentials =
      service::connect_result_of(why) == telemetry::connect_result::unauthorized;
  close(credentials ? close_reason::unauthorized : close_reason::refused);
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
      return {one.form(text_tail, make_tail), websocket::text_message};
    return {
        one.form(deflated_tail,
                 [](std::string_view text) { return websocket::deflate_tail(make_tail(text)); }),
        websocket::compressed_text_message};
  });
}

void realtime_edge::settings_changed() {
  if (!socket_.is_open())
    return;
  if (!guard_.refresh(*context_.tenants))
    return close(close_reason::going_away); // The API is no longer served.
  socket_.settings_changed();
}

// -- time and the end -----------------------------------------------------------------------------

void realtime_edge::set_timer() {
  const auto due =
      guard_.refused() != failure::none
          ? started_ + refusal_delay
          : std::min(next_keep_alive_, started_ + context_.settings.connection_lifetime);
  context_.loop.timers().set(*this, due);
}

void realtime_edge::expired(net::timer_wheel::time_point now) {
  if (!socket_.is_open())
    return; // The rest is the socket's.
  if (guard_.refused() != failure::none)
    return refuse();
  if (now - started_ >= context_.settings.connection_lifetime)
    return close(close_reason::lifetime_over);
  if (now < next_keep_alive_)
    return set_timer();
  context_.text.clear();
  append_keep_alive(context_.text);
  next_keep_alive_ = now + context_.settings.keep_alive_interval;
  set_timer();
  socket_.send(context_.text);
}

void realtime_edge::on_closed(close_reason why) {
  net::timer_wheel::drop(*this);
  if (client::is_linked())
    client::unlink();
  guard_.end(why);
  owner_.closed();
}

} // namespace actormesh::appsync
