/// CAF's actor system, set up for actors that bring their own loops.
#pragma once

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

namespace actormesh {

/// Owns the actor system of a process. Make one, before any loop, and destroy it after the last.
class actor_runtime {
public:
  actor_runtime();

  [[nodiscard]] caf::actor_system& system() noexcept { return system_; }

private:
  struct config : caf::actor_system_config {
    config();
  };

  config config_;
  caf::actor_system system_;
};

} // namespace actormesh
