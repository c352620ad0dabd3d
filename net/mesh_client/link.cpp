#include "net/mesh_client/link.hpp"

#include "actors/loop_actor.hpp"
#include "telemetry/log.hpp"

#include <utility>
#include <variant>

namespace actormesh::mesh_client {

namespace {

namespace log = telemetry::log;
using mesh::client_turn;
using mesh::frame_type;
using mesh::wire_end;
using telemetry::loss_reason;

/// Answers that wait for a client that does not read them: beyond this its requests wait too.
constexpr std::size_t pause_at_answers = 256 * 1024;

/// Requests that wait for the loop: beyond this the others wait in the client.
constexpr std::size_t pause_at_requests = 4 * 1024 * 1024;

/// What a request takes in memory beside its frame.
constexpr std::size_t request_overhead = 128;

/// How long a client that was told goodbye has to close the connection.
constexpr std::chrono::seconds leave_timeout{2};

} // namespace

link::link(caf::actor_config& cfg, link_owner& owner, options how)
  : wire(cfg, how.connection)
  , owner_(&owner)
  , how_(std::move(how))
  , flow_(std::make_shared<link_flow>(how_.queue_bytes))
  , out_(how_.queue_bytes, *how_.counters) {}

void link::start(wire& from, service::arrival&& who, std::optional<auth::credentials> shown,
                 edge_context& loop, mesh::welcome&& greeting) {
  name_ = who.who().id;
  half_ = std::make_shared<loop_half>(loop_half{loop, {}, nullptr});
  auto how = std::make_shared<edge::options>(
      edge::options{std::move(who), std::move(shown), caf::strong_actor_ptr{ctrl()}, flow_});
  loop.loop.post([half = half_, how = std::move(how)] {
    const auto& limits = how->who.to()->settings().limits;
    half->actor =
        spawn_on<connection>(half->loop.loop.actors(),
                             connection::limits{limits.subscriptions, limits.publishes_per_second},
                             connection::address{how->who.who().id, how->who.who().remote});
    auto made = std::make_unique<edge>(half->loop, *half->actor.object, std::move(*how));
    half->wire = made.get();
    half->actor.object->begin(std::move(made));
    half->wire->start();
    if (half->loop.stopping)
      half->wire->drain();
  });
  take_over(from);
  trust();
  send(std::move(greeting));
  go_on();
}

caf::behavior link::make_behavior() {
  return caf::message_handler{
      [this](const mesh::client_output& what) { on_output(*what.what); },
      [this](const mesh::client_released&) {
        half_ = nullptr;
        tell_to_exit(ctrl());
      },
  }
      .or_else(wire_behavior());
}

// -- from the client ------------------------------------------------------------------------------

bool link::on_frame(const mesh::frame_view& frame) {
  switch (frame.type) {
  case frame_type::client_request: {
    auto asked = mesh::read_frame<mesh::client_request>(frame.body);
    if (!asked)
      return false;
    requests_bytes_ += frame.body.size() + request_overhead;
    requests_.push_back(std::move(*asked));
    return true;
  }
  case frame_type::leave:
    end(wire_end::left);
    return true;
  default:
    return false;
  }
}

void link::on_read_done() {
  if (requests_.empty())
    return;
  const auto bytes = std::exchange(requests_bytes_, 0);
  unhandled_bytes_ += bytes;
  half_->loop.loop.post([half = half_, what = std::exchange(requests_, {}), bytes]() mutable {
    if (auto* at = half->alive())
      at->handle(std::move(what), bytes);
  });
  bound_reading();
}

void link::bound_reading() {
  const auto too_much =
      unhandled_bytes_ > pause_at_requests || out_.answer_bytes() > pause_at_answers;
  if (too_much == reading_paused_)
    return;
  reading_paused_ = too_much;
  paused_since_ = clock::now();
  if (too_much)
    pause_reading();
  else
    resume_reading();
}

// -- to the client --------------------------------------------------------------------------------

void link::on_output(client_turn& what) {
  unhandled_bytes_ -= what.request_bytes;
  if (!open())
    return discard(what);
  auto refused = what.ending == client_turn::end::slow_consumer;
  for (auto& each : what.items) {
    if (auto* answer = std::get_if<mesh::client_answer>(&each)) {
      out_.push(std::move(*answer));
    } else if (const auto* losses = std::get_if<mesh::client_losses>(&each)) {
      out_.push(*losses);
    } else {
      const auto& events = std::get<mesh::client_events>(each);
      flow_->take(events.batch->footprint());
      if (refused)
        how_.counters->lost(loss_reason::slow_consumer_disconnected)
            .add(events.batch->events().size());
      else
        refused = out_.push(events) == outbox::status::refused;
    }
  }
  if (refused) {
    loss_ = loss_reason::slow_consumer_disconnected;
    log::info("client is too slow", {{"client", name_}});
    return end(wire_end::ours);
  }
  leaving_ = leaving_ || what.ending == client_turn::end::going_away;
  pump();
  bound_reading();
}

void link::discard(const client_turn& what) {
  for (const auto& each : what.items) {
    if (const auto* events = std::get_if<mesh::client_events>(&each)) {
      flow_->take(events->batch->footprint());
      how_.counters->lost(loss_).add(events->batch->events().size());
    }
  }
}

void link::pump() {
  if (!has_room())
    return;
  auto& to = output();
  while (has_room() && !out_.empty()) {
    const auto before = to.size();
    const auto events = out_.write(to, how_.connection.frame_bytes);
    appended_ += to.size() - before;
    if (events != 0)
      written_.push_back({appended_, events});
  }
  flush_output();
  say_leave();
}

void link::say_leave() {
  if (!leaving_ || !out_.empty() || std::exchange(said_leave_, true))
    return;
  left_at_ = clock::now();
  send(mesh::leave{}); // The client closes: closing here could cost it what it has not read.
}

void link::on_writable() {
  count_bytes();
  if (all_written())
    other_bytes_ = bytes_sent() - std::min(bytes_sent(), appended_);
  while (!written_.empty() && written_.front().end + other_bytes_ <= bytes_sent()) {
    how_.counters->deliveries.add(written_.front().events);
    written_.pop_front();
  }
  pump();
  bound_reading();
}

void link::count_bytes() {
  how_.counters->bytes_sent.add(bytes_sent() - counted_bytes_);
  counted_bytes_ = bytes_sent();
}

void link::tell_peer(const mesh::peer_info& who) { send(mesh::peers{{who}}); }

// -- time and the end -----------------------------------------------------------------------------

void link::look(clock::time_point now) {
  if (said_leave_ && now - left_at_ >= leave_timeout)
    return end(wire_end::ours);
  // It sends, but does not read what it is answered.
  if (reading_paused_ && out_.answer_bytes() > pause_at_answers &&
      now - paused_since_ >= how_.connection.heartbeat_timeout) {
    loss_ = loss_reason::slow_consumer_disconnected;
    return end(wire_end::ours);
  }
  check(now);
}

void link::cut_off() {
  owner_ = nullptr;
  loss_ = loss_reason::drain_timeout;
  end(wire_end::ours);
}

void link::ended(wire_end why) {
  for (const auto& each : std::exchange(written_, {}))
    how_.counters->lost(loss_).add(each.events);
  out_.abandon(loss_);
  count_bytes();
  requests_.clear();
  log::info("client connection ended", {{"client", name_}, {"reason", to_string(why)}});
  half_->loop.loop.post([half = half_, to = caf::strong_actor_ptr{ctrl()}] {
    if (auto* at = half->alive())
      at->link_gone();
    else
      tell(to, nullptr, mesh::client_released{});
  });
  if (owner_ != nullptr)
    owner_->on_ended(*this, why);
}

} // namespace actormesh::mesh_client
