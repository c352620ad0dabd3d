/// The connection of a C++ client, on CAF's multiplexer.
#pragma once

#include "actors/link_flow.hpp"
#include "actors/mesh/wire.hpp"
#include "actors/messages.hpp"
#include "net/mesh_client/edge.hpp"
#include "net/mesh_client/outbox.hpp"
#include "telemetry/counters.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace actormesh::mesh_client {

class link;

/// Who keeps the links. On CAF's multiplexer.
class link_owner {
public:
  virtual void on_ended(link& at, mesh::wire_end why) = 0;

protected:
  ~link_owner() = default;
};

/// Moves frames between the client and its `edge`, which lives on a loop: requests are posted
/// there, answers and events come back as messages, once per turn. Bounds what waits in either
/// direction.
class link final : public mesh::wire {
public:
  struct options {
    wire::options connection;
    std::size_t queue_bytes = 0; ///< Of events that wait for the client.
    /// Written on CAF's multiplexer.
    std::shared_ptr<telemetry::loop_counters> counters;
  };

  link(caf::actor_config& cfg, link_owner& owner, options how);

  /// Goes on with an accepted connection. `shown` is what the client's operations are asked for
  /// with.
  void start(wire& from, service::arrival&& who, std::optional<auth::credentials> shown,
             edge_context& loop, mesh::welcome&& greeting);

  /// To be called often.
  void look(clock::time_point now);

  /// Tells the client of another node.
  void tell_peer(const mesh::peer_info& who);

  /// The node stops: the connection ends now, and nothing more is said to its owner.
  void cut_off();

  const char* name() const override { return "actormesh.client_link"; }

protected:
  caf::behavior make_behavior() override;
  bool on_frame(const mesh::frame_view& frame) override;
  void on_read_done() override;
  void on_writable() override;
  void ended(mesh::wire_end why) override;

private:
  /// The other half. Its members are used on the loop only.
  struct loop_half {
    edge_context& loop;
    spawned<connection> actor;
    edge* wire = nullptr;

    /// Null once it has ended.
    [[nodiscard]] edge* alive() const noexcept {
      return actor.object != nullptr && actor.object->wire() != nullptr ? wire : nullptr;
    }
  };

  struct written_frame {
    std::uint64_t end = 0; ///< Bytes written up to its end.
    std::size_t events = 0;
  };

  void on_output(mesh::client_turn& what);
  void discard(const mesh::client_turn& what);
  void pump();
  void bound_reading();
  void say_leave();
  void count_bytes();

  link_owner* owner_;
  options how_;
  link_flow_ptr flow_;
  std::shared_ptr<loop_half> half_;
  std::string name_;

  std::vector<mesh::client_request> requests_; ///< Of this read.
  std::size_t requests_bytes_ = 0;
  std::size_t unhandled_bytes_ = 0; ///< Of requests that were posted and not answered.

  outbox out_;
  std::deque<written_frame> written_; ///< Given to the socket, as far as is known not taken.
  std::uint64_t appended_ = 0;
  std::uint64_t other_bytes_ = 0; ///< Bytes sent that are not in `appended_`.
  std::uint64_t counted_bytes_ = 0;
  bool reading_paused_ = false;
  clock::time_point paused_since_;
  bool leaving_ = false;
  bool said_leave_ = false;
  clock::time_point left_at_;
  telemetry::loss_reason loss_ = telemetry::loss_reason::connection_closed;
};

} // namespace actormesh::mesh_client
