#include "actors/mesh/peer_link.hpp"

#include "actors/loop_actor.hpp"
#include "telemetry/counters.hpp"
#include "telemetry/log.hpp"

#include <algorithm>
#include <bit>

namespace actormesh::mesh {

namespace {

namespace log = telemetry::log;
using telemetry::loss_reason;

/// Frames of events are closed when they have got this large.
constexpr std::size_t events_frame_size = 128 * 1024;

/// Parts of a snapshot.
constexpr std::size_t keys_per_part = 1'000;

/// How soon a link whose loops have too much to do looks again.
constexpr std::chrono::milliseconds overload_check{2};

/// What a batch takes in a frame beside its events, at most: the channel's key and a number.
constexpr std::size_t batch_overhead = 512;

/// What an event takes beside its payload, at most: its length.
constexpr std::size_t event_overhead = 10;

} // namespace

peer_link::peer_link(caf::actor_config& cfg, peer_link_owner& owner, const options& how, side which)
  : wire(cfg, how)
  , owner_(owner)
  , how_(how)
  , side_(which) {}

caf::behavior peer_link::make_behavior() {
  return caf::message_handler{
      [this](const route_events& what) { on_route_events(what); },
      [this](const actormesh::interest_seen& what) { on_loop_saw(what); },
      [this](const peer_released&) { on_released(); },
      [this](const look_again&) {
        if (phase_ == phase::up)
          resume_reading();
      },
  }
      .or_else(wire_behavior());
}

// -- handshake ------------------------------------------------------------------------------------

void peer_link::refuse_and_end(refusal why, const std::string& text) {
  refused_ = why;
  send(refuse{static_cast<std::uint8_t>(why), text});
  close_gracefully();
}

bool peer_link::on_frame(const frame_view& frame) {
  switch (phase_) {
  case phase::handshake:
    return on_handshake_frame(frame);
  case phase::up:
    return on_link_frame(frame);
  case phase::ended:
    break;
  }
  return true;
}

bool peer_link::on_handshake_frame(const frame_view& frame) {
  const auto hand_on = [&]<class Body>(std::optional<Body> body, auto&& handler) {
    if (!body)
      return false;
    handler(std::move(*body));
    return true;
  };
  const auto accepted = side_ == side::accepted;
  switch (frame.type) {
  case frame_type::hello: {
    if (!accepted || !who.name.empty())
      return false;
    const auto major = read_hello_version(frame.body);
    if (major && *major != protocol_major) {
      hello other;
      other.major = *major;
      owner_.on_hello(*this, std::move(other));
      return true;
    }
    return hand_on(read_frame<hello>(frame.body),
                   [this](hello&& body) { owner_.on_hello(*this, std::move(body)); });
  }
  case frame_type::confirm:
    if (!accepted || who.name.empty())
      return false;
    return hand_on(read_frame<confirm>(frame.body),
                   [this](confirm&& body) { owner_.on_confirm(*this, std::move(body)); });
  case frame_type::welcome:
    if (accepted || !who.name.empty())
      return false;
    return hand_on(read_frame<welcome>(frame.body),
                   [this](welcome&& body) { owner_.on_welcome(*this, std::move(body)); });
  case frame_type::start:
    if (accepted || who.name.empty())
      return false;
    owner_.on_start(*this);
    return true;
  case frame_type::refuse:
    if (accepted)
      return false;
    return hand_on(read_frame<refuse>(frame.body), [this](refuse&& body) {
      refused_ = static_cast<refusal>(body.why);
      owner_.on_refuse(*this, body);
      end(wire_end::refused);
    });
  default:
    return false;
  }
}

void peer_link::go_up(peer_slot slot, std::size_t queue_bytes) {
  phase_ = phase::up;
  slot_ = slot;
  flow_ = std::make_shared<link_flow>(queue_bytes);
  trust();
  const auto& loops = owner_.loops();
  inbound_.resize(loops.size());
  seen_by_loop_.resize(loops.size());
  for (const auto& each : loops)
    actormesh::tell(each.channels, ctrl(), peer_attached{slot, ctrl(), flow_});
}

// -- frames of a link -----------------------------------------------------------------------------

bool peer_link::on_link_frame(const frame_view& frame) {
  switch (frame.type) {
  case frame_type::events:
    return on_events(frame);
  case frame_type::events_seen:
    if (const auto body = read_frame<events_seen>(frame.body))
      return on_events_seen(*body);
    return false;
  case frame_type::interest:
    if (auto body = read_frame<interest>(frame.body))
      return on_interest(std::move(*body));
    return false;
  case frame_type::interest_seen:
    if (const auto body = read_frame<mesh::interest_seen>(frame.body))
      return on_interest_seen(*body);
    return false;
  case frame_type::peers:
    if (auto body = read_frame<peers>(frame.body)) {
      owner_.on_peers(std::move(*body));
      return true;
    }
    return false;
  case frame_type::leave:
    owner_.on_leave(*this);
    return true;
  default:
    return false;
  }
}

// -- events from the other node -------------------------------------------------------------------

bool peer_link::on_events(const frame_view& frame) {
  auto batches = read_events(frame.body, clock::now());
  if (!batches)
    return false;
  ++frames_received_;
  for (auto& batch : *batches) {
    events_received_ += batch->events().size();
    for (auto loops = owner_.loops_of(batch->channel()); loops != 0; loops &= loops - 1) {
      auto& to = inbound_[static_cast<std::size_t>(std::countr_zero(loops))];
      to.incoming_bytes += batch->footprint();
      to.batches.push_back(batch);
    }
  }
  return true;
}

void peer_link::on_read_done() {
  if (phase_ != phase::up)
    return;
  auto overloaded = false;
  const auto& loops = owner_.loops();
  for (std::size_t i = 0; i < inbound_.size(); ++i) {
    if (!inbound_[i].batches.empty()) {
      loops[i].home->incoming_bytes_changed(
          static_cast<std::ptrdiff_t>(inbound_[i].incoming_bytes));
      actormesh::tell(loops[i].channels, nullptr, std::exchange(inbound_[i], {}));
    }
    overloaded = overloaded || loops[i].home->overloaded();
  }
  if (frames_answered_ != frames_received_) {
    frames_answered_ = frames_received_;
    send(events_seen{frames_received_});
  }
  if (overloaded) {
    pause_reading();
    remind(*this, overload_check);
  }
}

// -- interest of the other node -------------------------------------------------------------------

bool peer_link::on_interest(interest&& what) {
  const auto begins = (what.flags & interest::snapshot_begins) != 0;
  if (!begins && (!heard_snapshot_ || what.number != last_heard_ + 1)) {
    if (!std::exchange(wants_snapshot_, true)) {
      log::warn("mesh peer skipped a change of its interest",
                {{"peer", who.name}, {"expected", last_heard_ + 1}, {"got", what.number}});
      send(mesh::interest_seen{0});
    }
    return true;
  }
  last_heard_ = what.number;
  if (begins) {
    heard_snapshot_ = true;
    wants_snapshot_ = false;
    their_keys_ = 0;
  }
  their_keys_ += what.gained.size();
  their_keys_ -= std::min(their_keys_, what.lost.size());
  const auto ends = (what.flags & interest::snapshot_ends) != 0;
  if (ends)
    snapshot_until_ = what.number;
  auto part = std::make_shared<peer_interest_part>();
  part->snapshot_begins = begins;
  part->snapshot_ends = ends;
  part->gained = std::move(what.gained);
  part->lost = std::move(what.lost);
  for (const auto& each : owner_.loops())
    actormesh::tell(each.channels, ctrl(), peer_interest{slot_, what.number, part});
  return true;
}

void peer_link::on_loop_saw(const actormesh::interest_seen& what) {
  if (phase_ != phase::up)
    return;
  seen_by_loop_[what.loop] = what.ticket;
  const auto seen = *std::ranges::min_element(seen_by_loop_);
  if (seen <= seen_answered_)
    return;
  seen_answered_ = seen;
  send(mesh::interest_seen{seen});
  if (!knows_theirs_ && snapshot_until_ != 0 && seen >= snapshot_until_) {
    knows_theirs_ = true;
    owner_.on_their_snapshot();
  }
}

// -- interest of this node ------------------------------------------------------------------------

void peer_link::tell_snapshot(std::vector<std::string> keys, std::uint64_t version) {
  const auto total = keys.size();
  untold_.clear();
  told_.clear();
  std::size_t next = 0;
  do {
    interest part;
    part.flags = next == 0 ? interest::snapshot_begins : 0;
    const auto end = std::min(total, next + keys_per_part);
    for (; next < end; ++next)
      part.gained.push_back(std::move(keys[next]));
    const auto last = next == total;
    if (last)
      part.flags |= interest::snapshot_ends;
    tell(std::move(part), last ? version : 0, last ? total : next);
  } while (next < total);
}

void peer_link::tell_change(std::string key, bool gained, std::uint64_t version,
                            std::size_t keys_now) {
  interest change;
  (gained ? change.gained : change.lost).push_back(std::move(key));
  tell(std::move(change), version, keys_now);
}

void peer_link::tell(interest&& what, std::uint64_t version, std::size_t keys) {
  if (told_.empty())
    confirmation_progress_ = clock::now();
  what.number = ++last_told_;
  told_.push_back({what.number, version, keys});
  untold_.push_back(std::move(what));
  pump();
}

bool peer_link::on_interest_seen(const mesh::interest_seen& what) {
  if (what.number == 0) {
    owner_.on_wants_snapshot(*this);
    return true;
  }
  if (what.number > last_told_)
    return false;
  auto news = false;
  while (!told_.empty() && told_.front().number <= what.number) {
    if (told_.front().version != 0)
      confirmed_version_ = told_.front().version;
    confirmed_keys_ = told_.front().keys;
    told_.pop_front();
    news = true;
  }
  confirmation_progress_ = clock::now();
  if (news)
    owner_.on_confirmed();
  return true;
}

void peer_link::check_confirmation(clock::time_point now) {
  if (phase_ == phase::up && !told_.empty() &&
      now - confirmation_progress_ >= how_.heartbeat_timeout)
    end(wire_end::suspect);
}

// -- events to the other node ---------------------------------------------------------------------

void peer_link::on_route_events(const route_events& what) {
  if (phase_ != phase::up) {
    for (const auto& batch : what.batches)
      owner_.counters().lost(loss_reason::peer_down).add(batch->events().size());
    return;
  }
  for (const auto& batch : what.batches)
    queue_.push_back({batch, 0});
  pump();
}

void peer_link::pump() {
  if (phase_ != phase::up || !has_room())
    return;
  while (has_room() && !untold_.empty()) {
    append_frame(output(), std::move(untold_.front()));
    untold_.pop_front();
  }
  while (has_room() && !queue_.empty())
    write_events();
  flush_output();
  leave_if_done();
}

void peer_link::write_events() {
  auto& out = output();
  const auto place = begin_frame(out, frame_type::events);
  const auto limit = std::min(events_frame_size, how_.frame_bytes);
  std::uint32_t written = 0;
  while (!queue_.empty()) {
    auto& [batch, next] = queue_.front();
    const auto& events = batch->events();
    auto size = out.size() - place + batch_overhead;
    auto end = next;
    for (; end < events.size(); ++end) {
      const auto alone = written == 0 && end == next;
      size += events[end]->payload().size() + event_overhead;
      if (size > (alone ? how_.frame_bytes : limit))
        break;
    }
    if (end != next) {
      append_events(out, batch->channel(), std::span{events}.subspan(next, end - next));
      written += static_cast<std::uint32_t>(end - next);
      next = end;
    } else if (written == 0) {
      // Even alone it is larger than a frame may be.
      owner_.counters().lost(loss_reason::too_large).add();
      ++next;
    } else {
      break; // The next frame begins with it.
    }
    if (next == events.size()) {
      flow_->take(batch->footprint());
      queue_.pop_front();
    }
  }
  if (written == 0) {
    out.resize(place);
    return;
  }
  end_frame(out, place);
  events_sent_ += written;
  unconfirmed_frames_.push_back(written);
}

bool peer_link::on_events_seen(const events_seen& what) {
  if (what.frames < frames_confirmed_ ||
      what.frames - frames_confirmed_ > unconfirmed_frames_.size())
    return false;
  for (; frames_confirmed_ < what.frames; ++frames_confirmed_)
    unconfirmed_frames_.pop_front();
  leave_if_done();
  return true;
}

// -- the end --------------------------------------------------------------------------------------

void peer_link::leave_when_done() {
  leaving_ = true;
  leave_if_done();
}

void peer_link::leave_if_done() {
  if (!leaving_ || phase_ != phase::up || flow_->waiting() != 0 || !unconfirmed_frames_.empty() ||
      std::exchange(said_leave_, true))
    return;
  send(leave{}); // The other node closes: closing here could cost it what it has not read.
}

void peer_link::ended(wire_end why) {
  const auto was_up = std::exchange(phase_, phase::ended) == phase::up;
  auto& counters = owner_.counters();
  for (const auto& each : std::exchange(queue_, {}))
    counters.lost(loss_reason::peer_down).add(each.batch->events().size() - each.next);
  for (const auto events : std::exchange(unconfirmed_frames_, {}))
    counters.lost(loss_reason::peer_unconfirmed).add(events);
  untold_.clear();
  told_.clear();
  if (was_up) {
    // What the loops have sent until they hear of it still comes here, and is counted.
    unreleased_ = owner_.loops().size();
    for (const auto& each : owner_.loops())
      actormesh::tell(each.channels, ctrl(), peer_detached{slot_});
  }
  owner_.on_ended(*this, why);
  if (!was_up)
    tell_to_exit(ctrl());
}

void peer_link::on_released() {
  if (--unreleased_ == 0)
    tell_to_exit(ctrl());
}

} // namespace actormesh::mesh
