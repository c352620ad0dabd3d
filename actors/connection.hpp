/// A client's connection, whatever protocol it speaks.
#pragma once

#include "actors/directory.hpp"
#include "actors/loop_actor.hpp"
#include "actors/messages.hpp"
#include "actors/token_bucket.hpp"
#include "config/settings.hpp"

#include <boost/asio/ip/address.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace actormesh::auth {

struct identity;

} // namespace actormesh::auth

namespace actormesh {

/// One subscription of a connection.
struct subscription {
  std::string id; ///< The client's name for it.
  directory::membership where;
  config::slow_consumer_policy policy = config::slow_consumer_policy::disconnect;
  std::uint64_t join = 0; ///< The number that `joined` will repeat.
  bool confirmed = false; ///< `edge::subscribed` has been called; only then events are handed over.
  /// What the edge keeps for it, such as what comes before the shared part of each event's frame.
  /// Shared with frames that wait.
  std::shared_ptr<const std::string> edge_data;
};

/// Loop-bound: the wire side of a connection. Implemented once per protocol; owned by the
/// connection. None of its functions may destroy the connection; to end it they call
/// `connection::closed`.
class edge {
public:
  virtual ~edge() = default;

  /// The barrier has been reached: events whose publish starts from now on will come.
  virtual void subscribed(const subscription& what) = 0;

  /// Hands over events of one subscription, in order. The edge counts what becomes of them.
  virtual void deliver(const subscription& what, const event_batch& batch) = 0;

  /// Everything the connection had to say in this turn has been said.
  virtual void turn_ended() = 0;
};

/// Owns what a client is, has and may: its identity, its address, its subscriptions, its rates. The
/// edge turns frames into calls of it and its events into frames. One actor for each connection.
class connection final : public loop_actor {
public:
  struct limits {
    std::size_t subscriptions = 200;
    std::size_t publishes_per_second = 25; ///< 0: not limited.
  };

  /// Whom it connects.
  struct address {
    std::string id;                  ///< Of the connection: in logs, audit records, questions.
    boost::asio::ip::address remote; ///< The client's; unspecified: it is in this process.
  };

  enum class subscribe_result : std::uint8_t {
    pending, ///< `edge::subscribed` follows, perhaps before the call returns to the loop.
    duplicate_id,
    too_many_subscriptions,
    too_many_channels,
  };

  struct subscribe_options {
    std::string id;
    std::string_view channel_key;
    config::slow_consumer_policy policy = config::slow_consumer_policy::disconnect;
    std::shared_ptr<const std::string> edge_data; ///< See `subscription`.
  };

  connection(caf::actor_config& cfg, loop& home, limits lim, address of = {});

  /// To be called once, right after the connection was made.
  void begin(std::unique_ptr<edge> wire);
  using loop_actor::attach; // CAF's own, for what watches an actor

  /// The wire side; null after the end.
  [[nodiscard]] edge* wire() const noexcept { return edge_.get(); }

  [[nodiscard]] const std::string& id() const noexcept { return address_.id; }
  [[nodiscard]] const boost::asio::ip::address& remote() const noexcept { return address_.remote; }

  /// Who connected; null as long as nobody is known to be who they say.
  [[nodiscard]] const auth::identity* who() const noexcept { return who_.get(); }
  void who(std::shared_ptr<const auth::identity> is) noexcept { who_ = std::move(is); }

  void change_limits(limits lim) noexcept;

  [[nodiscard]] subscribe_result subscribe(subscribe_options what);

  /// False if there is no such subscription.
  [[nodiscard]] bool unsubscribe(std::string_view id);

  /// Whether the rate of publishes allows one more now; counts it.
  [[nodiscard]] bool may_publish(token_bucket::time_point now) noexcept {
    return publish_rate_.take(now);
  }

  [[nodiscard]] std::size_t subscriptions() const noexcept { return subscriptions_.size(); }

  /// Called by the edge when the socket is gone: leaves all channels, counts what they still send
  /// as lost, and then ends the actor. The edge is destroyed afterwards, not within the call.
  void closed();

  caf::resumable::resume_result resume(caf::execution_unit* unit, std::size_t messages) override;

  const char* name() const override { return "actormesh.connection"; }

protected:
  caf::behavior make_behavior() override;
  void on_exit() override;

private:
  void on_delivery(const delivery& what);
  void on_joined(const joined& what);
  void on_left();
  void leave_if_last(const directory::membership& where);

  limits limits_;
  address address_;
  std::shared_ptr<const auth::identity> who_;
  std::unique_ptr<edge> edge_;
  caf::strong_actor_ptr self_; ///< From `begin` to `closed`: an open connection lives.
  std::vector<subscription> subscriptions_;
  std::vector<channel_id> channels_; ///< Of each subscription: what a delivery is looked up in.
  std::uint64_t last_join_ = 0;
  std::size_t leaving_ = 0; ///< Channels that have not answered with `left`.
  token_bucket publish_rate_;
  bool ended_ = false;
};

} // namespace actormesh
