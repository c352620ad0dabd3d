#include "net/mesh_client/service.hpp"

#include <utility>

namespace actormesh::mesh_client {

service::service(std::span<net::event_loop* const> loops, appsync::api_table_ptr apis)
  : apis_(std::move(apis)) {
  for (auto* each : loops)
    loops_.emplace_back(std::make_unique<edge_context>(*each))->apis = apis_;
}

void service::apply(appsync::api_table_ptr apis) {
  for (const auto& each : loops_)
    each->loop.post([at = each.get(), apis] { at->apis = apis; });
  const std::lock_guard guard{mutex_};
  apis_ = std::move(apis);
}

appsync::api_table_ptr service::apis() const {
  const std::lock_guard guard{mutex_};
  return apis_;
}

void service::stop() {
  stopping_ = true;
  for (const auto& each : loops_)
    each->loop.post([at = each.get()] { at->stopping = true; });
}

edge_context& service::next_loop() noexcept {
  return *loops_[next_.fetch_add(1, std::memory_order_relaxed) % loops_.size()];
}

} // namespace actormesh::mesh_client
