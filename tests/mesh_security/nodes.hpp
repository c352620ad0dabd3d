/// Two nodes with a link that nothing may disturb.
#pragma once

#include "tests/mesh_security/certificates.hpp"
#include "tests/mesh_security/mesh_view.hpp"
#include "tests/process/node_process.hpp"
#include "tests/process/web_socket.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace actormesh::mesh_security {

/// Of a node of a mesh, with so much time that a busy machine is not taken for a silent peer.
[[nodiscard]] process::node_options mesh_node(const std::string& name,
                                              std::vector<std::string> flags = {});

/// Its place on the mesh; waits until it is printed.
[[nodiscard]] std::string mesh_address(process::node_process& node);
[[nodiscard]] std::uint16_t mesh_port(process::node_process& node);

/// How often the log has a text.
[[nodiscard]] std::size_t count_in_log(const process::node_process& node, std::string_view text);

/// `a`, which the nonsense is for, and `b`, which has a link with it and a subscriber.
class linked_nodes {
public:
  enum class security : std::uint8_t { plain, tls };

  explicit linked_nodes(security how, std::vector<std::string> settings = {});

  [[nodiscard]] process::node_process& a() noexcept { return *a_; }
  [[nodiscard]] process::node_process& b() noexcept { return *b_; }
  [[nodiscard]] certificates& papers() noexcept { return papers_; }
  [[nodiscard]] const config::mesh_tls_settings& files_of_a() const noexcept { return files_a_; }
  [[nodiscard]] const config::mesh_tls_settings& files_of_b() const noexcept { return files_b_; }
  [[nodiscard]] std::uint16_t mesh_port_of_a() const noexcept { return port_; }

  /// Fails unless the link is the one that it was in the beginning, and events go over it.
  void require_untouched();

private:
  certificates papers_;
  config::mesh_tls_settings files_a_;
  config::mesh_tls_settings files_b_;
  std::unique_ptr<process::node_process> a_;
  std::unique_ptr<process::node_process> b_;
  std::optional<process::web_socket> client_; ///< At b.
  std::uint16_t port_ = 0;
  std::string since_at_a_;
  std::string since_at_b_;
  int published_ = 0;
};

} // namespace actormesh::mesh_security
