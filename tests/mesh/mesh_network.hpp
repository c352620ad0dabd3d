/// Nodes with networks of their own, joined by a wire that can be cut.
#pragma once

#include "tests/mesh/ledger/network_namespace.hpp"
#include "tests/mesh/mesh_nodes.hpp"

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace actormesh::mesh_tests {

/// Each node has an interface with the address 127.77.0.N: the mesh port is open on loopback only
/// as long as there is no TLS, so these networks carry addresses of loopback. Half of the nodes are
/// on one bridge and half on another, and a wire joins the two.
class mesh_network {
public:
  /// Why this machine cannot have one; nothing: it can.
  [[nodiscard]] static std::optional<std::string> why_not();

  explicit mesh_network(std::size_t nodes);

  [[nodiscard]] std::vector<const ledger::network_namespace*> networks() const;
  [[nodiscard]] std::vector<std::string> addresses() const;

  /// Whether a node is in the first half.
  [[nodiscard]] bool is_left(std::size_t node) const noexcept { return node < hosts_.size() / 2; }

  /// Cuts the wire between the halves, and mends it.
  void cut();
  void mend();

  /// What one node sends to another one gets lost; the other direction stays.
  void cut_one_way(std::size_t from, std::size_t to);
  void mend_one_way(std::size_t from, std::size_t to);

private:
  void add_host(std::size_t node);

  ledger::network_namespace switch_;
  std::deque<ledger::network_namespace> hosts_;
};

} // namespace actormesh::mesh_tests
