/// The link to another node.
#pragma once

#include "actors/link_flow.hpp"
#include "actors/loop.hpp"
#include "actors/mesh/wire.hpp"
#include "actors/messages.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace actormesh::mesh {

class peer_link;

/// One loop of the node, for those who send to it.
struct loop_ref {
  caf::strong_actor_ptr channels; ///< Its directory.
  loop* home = nullptr;
};

/// What happens on a link, told to the one who keeps them all. On CAF's multiplexer.
class peer_link_owner {
public:
  virtual void on_hello(peer_link& at, hello&& what) = 0;
  virtual void on_welcome(peer_link& at, welcome&& what) = 0;
  virtual void on_refuse(peer_link& at, const refuse& what) = 0;
  virtual void on_confirm(peer_link& at, confirm&& what) = 0;
  virtual void on_start(peer_link& at) = 0;
  virtual void on_peers(peers&& what) = 0;
  virtual void on_leave(peer_link& at) = 0;
  /// The other node has confirmed more of our interest.
  virtual void on_confirmed() = 0;
  /// We know everything the other node is interested in.
  virtual void on_their_snapshot() = 0;
  virtual void on_wants_snapshot(peer_link& at) = 0;
  virtual void on_ended(peer_link& at, wire_end why) = 0;

  /// A bit for each loop that wants the events of a channel.
  [[nodiscard]] virtual std::uint64_t loops_of(std::string_view channel) = 0;
  [[nodiscard]] virtual telemetry::loop_counters& counters() = 0;
  [[nodiscard]] virtual const std::vector<loop_ref>& loops() const = 0;

protected:
  ~peer_link_owner() = default;
};

/// One connection to another node: the peer link actor. From the first byte until everything that
/// was on its way has been handed over or counted as lost. Loops send their events for the node
/// straight to it.
class peer_link final : public wire {
public:
  enum class side : std::uint8_t { dialed, accepted };
  enum class phase : std::uint8_t { handshake, up, ended };

  struct traffic {
    std::uint64_t events = 0;
    std::uint64_t bytes = 0;
  };

  peer_link(caf::actor_config& cfg, peer_link_owner& owner, const options& how, side which);

  // -- handshake ----------------------------------------------------------------------------------

  [[nodiscard]] side which() const noexcept { return side_; }
  [[nodiscard]] phase state() const noexcept { return phase_; }
  [[nodiscard]] clock::time_point made() const noexcept { return made_; }

  /// Who is at the other end, as far as it has said.
  peer_info who;

  template <class Body> void say(Body body) { send(std::move(body)); }
  void refuse_and_end(refusal why, const std::string& text);
  [[nodiscard]] refusal refused() const noexcept { return refused_; }

  /// From now on it is the link to `who`, whose place in the masks of interest is `slot`.
  void go_up(peer_slot slot, std::size_t queue_bytes);

  // -- once it is up ------------------------------------------------------------------------------

  /// Tells everything this node is interested in, as of `version`.
  void tell_snapshot(std::vector<std::string> keys, std::uint64_t version);
  /// Tells one change.
  void tell_change(std::string key, bool gained, std::uint64_t version, std::size_t keys_now);

  /// The version of our interest that the node has confirmed.
  [[nodiscard]] std::uint64_t confirmed_version() const noexcept { return confirmed_version_; }
  [[nodiscard]] std::size_t confirmed_keys() const noexcept { return confirmed_keys_; }
  /// Whether all of the node's interest has taken effect here.
  [[nodiscard]] bool knows_theirs() const noexcept { return knows_theirs_; }
  [[nodiscard]] std::size_t their_keys() const noexcept { return their_keys_; }

  [[nodiscard]] peer_slot slot() const noexcept { return slot_; }
  [[nodiscard]] std::size_t queued_bytes() const noexcept { return flow_ ? flow_->waiting() : 0; }
  [[nodiscard]] traffic sent() const noexcept { return {events_sent_, bytes_sent()}; }
  [[nodiscard]] traffic received() const noexcept { return {events_received_, bytes_received()}; }

  /// Ends the link if the other node takes too long to confirm.
  void check_confirmation(clock::time_point now);

  /// Says goodbye once everything has been confirmed.
  void leave_when_done();

  const char* name() const override { return "actormesh.peer_link"; }

protected:
  caf::behavior make_behavior() override;
  bool on_frame(const frame_view& frame) override;
  void on_read_done() override;
  void on_writable() override { pump(); }
  void ended(wire_end why) override;

private:
  struct waiting_events {
    event_batch_ptr batch;
    std::size_t next = 0; ///< The first event that has not been written.
  };

  /// Interest that has been told and not confirmed.
  struct told_interest {
    std::uint64_t number = 0;
    std::uint64_t version = 0;
    std::size_t keys = 0;
  };

  bool on_handshake_frame(const frame_view& frame);
  bool on_link_frame(const frame_view& frame);
  bool on_interest(interest&& what);
  bool on_interest_seen(const mesh::interest_seen& what);
  bool on_events(const frame_view& frame);
  bool on_events_seen(const events_seen& what);
  void on_loop_saw(const actormesh::interest_seen& what);
  void on_route_events(const route_events& what);
  void on_released();

  void tell(interest&& what, std::uint64_t version, std::size_t keys);
  void pump();
  void write_events();
  void leave_if_done();

  peer_link_owner& owner_;
  options how_;
  side side_;
  phase phase_ = phase::handshake;
  clock::time_point made_ = clock::now();
  refusal refused_ = refusal::none;
  peer_slot slot_ = 0;
  link_flow_ptr flow_;

  // Out: events.
  std::deque<waiting_events> queue_;
  std::deque<std::uint32_t> unconfirmed_frames_; ///< How many events each carries.
  std::uint64_t frames_confirmed_ = 0;
  std::uint64_t events_sent_ = 0;

  // Out: interest.
  std::deque<interest> untold_;
  std::deque<told_interest> told_;
  std::uint64_t last_told_ = 0;
  clock::time_point confirmation_progress_;
  std::uint64_t confirmed_version_ = 0;
  std::size_t confirmed_keys_ = 0;

  // In: events.
  std::vector<route_events> inbound_; ///< By loop.
  std::uint64_t frames_received_ = 0;
  std::uint64_t frames_answered_ = 0;
  std::uint64_t events_received_ = 0;

  // In: interest.
  std::uint64_t last_heard_ = 0;     ///< Number of the last interest frame.
  std::uint64_t snapshot_until_ = 0; ///< Number of the frame that ended the snapshot.
  std::uint64_t seen_answered_ = 0;
  std::vector<std::uint64_t> seen_by_loop_;
  std::size_t their_keys_ = 0;
  bool heard_snapshot_ = false;
  bool wants_snapshot_ = false;
  bool knows_theirs_ = false;

  bool leaving_ = false;
  bool said_leave_ = false;
  std::size_t unreleased_ = 0; ///< Loops that may still send something.
};

/// Keeps a link alive. Null if made from nothing.
class peer_link_ptr {
public:
  peer_link_ptr() = default;
  explicit peer_link_ptr(peer_link* what)
    : handle_(what->ctrl())
    , object_(what) {}

  [[nodiscard]] peer_link* get() const noexcept { return object_; }
  peer_link* operator->() const noexcept { return object_; }
  explicit operator bool() const noexcept { return object_ != nullptr; }
  friend bool operator==(const peer_link_ptr& a, const peer_link_ptr& b) noexcept {
    return a.object_ == b.object_;
  }

private:
  caf::strong_actor_ptr handle_;
  peer_link* object_ = nullptr;
};

} // namespace actormesh::mesh
