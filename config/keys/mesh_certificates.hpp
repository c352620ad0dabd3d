/// Whether what a node was given for the mesh fits together.
///
/// Any thread. Nothing here throws.
#pragma once

#include "config/problem.hpp"
#include "config/settings.hpp"

#include <chrono>

namespace actormesh::config {

/// Returns what is wrong with the certificate of a node, its key and its CA, and with how they go
/// together. A certificate that ends soon is a warning.
[[nodiscard]] problems
check_mesh_tls(const mesh_tls_settings& tls,
               std::chrono::system_clock::time_point now = std::chrono::system_clock::now());

/// Returns whether the node has a mesh, and TLS for it.
[[nodiscard]] bool has_mesh_tls(const settings& values) noexcept;

/// As `check_mesh_tls`, if the node has TLS; the certificate has to be that of the node, too.
[[nodiscard]] problems check_node_certificate(const settings& values);

} // namespace actormesh::config
