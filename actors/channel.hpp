/// A channel, or a pattern over channels, on one loop.
#pragma once

#include "actors/loop_actor.hpp"
#include "actors/messages.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace actormesh {

class directory;

/// Loop-bound: on the list of channels that nobody needs at the moment.
class idle_hook : public detail::auto_unlink_hook {};

/// Knows the subscribers that a channel has on this loop, collects what is published during a turn
/// and fans it out once: one message with the whole batch for each subscriber, one hand-over to
/// each pattern that matches, one entry for each other loop and node with interest.
///
/// Made on demand by the `directory`, ended by it when idle.
class channel final : public loop_actor, public fan_out_hook, public idle_hook {
public:
  struct identity {
    std::string key; ///< `<api>/<namespace>/…`, as `make_channel_key` writes it.
    channel_id id = 0;
  };

  channel(caf::actor_config& cfg, loop& home, directory& dir, identity who);

  [[nodiscard]] const std::string& key() const noexcept { return who_.key; }
  [[nodiscard]] channel_id id() const noexcept { return who_.id; }
  [[nodiscard]] std::size_t subscribers() const noexcept { return subscribers_.size(); }

  /// A message is on its way here: the channel must not end before it has come.
  void expect_message();

  /// Events from another loop or node, or from a channel that this pattern matches. They go to the
  /// subscribers here and no further.
  void accept_routed(event_batch_ptr batch);

  /// Whether a node that gets this channel's events has too much to take already.
  [[nodiscard]] bool is_held_up();

  /// All other loops and nodes know that there are subscribers here, as of the announcement
  /// `ticket`.
  void interest_confirmed(std::uint64_t ticket);

  void fan_out() override;

  /// Since when nobody needs the channel; means something while it is on the idle list.
  [[nodiscard]] std::chrono::steady_clock::time_point idle_since() const noexcept {
    return idle_since_;
  }
  void idle_since(std::chrono::steady_clock::time_point when) noexcept { idle_since_ = when; }

  const char* name() const override { return "actormesh.channel"; }

protected:
  caf::behavior make_behavior() override;
  void on_exit() override;

private:
  void on_publish(const publish_events& what);
  void on_join(caf::strong_actor_ptr who, std::uint64_t join);
  void on_leave(const caf::strong_actor_ptr& who);
  void finish_leave(const caf::strong_actor_ptr& who);
  [[nodiscard]] std::size_t place_of(const caf::strong_actor_ptr& who) const;
  void add(const caf::strong_actor_ptr& who);
  void remove(std::size_t place);
  void message_handled();

  void collect(const event_batch_ptr& batch);
  void deliver(const event_batch_ptr& batch);
  void forward(const event_batch_ptr& batch);
  void refresh_route();
  void idle_if_unused();

  directory& directory_;
  identity who_;
  bool pattern_;
  std::vector<caf::strong_actor_ptr> subscribers_;
  /// The place of each in `subscribers_`; none while they are few, since most channels have few.
  using place_index = boost::unordered_flat_map<caf::actor_id, std::size_t>;
  std::unique_ptr<place_index> places_;

  /// What was published here in this turn. The first batch is kept as it came; only when a second
  /// comes are they put together.
  event_batch_ptr collected_;
  caf::intrusive_ptr<event_batch> merged_;
  std::vector<event_batch_ptr> routed_;

  /// Where the events of this channel go beside its own subscribers, as of `route_generation_`.
  std::vector<channel*> patterns_;
  std::uint64_t other_loops_ = 0; ///< A bit for each.
  std::uint64_t other_nodes_ = 0; ///< A bit for each.
  std::uint64_t route_generation_ = 0;

  /// They leave after the next fan-out: what was published before is still theirs, and is counted.
  std::vector<caf::strong_actor_ptr> leaving_;

  bool confirmed_ = false;
  std::uint64_t ticket_ = 0;
  struct unconfirmed_join {
    caf::strong_actor_ptr who;
    std::uint64_t join = 0;
  };
  std::vector<unconfirmed_join> unconfirmed_; ///< They wait for `joined`.
  std::size_t expected_messages_ = 0;
  std::chrono::steady_clock::time_point idle_since_{};
};

} // namespace actormesh
