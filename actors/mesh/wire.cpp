#include "actors/mesh/wire.hpp"

#include "actors/loop_actor.hpp"
#include "actors/messages.hpp"
#include "telemetry/log.hpp"

#include <caf/io/receive_policy.hpp>
#include <caf/send.hpp>

namespace actormesh::mesh {

namespace {

namespace log = telemetry::log;

constexpr std::size_t read_size = 64 * 1024;

/// What is appended to the write buffer while it holds less than this. What waits beyond waits in
/// the queues, where it is counted, and where frames are made as large as is worth it.
constexpr std::size_t write_buffer_size = 256 * 1024;

/// What may wait in the write buffer beside events: answers to what a peer has sent.
constexpr std::size_t max_unread_answers = 4 * write_buffer_size;

std::uint64_t to_number(wire::clock::time_point when) noexcept {
  return static_cast<std::uint64_t>(when.time_since_epoch().count());
}

} // namespace

const char* to_string(wire_end why) noexcept {
  switch (why) {
  case wire_end::closed:
    return "closed by the other side";
  case wire_end::silent:
    return "silent for too long";
  case wire_end::malformed:
    return "sent what cannot be understood";
  case wire_end::suspect:
    return "did not confirm in time";
  case wire_end::unread:
    return "does not read";
  case wire_end::refused:
    return "refused";
  case wire_end::left:
    return "left";
  case wire_end::replaced:
    return "replaced by another connection";
  case wire_end::ours:
    break;
  }
  return "ended here";
}

void remind(caf::io::broker& who, std::chrono::milliseconds after) {
  caf::delayed_anon_send(caf::actor_cast<caf::actor>(who.ctrl()), after, look_again{});
}

wire::wire(caf::actor_config& cfg, const options& how)
  : caf::io::broker(cfg)
  , how_(how)
  , reader_(std::min(how.frame_bytes, max_handshake_frame))
  , last_received_(clock::now())
  , last_ping_(clock::now()) {}

caf::message_handler wire::wire_behavior() {
  return {
      [this](const caf::io::new_data_msg& what) { on_bytes(what.buf); },
      [this](const caf::io::data_transferred_msg& what) {
        bytes_sent_ += what.written;
        unwritten_ = what.remaining;
        if (scribe_ != nullptr && has_room())
          on_writable();
      },
      [this](const caf::io::connection_closed_msg&) { end(wire_end::closed); },
      [](const caf::io::connection_passivated_msg&) {},
  };
}

void wire::begin(mesh_scribe_ptr scribe) {
  scribe_ = std::move(scribe);
  remote_host_ = scribe_->remote_host();
  add_scribe(scribe_);
  scribe_->configure_read(caf::io::receive_policy::at_most(read_size));
  scribe_->ack_writes(true);
}

void wire::take_over(wire& other) {
  scribe_ = std::move(other.scribe_);
  other.scribe_ = nullptr;
  other.ended_ = true;
  move_scribe(other.take(scribe_->hdl()));
  reader_ = std::move(other.reader_);
  remote_host_ = other.remote_host_;
  last_received_ = clock::now();
  tell_to_exit(other.ctrl());
}

bool wire::has_room() const {
  return scribe_ != nullptr && scribe_->wr_buf().size() < write_buffer_size;
}

bool wire::all_written() const {
  return scribe_ == nullptr || (unwritten_ == 0 && scribe_->wr_buf().empty());
}

void wire::check(clock::time_point now) {
  if (scribe_ == nullptr)
    return;
  if (paused_)
    last_received_ = now;
  if (now - last_received_ >= how_.heartbeat_timeout)
    return end(wire_end::silent);
  if (now - last_ping_ >= how_.heartbeat_interval) {
    last_ping_ = now;
    send(ping{to_number(now)});
  }
}

void wire::end(wire_end why) {
  if (std::exchange(ended_, true))
    return;
  if (const auto scribe = std::exchange(scribe_, nullptr)) {
    tls_failure_ = scribe->tls_failure();
    scribe->cut();
  }
  ended(why);
}

void wire::close_gracefully() {
  if (std::exchange(ended_, true))
    return;
  if (const auto scribe = std::exchange(scribe_, nullptr)) {
    scribe->flush();
    scribe->graceful_shutdown();
  }
  ended(wire_end::ours);
}

void wire::pause_reading() {
  if (scribe_ != nullptr && !std::exchange(paused_, true))
    scribe_->halt();
}

void wire::resume_reading() {
  if (!std::exchange(paused_, false) || scribe_ == nullptr)
    return;
  last_received_ = clock::now();
  scribe_->trigger();
}

void wire::on_bytes(const caf::byte_buffer& bytes) {
  if (scribe_ == nullptr)
    return;
  last_received_ = clock::now();
  bytes_received_ += bytes.size();
  reader_.feed(caf::make_span(bytes));
  handle_frames();
  // Events wait elsewhere; these are answers, which whoever does not read them can have no end of.
  if (scribe_ != nullptr && scribe_->wr_buf().size() > how_.frame_bytes + max_unread_answers)
    end(wire_end::unread);
}

void wire::handle_frames() {
  frame_view frame;
  for (;;) {
    // A frame may be the one after which another wire goes on, or nobody.
    if (scribe_ == nullptr)
      return;
    const auto got = reader_.next(frame);
    if (got == frame_reader::status::need_more)
      break;
    if (got == frame_reader::status::malformed)
      return end(wire_end::malformed);
    if (frame.type == frame_type::ping) {
      if (const auto asked = read_frame<ping>(frame.body); asked && has_room())
        send(pong{asked->number});
    } else if (frame.type == frame_type::pong) {
      if (const auto answer = read_frame<pong>(frame.body))
        round_trip_ = std::chrono::duration_cast<std::chrono::microseconds>(
            clock::duration{static_cast<clock::rep>(to_number(clock::now()) - answer->number)});
    } else if (!on_frame(frame)) {
      log::debug("mesh frame cannot be understood", {{"type", static_cast<unsigned>(frame.type)}});
      return end(wire_end::malformed);
    }
  }
  on_read_done();
}

} // namespace actormesh::mesh
