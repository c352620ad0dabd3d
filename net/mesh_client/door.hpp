/// Lets C++ clients in at the mesh port.
#pragma once

#include "actors/mesh/hub.hpp"
#include "net/mesh_client/host.hpp"
#include "net/mesh_client/link.hpp"

#include <cstddef>
#include <map>
#include <memory>

namespace actormesh::mesh_client {

/// On CAF's multiplexer: lets clients in, and keeps their links.
class door final : public mesh::client_door, private link_owner {
public:
  struct options {
    config::mesh_settings settings;
    std::shared_ptr<host> node;
    std::shared_ptr<telemetry::loop_counters> counters; ///< Written on CAF's multiplexer.
  };

  door(caf::actor_system& system, options how);

  [[nodiscard]] answer admit(mesh::peer_link& at, mesh::hello&& what,
                             mesh::welcome&& greeting) override;
  void on_peer(const mesh::peer_info& who) override;
  [[nodiscard]] std::size_t clients() const override { return links_.size(); }
  void stop() override;
  void check(mesh::wire::clock::time_point now) override;

private:
  void on_ended(link& at, mesh::wire_end why) override;

  template <class Function> void for_each_link(Function&& function);

  caf::actor_system& system_;
  options how_;
  bool stopped_ = false;
  mesh::wire::clock::time_point last_check_ = mesh::wire::clock::now();
  std::map<link*, caf::strong_actor_ptr> links_;
};

} // namespace actormesh::mesh_client
