/// Certificates of meshes for tests, good ones and others.
#pragma once

#include "config/keys/mesh_ca.hpp"

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace actormesh::mesh_security {

/// A folder with CAs and what they have signed, as long as the test runs.
class certificates {
public:
  certificates();
  certificates(const certificates&) = delete;
  certificates& operator=(const certificates&) = delete;
  ~certificates();

  struct wanted {
    std::string ca = "mesh"; ///< Made when it is first named.
    config::mesh_role role = config::mesh_role::node;
    std::chrono::hours begins{0}; ///< From now; less than nothing: in the past.
    std::chrono::days life{30};
  };

  /// Each call makes a new one. Throws what was wrong.
  [[nodiscard]] config::mesh_tls_settings issue(const std::string& name, const wanted& what);
  [[nodiscard]] config::mesh_tls_settings issue(const std::string& name) {
    return issue(name, wanted{});
  }

  [[nodiscard]] const std::filesystem::path& folder() const noexcept { return folder_; }

private:
  std::filesystem::path folder_;
  int issued_ = 0;
};

/// What `actormesh serve` is told of them.
[[nodiscard]] std::vector<std::string> tls_flags(const config::mesh_tls_settings& files);

} // namespace actormesh::mesh_security
