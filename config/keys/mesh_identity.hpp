/// Whom certificates of the mesh belong to. They say so in a URI in their subject alternative name:
/// `urn:actormesh:node:NAME` or `urn:actormesh:client:NAME`.
///
/// Any thread.
#pragma once

#include "config/problem.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

struct x509_st; // OpenSSL's X509

namespace actormesh::config {

/// What the holder of a certificate may be in the mesh.
enum class mesh_role : std::uint8_t {
  node,   ///< Accepts others and links with others.
  client, ///< A C++ program that connects to nodes.
};

/// `node`, `client`.
[[nodiscard]] std::string_view to_string(mesh_role value) noexcept;

/// Whom a certificate belongs to.
struct mesh_identity {
  mesh_role role = mesh_role::node;
  std::string name;

  friend bool operator==(const mesh_identity&, const mesh_identity&) = default;
};

/// Returns what a certificate says; nothing if it is none of a mesh, or names several. Whether that
/// is true is for whoever verified the certificate to know.
[[nodiscard]] std::optional<mesh_identity> identity_of(const x509_st& certificate);

/// Returns the name of the node that a certificate in a file belongs to.
[[nodiscard]] result<std::string> certificate_node_name(const std::filesystem::path& file);

} // namespace actormesh::config
