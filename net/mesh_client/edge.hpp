/// The loop's half of a C++ client's connection: its subscriptions and publishes.
#pragma once

#include "actors/connection.hpp"
#include "actors/link_flow.hpp"
#include "actors/mesh/client_frames.hpp"
#include "net/event_loop.hpp"
#include "net/mesh_client/turn.hpp"
#include "service/event_check.hpp"
#include "service/session_guard.hpp"
#include "service/tenant.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace actormesh::mesh_client {

/// Requests are frames of a link, which nobody signs: a signature that is shown all the same is
/// over something else.
[[nodiscard]] inline auth::signed_request unsigned_request() {
  using namespace std::string_view_literals;
  return {.method = "POST"sv,
          .path = "/"sv,
          .query = ""sv,
          .payload = auth::signed_payload::of_body(""sv)};
}

/// Loop-bound: what the C++ clients of a loop share.
struct edge_context {
  net::event_loop& loop;
  service::event_check events;
  service::tenant_table_ptr tenants;
  bool stopping = false; ///< Who comes now is sent away again.

  explicit edge_context(net::event_loop& home)
    : loop(home) {}
};

/// Loop-bound: carries out the requests of one C++ client, and hands answers and events to its
/// link, which writes them (`mesh_client::link`). Owned by its connection actor.
class edge final : public actormesh::edge,
                   public service::session_guard::watcher,
                   public flush_hook,
                   public net::client {
public:
  struct options {
    service::arrival who;
    std::optional<auth::credentials> shown; ///< What its operations are asked for with.
    caf::strong_actor_ptr to;               ///< The link.
    link_flow_ptr flow;                     ///< Bytes of events that are on their way there.
  };

  edge(edge_context& context, connection& owner, options how);
  ~edge() override;

  /// Begins; once, when its connection has it.
  void start();

  /// Carries out requests in order. `bytes` is what they take.
  void handle(std::vector<mesh::client_request>&& requests, std::size_t bytes);

  /// The link has ended.
  void link_gone();

  // edge
  void subscribed(const subscription& what) override;
  void deliver(const subscription& what, const event_batch& batch) override;
  void turn_ended() override;

  // service::session_guard::watcher
  void on_decided() override;
  void on_expired() override;
  void hold() override {} // What waits is not acknowledged, so that the client stops.
  void go_on() override;

  void flush() override;
  void drain() override;
  void cut_off() override;
  void settings_changed() override;

private:
  enum class state : std::uint8_t {
    open,
    ending, ///< The link has been told.
    ended,
  };

  struct pending_subscribe {
    std::uint64_t subscription = 0;
    std::uint64_t number = 0; ///< Of the request.
  };

  void handle(mesh::client_request&& what);
  void subscribe(mesh::client_request&& what);
  void unsubscribe(const mesh::client_request& what);
  void publish(mesh::client_request&& what);
  void answer(std::uint64_t number, service::failure problem);
  mesh::client_turn& turn();
  void lose(std::uint64_t subscription, std::size_t number);
  void end_link(mesh::client_turn::end how, close_reason why);
  void end();

  edge_context& context_;
  connection& owner_;
  service::session_guard guard_;
  std::optional<auth::credentials> shown_;
  caf::strong_actor_ptr link_;
  link_flow_ptr flow_;                      ///< Bytes of events that are on their way to the link.
  std::shared_ptr<mesh::client_turn> turn_; ///< Null while there is nothing to say.
  std::vector<pending_subscribe> pending_;
  std::deque<mesh::client_request> waiting_; ///< While a decision is awaited.
  std::size_t waiting_bytes_ = 0;            ///< What they take; not acknowledged to the client.
  close_reason why_ = close_reason::client_gone;
  state state_ = state::open;
};

} // namespace actormesh::mesh_client
