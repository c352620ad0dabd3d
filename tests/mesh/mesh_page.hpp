/// What a node says of its mesh: GET /mesh.
#pragma once

#include "tests/mesh/ledger/place.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace actormesh::mesh_tests {

struct peer_view {
  std::string name;
  std::string incarnation;
  std::string address;
  std::string state;
  std::uint64_t their_interest = 0;
  std::uint64_t our_confirmed_interest = 0;
  std::uint64_t queued_bytes = 0;
  std::uint64_t events_sent = 0;
  std::uint64_t events_received = 0;
};

struct mesh_page {
  std::string mesh;
  std::string name;
  std::string incarnation;
  std::string address;
  bool joined = false;
  std::vector<peer_view> peers;
  std::uint64_t interest = 0; ///< Channels and patterns with subscribers here.
  std::map<std::string, std::uint64_t> refused;
  std::string text; ///< As it came.

  /// Null: it knows none of that name. Throws if it knows several.
  [[nodiscard]] const peer_view* find(const std::string& peer) const;

  [[nodiscard]] bool is_up(const std::string& peer) const;
  [[nodiscard]] std::size_t peers_up() const;
};

[[nodiscard]] mesh_page read_mesh_page(const ledger::place& of);

/// Reads again and again until it is as wanted; throws with `what` and the last one.
mesh_page wait_for_mesh_page(const ledger::place& of, const std::string& what,
                             const std::function<bool(const mesh_page&)>& wanted);

} // namespace actormesh::mesh_tests
