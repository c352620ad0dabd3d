/// How the node is linked with others.
#pragma once

#include "config/defaults.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace actormesh::config {

/// PEM files. All of them or none.
struct mesh_tls_settings {
  std::string certificate; ///< Absolute, or relative to the configuration file.
  std::string key;         ///< As above.
  std::string ca;          ///< As above.

  friend bool operator==(const mesh_tls_settings&, const mesh_tls_settings&) = default;
};

struct mesh_settings {
  /// Nodes find each other without a configuration, on one machine.
  bool enabled = true;
  std::string name = defaults::mesh_name; ///< `[A-Za-z0-9_.-]{1,64}`
  /// IPv4 or IPv6 literal. Loopback only: beyond it the mesh wants TLS.
  std::string address = "127.0.0.1";
  std::uint16_t port = 7400; ///< 0 picks a free one.
  /// `HOST:PORT` that other nodes should dial; empty: the bound address.
  std::string advertise;
  std::vector<std::string> seeds; ///< `HOST:PORT` each; an IPv6 address in brackets.
  mesh_tls_settings tls;
  /// Often enough to see a dead peer within seconds, and nothing next to the events.
  std::chrono::milliseconds heartbeat_interval{500};
  /// Silence after which a peer counts as dead. Five heartbeats: a busy loop or one lost packet
  /// must not end a link.
  std::chrono::milliseconds heartbeat_timeout{2'500};
  /// Within a data centre a connection takes milliseconds; one lost SYN is sent again after 1 s.
  std::chrono::milliseconds connect_timeout{2'000};
  /// TLS and the first frame, on a peer that is busy.
  std::chrono::milliseconds handshake_timeout{5'000};
  /// Back-off between two dials of a node that is not there: one that restarts is found again at
  /// once,
  std::chrono::milliseconds retry_min{100};
  /// and one that stays away costs next to nothing.
  std::chrono::milliseconds retry_max{5'000};
  /// How long an unreachable node that is no seed is looked for: longer than a restart or a network
  /// failure that somebody is about to mend.
  std::chrono::milliseconds forget_after = std::chrono::minutes{10};
  /// Bytes that may wait for one peer before publishes to its channels are refused. Half a second
  /// of a saturated gigabit link.
  std::size_t queue_bytes = 64 * 1024 * 1024;
  /// Twice the largest WebSocket message.
  std::size_t frame_bytes = 16 * 1024 * 1024;
  /// Services of one company; browsers don't connect to the mesh port.
  std::size_t max_clients = 1'000;
  /// Connections which have not yet said who they are: strangers can't hold more descriptors.
  std::size_t max_handshakes = 64;
  /// Bytes that may wait for one C++ client before its namespace's slow-consumer policy applies. It
  /// takes more than a browser does, and there are fewer of them.
  std::size_t client_queue_bytes = 8 * 1024 * 1024;

  friend bool operator==(const mesh_settings&, const mesh_settings&) = default;
};

} // namespace actormesh::config
