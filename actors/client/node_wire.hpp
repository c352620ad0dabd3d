/// A client's connection to a node.
#pragma once

#include "actors/mesh/client_frames.hpp"
#include "actors/mesh/wire.hpp"

#include <utility>
#include <vector>

namespace actormesh::client {

class node_wire;

/// What happens on it. On CAF's multiplexer.
class node_wire_owner {
public:
  virtual void on_welcome(node_wire& at, mesh::welcome&& what) = 0;
  virtual void on_refuse(node_wire& at, const mesh::refuse& what) = 0;
  virtual void on_answer(mesh::client_answer&& what) = 0;
  virtual void on_events(std::vector<mesh::received_client_events>&& what) = 0;
  virtual void on_peers(const mesh::peers& what) = 0;
  virtual void on_room() = 0;
  virtual void on_ended(node_wire& at, mesh::wire_end why) = 0;

protected:
  ~node_wire_owner() = default;
};

/// An actor on CAF's multiplexer, whose functions are called there, like its owner's.
class node_wire final : public mesh::wire {
public:
  node_wire(caf::actor_config& cfg, node_wire_owner& owner, const options& how);

  [[nodiscard]] clock::time_point made() const noexcept { return made_; }
  [[nodiscard]] bool welcomed() const noexcept { return welcomed_; }

  template <class Body> void say(Body body) { send(std::move(body)); }
  [[nodiscard]] bool room() const { return has_room(); }

  /// Reads nothing until `go_on_reading`.
  void hold_reading() { pause_reading(); }
  void go_on_reading() { resume_reading(); }

  /// Says goodbye. The owner hears nothing more.
  void leave();

  const char* name() const override { return "actormesh.node_wire"; }

protected:
  caf::behavior make_behavior() override;
  bool on_frame(const mesh::frame_view& frame) override;
  void on_writable() override;
  void ended(mesh::wire_end why) override;

private:
  node_wire_owner* owner_;
  clock::time_point made_ = clock::now();
  bool welcomed_ = false;
};

} // namespace actormesh::client
