/// Certificates of the mesh: a private CA, what it signs, and whether what a node was given fits
/// together.
///
/// Any thread. Nothing here throws. A certificate says in a URI in its subject alternative name
/// whom it belongs to: `urn:actormesh:node:NAME` or `urn:actormesh:client:NAME`.
#pragma once

#include "config/defaults.hpp"
#include "config/problem.hpp"
#include "config/settings.hpp"

#include <chrono>
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

/// What a new CA is to be.
struct ca_request {
  std::string mesh = defaults::mesh_name;
  std::chrono::days life = defaults::mesh_ca_life;
  std::chrono::sys_seconds now =
      std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
};

/// What a new certificate is to be.
struct certificate_request {
  std::string name;
  mesh_role role = mesh_role::node;
  /// It ends with the CA at the latest.
  std::chrono::days life = defaults::mesh_certificate_life;
  std::chrono::sys_seconds now =
      std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
};

/// Files that were just made. All paths are absolute.
struct certificate_files {
  mesh_tls_settings files; ///< For a CA, `certificate` and `ca` are the same.
  std::string mesh;        ///< The name that the CA was made for.
  std::chrono::sys_seconds expires;
};

/// Makes a CA: `ca.pem`, and `ca.key` with mode 0600, in a folder that is made with mode 0700 if it
/// isn't there. Overwrites nothing.
[[nodiscard]] result<certificate_files> init_ca(const std::filesystem::path& folder,
                                                const ca_request& request);

/// Makes `NAME.pem`, and `NAME.key` with mode 0600, in the folder `out`, signed by the CA in the
/// folder `ca`. Overwrites nothing.
[[nodiscard]] result<certificate_files> issue_certificate(const std::filesystem::path& ca,
                                                          const std::filesystem::path& out,
                                                          const certificate_request& request);

/// Returns what is wrong with the certificate of a node, its key and its CA, and with how they go
/// together. A certificate that ends soon is a warning.
[[nodiscard]] problems
check_mesh_tls(const mesh_tls_settings& tls,
               std::chrono::system_clock::time_point now = std::chrono::system_clock::now());

/// Returns the name of the node that a certificate in a file belongs to.
[[nodiscard]] result<std::string> certificate_node_name(const std::filesystem::path& file);

/// Returns whether the node has a mesh, and TLS for it.
[[nodiscard]] bool has_mesh_tls(const settings& values) noexcept;

/// As `check_mesh_tls`, if the node has TLS; the certificate has to be that of the node, too.
[[nodiscard]] problems check_node_certificate(const settings& values);

} // namespace actormesh::config
