/// `GET /mesh`: how a node stands with its mesh.
#pragma once

#include "actors/mesh/status.hpp"
#include "telemetry/counters.hpp"

#include <array>
#include <cstdint>
#include <string>

namespace actormesh::admin {

/// Events the node has lost between nodes, by reason.
using losses_by_reason =
    std::array<std::uint64_t, static_cast<std::size_t>(telemetry::loss_reason::count)>;

/// The page as JSON. docs/operations.md describes its members.
[[nodiscard]] std::string format_mesh_page(const mesh::mesh_status& status,
                                           const losses_by_reason& lost);

} // namespace actormesh::admin
