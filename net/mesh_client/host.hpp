/// What serving C++ clients needs of a node.
#pragma once

#include "net/event_loop.hpp"
#include "net/mesh_client/edge.hpp"
#include "service/tenant.hpp"

#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

namespace actormesh::mesh_client {

/// Any thread: the APIs that are served now, and the loops that clients are spread over. Outlives
/// neither of the loops' actors.
class host {
public:
  host(std::span<net::event_loop* const> loops, service::tenant_table_ptr tenants);

  /// Uses other APIs from now on. The loops' clients are told by `event_loop::settings_changed`,
  /// which must come behind this.
  void apply(service::tenant_table_ptr tenants);

  [[nodiscard]] service::tenant_table_ptr tenants() const;

  /// The node stops: from now on no client stays. The loops drain those they have by themselves;
  /// this must come before.
  void stop();
  [[nodiscard]] bool stopping() const noexcept { return stopping_; }

  /// The loop for the next client; each in turn.
  [[nodiscard]] edge_context& next_loop() noexcept;

private:
  mutable std::mutex mutex_;
  service::tenant_table_ptr tenants_; ///< Guarded by `mutex_`.
  std::vector<std::unique_ptr<edge_context>> loops_;
  std::atomic<std::size_t> next_{0};
  std::atomic<bool> stopping_{false};
};

} // namespace actormesh::mesh_client
