/// What a node says of its mesh, and what its process holds.
#pragma once

#include "tests/process/node_process.hpp"

#include <boost/json.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

namespace actormesh::mesh_security {

/// GET /mesh of a node, as it came.
class mesh_view {
public:
  explicit mesh_view(boost::json::value page);

  [[nodiscard]] bool joined() const;
  [[nodiscard]] std::uint64_t refused(const std::string& reason) const;
  [[nodiscard]] std::uint64_t lost(const std::string& reason) const;
  [[nodiscard]] std::size_t peers_up() const;
  /// Whether there is such a peer, and a link to it.
  [[nodiscard]] bool is_up(const std::string& peer) const;
  /// A member of the peer of that name; throws if there is none.
  [[nodiscard]] std::string of_peer(const std::string& peer, const std::string& member) const;
  /// Why the link to it ended; empty if it is up, or there is no such peer.
  [[nodiscard]] std::string error_of(const std::string& peer) const;
  [[nodiscard]] std::uint64_t their_interest(const std::string& peer) const;
  [[nodiscard]] std::string text() const;

private:
  [[nodiscard]] const boost::json::object* find(const std::string& peer) const;

  boost::json::value page_;
};

[[nodiscard]] mesh_view look_at(const process::node_process& node);

/// Looks again and again until it is as wanted; throws with `what` and the last page.
mesh_view wait_for(const process::node_process& node, const std::string& what,
                   const std::function<bool(const mesh_view&)>& wanted);

void wait_until_up(const process::node_process& node, const std::string& peer);

/// Waits until so many have been refused for that reason; throws if there are more.
void wait_for_refused(const process::node_process& node, const std::string& reason,
                      std::uint64_t count);

/// Open files of a process.
[[nodiscard]] std::size_t open_files(pid_t pid);

/// Throws unless the node has so many again, soon.
void wait_for_open_files(const process::node_process& node, std::size_t count);

/// Memory that a process has, in bytes.
[[nodiscard]] std::size_t resident_bytes(pid_t pid);

} // namespace actormesh::mesh_security
