#include "net/mesh_client/host.hpp"

#include <utility>

namespace actormesh::mesh_client {

host::host(std::span<net::event_loop* const> loops, service::tenant_table_ptr tenants)
  : tenants_(std::move(tenants)) {
  for (auto* each : loops)
    loops_.emplace_back(std::make_unique<edge_context>(*each))->tenants = tenants_;
}

void host::apply(service::tenant_table_ptr tenants) {
  for (const auto& each : loops_)
    each->loop.post([at = each.get(), tenants] { at->tenants = tenants; });
  const std::lock_guard guard{mutex_};
  tenants_ = std::move(tenants);
}

service::tenant_table_ptr host::tenants() const {
  const std::lock_guard guard{mutex_};
  return tenants_;
}

void host::stop() {
  stopping_ = true;
  for (const auto& each : loops_)
    each->loop.post([at = each.get()] { at->stopping = true; });
}

edge_context& host::next_loop() noexcept {
  return *loops_[next_.fetch_add(1, std::memory_order_relaxed) % loops_.size()];
}

} // namespace actormesh::mesh_client
