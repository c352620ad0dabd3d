/// Finds the channels of a loop, and knows which other loops want which events.
#pragma once

#include "actors/channel.hpp"
#include "actors/loop_actor.hpp"
#include "actors/messages.hpp"

#include <boost/container_hash/hash.hpp>
#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace actormesh {

/// The name of a channel or pattern within a node: `<api><path>`, e.g. `prod/default/orders`.
/// `path` is canonical (see `channel_path`); an API's id has no slash.
[[nodiscard]] std::string make_channel_key(std::string_view api, std::string_view path);

/// One directory a loop. Loops are to each other what nodes of a mesh are: each holds the channels
/// its own connections use, tells the others what it has subscribers for, and gets an event once,
/// and only if it has. Other nodes are further places an event may have to go to; what they are
/// interested in comes from their links.
class directory final : public loop_actor {
public:
  struct limits {
    std::size_t channels = 4'000'000;   ///< On this loop, idle ones included.
    std::size_t idle_channels = 10'000; ///< Kept for those who publish again soon.
    std::chrono::milliseconds idle_time{5'000};
  };

  enum class interest : bool { lost, gained };

  directory(caf::actor_config& cfg, loop& home, limits lim);

  /// The directories of all loops, by index; this one's own place is not looked at. Before any loop
  /// runs.
  void connect(std::vector<caf::strong_actor_ptr> all);

  /// Makes the node part of a mesh: `hub` is told of all interest too, and answers when the mesh
  /// knows. Before any loop runs.
  void connect_mesh(caf::strong_actor_ptr hub, std::shared_ptr<const mesh_standing> standing);

  // -- for publishers and connections of this loop ------------------------------------------------

  /// Sends events to their channel, which is made if it isn't there. False if there are too many
  /// channels, a loop or the link to a node that wants the events cannot keep up, or the node has
  /// not joined its mesh: then nothing was sent.
  [[nodiscard]] bool publish(event_batch_ptr batch);

  struct membership {
    channel_id channel = 0;
    caf::strong_actor_ptr handle;
  };

  /// Makes `who` a subscriber: it gets `joined` with the number `join` when that holds on all
  /// loops. Nothing if there are too many channels.
  [[nodiscard]] std::optional<membership> join(std::string_view key, caf::strong_actor_ptr who,
                                               std::uint64_t join);

  void leave(const membership& what, caf::strong_actor_ptr who);

  // -- for the channels of this loop --------------------------------------------------------------

  /// Tells other loops and nodes that a channel or pattern got its first or lost its last
  /// subscriber.
  /// Returns the ticket that `channel::interest_confirmed` will be called with (for `gained`).
  std::uint64_t announce(channel& what, interest how);

  struct route {
    std::vector<channel*> patterns; ///< Of this loop, with subscribers.
    std::uint64_t loops = 0;        ///< A bit for each other loop that wants the events.
    std::uint64_t nodes = 0;        ///< A bit for each other node that does, by `peer_slot`.
  };

  /// Where events of a channel go beside its own subscribers. Holds until `generation` changes.
  [[nodiscard]] route route_of(std::string_view key);
  [[nodiscard]] std::uint64_t generation() const noexcept { return generation_; }

  /// Puts a batch into what goes to another loop at the end of the fan-out.
  void route(std::size_t to, event_batch_ptr batch);

  /// Puts a batch into what goes to another node; if that has no link now, its events are lost.
  void route_to_node(peer_slot to, event_batch_ptr batch);
  void send_routed();

  /// Whether one of these nodes has so much to take that nothing more should be published to it.
  [[nodiscard]] bool any_full(std::uint64_t nodes) const noexcept;

  void now_idle(channel& what);
  void no_longer_idle(channel& what);

  // -- for the loop -------------------------------------------------------------------------------

  /// Ends the channels that have been idle for long. To be called about once a second.
  void sweep(std::chrono::steady_clock::time_point now);

  /// Ends all channels.
  void clear();

  /// Tells the mesh that everything published here is on its way, if that is so. Returns whether it
  /// is. For a node that stops, once there are no publishers left.
  [[nodiscard]] bool tell_mesh_if_quiet();

  [[nodiscard]] std::size_t size() const noexcept { return channels_.size(); }

  const char* name() const override { return "actormesh.directory"; }

protected:
  caf::behavior make_behavior() override;
  void on_exit() override;

private:
  struct text_hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
      return boost::hash<std::string_view>{}(text);
    }
  };
  template <class T>
  using text_map = boost::unordered_flat_map<std::string, T, text_hash, std::equal_to<>>;

  using channel_entry = spawned<channel>;

  struct unconfirmed_interest {
    caf::strong_actor_ptr keep; ///< The channel, as long as answers may come.
    channel* what = nullptr;
    std::size_t answers_missing = 0;
  };

  void on_interest_change(const interest_change& what);
  void on_interest_seen(const interest_seen& what);
  void on_route_events(const route_events& what);
  void on_peer_interest(const peer_interest& what);
  void forget_interest(peer_slot of);

  channel_entry* find(std::string_view key);
  channel_entry* find_or_make(std::string_view key);
  void end(channel& what);

  /// Who wants the events of a channel, or of the channels of a pattern.
  struct interest_bits {
    std::uint64_t loops = 0;
    std::uint64_t nodes = 0;
  };

  struct node_entry {
    caf::strong_actor_ptr link; ///< Null while there is none.
    link_flow_ptr flow;
    route_events outbox;
    std::size_t outbox_bytes = 0;
    /// While a snapshot of the node's interest comes in: what was in it so far.
    std::unique_ptr<boost::unordered_flat_set<std::string>> snapshot;
  };

  limits limits_;
  std::vector<caf::strong_actor_ptr> peers_; ///< By loop; null for this one.
  std::vector<const loop*> other_loops_;
  std::size_t peer_count_ = 0;
  text_map<channel_entry> channels_;
  boost::intrusive::list<idle_hook, boost::intrusive::constant_time_size<false>> idle_;
  std::size_t idle_count_ = 0;
  channel_id last_id_ = 0;

  text_map<interest_bits> interest_; ///< Of other loops and nodes, by channel or pattern.
  std::vector<node_entry> nodes_;    ///< By `peer_slot`.
  std::uint64_t linked_nodes_ = 0;   ///< A bit for each that has a link.
  std::uint64_t nodes_to_send_ = 0;  ///< A bit for each whose outbox is not empty.
  caf::strong_actor_ptr hub_;        ///< Null without a mesh.
  std::shared_ptr<const mesh_standing> standing_;
  std::uint64_t generation_ = 1;
  std::uint64_t last_ticket_ = 0;
  boost::unordered_flat_map<std::uint64_t, unconfirmed_interest> unconfirmed_; ///< By ticket.
  std::vector<route_events> outbox_;                                           ///< By loop.
  std::string scratch_;
};

} // namespace actormesh
