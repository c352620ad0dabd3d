/// A private CA for a mesh, and what it signs.
///
/// Any thread. Nothing here throws.
#pragma once

#include "config/defaults.hpp"
#include "config/keys/mesh_identity.hpp"
#include "config/problem.hpp"
#include "config/settings.hpp"

#include <chrono>
#include <filesystem>
#include <string>

namespace actormesh::config {

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

} // namespace actormesh::config
