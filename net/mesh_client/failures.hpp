/// The shape that failures have for C++ clients (docs/mesh-protocol.md).
#pragma once

#include "actors/mesh/client_frames.hpp"
#include "service/failure.hpp"

#include <string_view>

namespace actormesh::mesh_client {

struct failure_shape {
  mesh::client_status status = mesh::client_status::ok;
  std::string_view message; ///< For people; empty if the status says it all.
};

[[nodiscard]] failure_shape shape_of(service::failure what) noexcept;

} // namespace actormesh::mesh_client
