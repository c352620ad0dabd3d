/// The loop's half of a C++ client's connection: its subscriptions and publishes.
#pragma once

#include "actors/connection.hpp"
#include "actors/link_flow.hpp"
#include "actors/mesh/client_frames.hpp"
#include "net/appsync/api.hpp"
#include "net/appsync/authorization.hpp"
#include "net/appsync/operation.hpp"
#include "net/event_loop.hpp"
#include "net/mesh_client/turn.hpp"

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

/// Loop-bound: what the C++ clients of a loop share.
struct edge_context {
  net::event_loop& loop;
  appsync::operation_parser parser;
  appsync::api_table_ptr apis;
  bool stopping = false; ///< Who comes now is sent away again.

  explicit edge_context(net::event_loop& home)
    : loop(home) {}
};

/// Loop-bound: carries out the requests of one C++ client, and hands answers and events to its
/// link, which writes them (`mesh_client::link`). Owned by its connection actor.
class edge final : public actormesh::edge, public flush_hook, public net::client {
public:
  struct options {
    appsync::api_ptr what;
    appsync::admission::ticket admitted;
    std::optional<appsync::credentials> shown;
    /// Set if somebody else has to say whether the client may be here; its requests wait.
    std::function<void(auth::answer_handler)> deciding;
    caf::strong_actor_ptr to; ///< The link.
    link_flow_ptr flow;       ///< Bytes of events that are on their way there.
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

  void go_on();
  void handle(mesh::client_request&& what);
  void on_channel_request(mesh::client_request&& what, appsync::operation&& asked,
                          std::chrono::steady_clock::time_point received);
  void wait_for(const std::function<void(auth::answer_handler)>& later,
                std::function<void(const auth::answer&)> then);
  [[nodiscard]] appsync::operation read(mesh::client_request& what);
  [[nodiscard]] appsync::error subscribe(const mesh::client_request& what,
                                         const appsync::operation& asked,
                                         const appsync::prepared& known, const auth::answer& got);
  void publish(std::uint64_t number, appsync::operation&& asked, const appsync::prepared& known,
               const auth::answer& got, std::chrono::steady_clock::time_point received);
  [[nodiscard]] appsync::caller from() const { return {owner_.remote(), owner_.id(), owner_.id()}; }
  void answer(std::uint64_t number, appsync::error problem);
  mesh::client_turn& turn();
  void lose(std::uint64_t subscription, std::size_t number);
  void end_link(mesh::client_turn::end how);
  void end();

  edge_context& context_;
  connection& owner_;
  options how_;
  std::shared_ptr<mesh::client_turn> turn_; ///< Null while there is nothing to say.
  std::vector<pending_subscribe> pending_;
  std::deque<mesh::client_request> waiting_; ///< While a decision is awaited.
  std::size_t waiting_bytes_ = 0;            ///< What they take; not acknowledged to the client.
  bool deciding_ = false;
  state state_ = state::open;
};

} // namespace actormesh::mesh_client
