/// A program that is a node of the mesh without listeners.
#pragma once

#include "actors/channel_path.hpp"
#include "actors/client/include/actormesh/client.hpp"
#include "actors/client/internal_messages.hpp"
#include "actors/client/session.hpp"
#include "actors/client/unhandled.hpp"
#include "actors/connection.hpp"
#include "actors/loop_actor.hpp"
#include "actors/mesh/hub.hpp"

#include <caf/typed_response_promise.hpp>

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace actormesh::client {

/// Loop-bound: carries out what actors ask of a member. Publishes and subscribes on its own loop,
/// as a node does for its clients; the hub takes care of the rest.
class member_session final : public loop_actor {
public:
  member_session(caf::actor_config& cfg, loop& home, options how, id_source ids,
                 mesh::hub_view view);

  const char* name() const override { return "actormesh.member"; }

protected:
  caf::behavior make_behavior() override;
  void on_exit() override;

private:
  using clock = std::chrono::steady_clock;
  using subscribe_callback = std::function<void(const subscribe_result&)>;

  /// What the connection actor says.
  class member_edge final : public edge {
  public:
    explicit member_edge(member_session& owner)
      : owner_(owner) {}
    void subscribed(const subscription& what) override { owner_.on_subscribed(what); }
    void deliver(const subscription& what, const event_batch& batch) override {
      owner_.on_events(what, batch);
    }
    void turn_ended() override {}

  private:
    member_session& owner_;
  };

  struct subscription_entry {
    std::string channel;
    caf::actor who;
    subscribe_callback done; ///< Null once it was called.
    std::uint64_t lost = 0;  ///< Events that it has not been told of.
  };

  void begin();
  void publish(std::shared_ptr<publish_call> what);
  void publish_now(publish_call& what);
  [[nodiscard]] publish_result check(const publish_request& what) const;
  void subscribe(subscribe_request&& what, subscribe_callback then);
  void unsubscribe(subscription_id which);
  void end_subscription(subscription_id which, outcome why, const std::string& text);
  void on_subscribed(const subscription& what);
  void on_events(const subscription& what, const event_batch& batch);
  void tell_losses();
  void on_down(const caf::down_msg& what);
  void on_leave(const leave_request& what);
  void on_tick();
  void look_at_mesh();
  [[nodiscard]] bool ready() const noexcept {
    return watchers_.state() == connection_state::connected;
  }

  options how_;
  id_source ids_;
  mesh::hub_view view_;
  watchers watchers_;
  spawned<connection> connection_;
  std::map<subscription_id, subscription_entry> subscriptions_;
  std::shared_ptr<unhandled> unhandled_;
  std::deque<std::shared_ptr<publish_call>> unsent_; ///< They wait for the mesh.
  std::size_t unsent_bytes_ = 0;
  bool left_ = false;
};

} // namespace actormesh::client
