/// A program's connection to a mesh through one of its nodes.
#pragma once

#include "actors/client/include/actormesh/client.hpp"
#include "actors/client/internal_messages.hpp"
#include "actors/client/node_wire.hpp"
#include "actors/client/unhandled.hpp"
#include "actors/messages.hpp"
#include "text/host_port.hpp"

#include <caf/io/broker.hpp>
#include <caf/typed_response_promise.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace actormesh::client {

/// The numbers of subscriptions, of which threads take some and sessions too.
using id_source = std::shared_ptr<std::atomic<subscription_id>>;

/// Whom changes of the state are told.
class watchers {
public:
  void add(const caf::actor& who);
  void remove(const caf::actor_addr& who);

  /// Tells all of them if the state is another one.
  void change(connection_state to, const std::string& node, const std::string& detail);

  [[nodiscard]] connection_state state() const noexcept { return last_.state; }

private:
  std::vector<caf::actor> all_;
  state_changed last_;
};

/// An actor on CAF's multiplexer: finds a node that lets it in, keeps the connection, makes
/// subscriptions anew after it was lost, and accounts for every publish.
class session final : public caf::io::broker, private node_wire_owner {
public:
  session(caf::actor_config& cfg, options how, id_source ids);

  const char* name() const override { return "actormesh.client"; }

protected:
  caf::behavior make_behavior() override;

private:
  using clock = std::chrono::steady_clock;
  using subscribe_callback = std::function<void(const subscribe_result&)>;

  struct target {
    text::host_port where;
    bool configured = false; ///< Otherwise a node has told of it.
  };

  struct subscription_entry {
    std::string channel;
    caf::actor who;
    subscribe_callback done; ///< Null once it was called.
    bool established = false;
  };

  // Requests of actors.
  void publish(std::shared_ptr<publish_call> what);
  void subscribe(subscribe_request&& what, subscribe_callback then);
  void unsubscribe(subscription_id which);
  void end_subscription(subscription_id which, outcome why, const std::string& text);
  void on_down(const caf::down_msg& what);
  void on_leave(const leave_request& what);

  // Connecting.
  void connect();
  void on_dialed(const mesh::dial_result& got);
  void attempt_failed(const std::string& why);
  void learn(const std::vector<mesh::peer_info>& peers);
  void lost(const std::string& why);
  void fail_unsent(outcome how, const std::string& text);

  // node_wire_owner
  void on_welcome(node_wire& at, mesh::welcome&& what) override;
  void on_refuse(node_wire& at, const mesh::refuse& what) override;
  void on_answer(mesh::client_answer&& what) override;
  void on_events(std::vector<mesh::received_client_events>&& what) override;
  void on_peers(const mesh::peers& what) override { learn(what.list); }
  void on_room() override { pump(); }
  void on_ended(node_wire& at, mesh::wire_end why) override;

  void ask_to_subscribe(subscription_id which, const subscription_entry& what);
  void on_subscribe_answer(subscription_id which, const mesh::client_answer& what);
  void pump();
  void on_tick();

  options how_;
  id_source ids_;
  watchers watchers_;
  std::map<subscription_id, subscription_entry> subscriptions_;
  std::shared_ptr<unhandled> unhandled_;

  std::vector<target> targets_;
  std::size_t next_target_ = 0;
  std::size_t tried_ = 0; ///< Targets, since the last connection or pause.
  bool busy_ = false;     ///< A dial or a handshake is under way.
  bool refused_ = false;  ///< The last attempt ended so.
  bool was_connected_ = false;
  bool left_ = false;
  std::chrono::milliseconds pause_;
  clock::time_point next_attempt_{};
  clock::time_point last_tick_ = clock::now();
  caf::timestamp lost_at_;
  std::shared_ptr<std::atomic<bool>> cancelled_ = std::make_shared<std::atomic<bool>>(false);
  std::minstd_rand random_{std::random_device{}()};

  caf::strong_actor_ptr wire_handle_;
  node_wire* wire_ = nullptr; ///< Null while there is no connection.
  bool connected_ = false;    ///< The node has said welcome.

  std::uint64_t last_request_ = 0;
  std::deque<std::shared_ptr<publish_call>> unsent_;
  std::size_t unsent_bytes_ = 0;
  std::map<std::uint64_t, std::shared_ptr<publish_call>> in_flight_; ///< By request.
  std::map<std::uint64_t, subscription_id> subscribing_;             ///< By request.
};

} // namespace actormesh::client
