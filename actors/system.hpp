/// CAF's actor system, set up for actors that bring their own loops.
#pragma once

#include "config/settings.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

namespace actormesh {

/// Owns the actor system of a process. Make one, before any loop, and destroy it after the last.
class actor_runtime {
public:
  /// Without a network.
  actor_runtime();

  /// With CAF's multiplexer, and with its OpenSSL module if there are TLS files.
  explicit actor_runtime(const config::mesh_settings& mesh);

  [[nodiscard]] caf::actor_system& system() noexcept { return system_; }

private:
  struct system_config : caf::actor_system_config {
    system_config();
    explicit system_config(const config::mesh_settings& mesh);
  };

  system_config config_;
  caf::actor_system system_;
};

} // namespace actormesh
