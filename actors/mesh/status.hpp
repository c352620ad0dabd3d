/// What a node knows of its mesh, for people and tests.
#pragma once

#include "actors/mesh/protocol.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace actormesh::mesh {

enum class peer_state : std::uint8_t {
  up,
  connecting,  ///< Dialed, or dialing, but not linked yet.
  unreachable, ///< It was up, or should be; it is looked for.
};

[[nodiscard]] const char* to_string(peer_state state) noexcept;

struct peer_status {
  std::string name;
  std::uint64_t incarnation = 0;
  std::string address;
  peer_state state = peer_state::connecting;
  std::chrono::system_clock::time_point since; ///< In this state.
  std::chrono::microseconds round_trip{0};
  std::size_t their_interest = 0;     ///< Channels and patterns.
  std::size_t confirmed_interest = 0; ///< Ours that it has confirmed.
  std::size_t queued_bytes = 0;
  std::uint64_t events_sent = 0; ///< These since the node started, over all links to the peer.
  std::uint64_t bytes_sent = 0;
  std::uint64_t events_received = 0;
  std::uint64_t bytes_received = 0;
  std::string last_error;
};

struct mesh_status {
  std::string mesh;
  std::string node;
  std::uint64_t incarnation = 0;
  std::string address;
  bool joined = false;
  std::vector<peer_status> peers; ///< By name.
  std::size_t clients = 0;
  std::size_t channels = 0; ///< With subscribers on this node.
  std::size_t patterns = 0;
  std::array<std::uint64_t, static_cast<std::size_t>(refusal::count)> refused{};
};

/// Any thread: where the mesh writes its status from time to time, and others read it.
class status_board {
public:
  void write(mesh_status fresh) {
    const std::lock_guard guard{mutex_};
    current_ = std::move(fresh);
  }

  [[nodiscard]] mesh_status read() const {
    const std::lock_guard guard{mutex_};
    return current_;
  }

private:
  mutable std::mutex mutex_;
  mesh_status current_; ///< Guarded by `mutex_`.
};

} // namespace actormesh::mesh
