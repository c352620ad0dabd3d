/// What a node was told to do: the checked, typed form of the configuration.
///
/// Plain values. Made by `load_settings`, immutable afterwards and shared
/// between the loops as `std::shared_ptr<const settings>`.
#pragma once

#include "config/defaults.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace actormesh::config {

/// How a caller may prove who it is.
enum class auth_mode : std::uint8_t {
  api_key, ///< `API_KEY`: a key of the API's file of keys.
  none,    ///< `NONE`: no credential is asked for (not part of AWS's modes).
};

/// What happens to an event that no longer fits into a subscriber's queue.
enum class slow_consumer_policy : std::uint8_t {
  disconnect,  ///< The subscriber's connection is closed.
  drop_oldest, ///< Events that wait longest make room.
  drop_newest, ///< The event itself is dropped.
};

enum class log_level : std::uint8_t { trace, debug, info, warn, error, off };

enum class log_format : std::uint8_t { text, json };

/// Names as they are written in the configuration: `API_KEY`, `drop_oldest`, `info`, `json`.
[[nodiscard]] std::string_view to_string(auth_mode value) noexcept;
[[nodiscard]] std::string_view to_string(slow_consumer_policy value) noexcept;
[[nodiscard]] std::string_view to_string(log_level value) noexcept;
[[nodiscard]] std::string_view to_string(log_format value) noexcept;

/// Where the node accepts clients.
struct listener_settings {
  std::string address = defaults::listen_address; ///< IPv4 or IPv6 literal.
  std::uint16_t port = defaults::listen_port;     ///< 0 picks a free one.

  friend bool operator==(const listener_settings&, const listener_settings&) = default;
};

/// Limits of the HTTP side, for every listener.
struct http_settings {
  std::size_t header_bytes = defaults::http_header_bytes;
  std::size_t body_bytes = defaults::http_body_bytes;
  std::chrono::milliseconds header_timeout = defaults::http_header_timeout;
  std::chrono::milliseconds body_timeout = defaults::http_body_timeout;
  std::chrono::milliseconds idle_timeout = defaults::http_idle_timeout;

  friend bool operator==(const http_settings&, const http_settings&) = default;
};

/// Limits of the WebSocket side, for every listener.
struct websocket_settings {
  std::size_t message_bytes = defaults::websocket_message_bytes;
  /// Bytes that may wait for one subscriber before its slow-consumer policy
  /// applies.
  std::size_t queue_bytes = defaults::websocket_queue_bytes;
  std::chrono::milliseconds keep_alive_interval = defaults::keep_alive_interval;
  /// What `connection_ack` tells the client.
  std::chrono::milliseconds connection_timeout = defaults::connection_timeout;
  std::chrono::milliseconds connection_lifetime = defaults::connection_lifetime;
  std::chrono::milliseconds close_timeout = defaults::close_timeout;
  bool compression = defaults::compression;
  /// Smallest event that is compressed, in bytes.
  std::size_t compression_threshold = defaults::compression_threshold;

  friend bool operator==(const websocket_settings&, const websocket_settings&) = default;
};

/// PEM files. All of them or none.
struct mesh_tls_settings {
  std::string certificate; ///< Absolute, or relative to the configuration file.
  std::string key;         ///< As above.
  std::string ca;          ///< As above.

  friend bool operator==(const mesh_tls_settings&, const mesh_tls_settings&) = default;
};

/// How the node is linked with others.
struct mesh_settings {
  bool enabled = defaults::mesh;
  std::string name = defaults::mesh_name;       ///< `[A-Za-z0-9_.-]{1,64}`
  std::string address = defaults::mesh_address; ///< IPv4 or IPv6 literal.
  std::uint16_t port = defaults::mesh_port;     ///< 0 picks a free one.
  /// `HOST:PORT` that other nodes should dial; empty: the bound address.
  std::string advertise;
  std::vector<std::string> seeds; ///< `HOST:PORT` each; an IPv6 address in brackets.
  mesh_tls_settings tls;
  std::chrono::milliseconds heartbeat_interval = defaults::mesh_heartbeat_interval;
  /// Silence after which a peer counts as dead.
  std::chrono::milliseconds heartbeat_timeout = defaults::mesh_heartbeat_timeout;
  std::chrono::milliseconds connect_timeout = defaults::mesh_connect_timeout;
  std::chrono::milliseconds handshake_timeout = defaults::mesh_handshake_timeout;
  /// Back-off between two dials of a node that is not there.
  std::chrono::milliseconds retry_min = defaults::mesh_retry_min;
  std::chrono::milliseconds retry_max = defaults::mesh_retry_max;
  /// How long an unreachable node that is no seed is looked for.
  std::chrono::milliseconds forget_after = defaults::mesh_forget_after;
  /// Bytes that may wait for one peer before publishes to its channels are refused.
  std::size_t queue_bytes = defaults::mesh_queue_bytes;
  std::size_t frame_bytes = defaults::mesh_frame_bytes;
  std::size_t max_clients = defaults::mesh_clients;
  /// Connections which have not yet said who they are.
  std::size_t max_handshakes = defaults::mesh_handshakes;
  /// Bytes that may wait for one C++ client before its namespace's slow-consumer policy applies.
  std::size_t client_queue_bytes = defaults::mesh_client_queue_bytes;

  friend bool operator==(const mesh_settings&, const mesh_settings&) = default;
};

/// Which modes may do what in an API, unless a namespace says otherwise.
struct auth_settings {
  std::vector<auth_mode> connect{auth_mode::api_key};
  std::vector<auth_mode> publish{auth_mode::api_key};
  std::vector<auth_mode> subscribe{auth_mode::api_key};

  friend bool operator==(const auth_settings&, const auth_settings&) = default;
};

struct namespace_settings {
  std::string name;
  std::vector<auth_mode> publish_auth;   ///< Empty: inherits from the API.
  std::vector<auth_mode> subscribe_auth; ///< Empty: inherits from the API.
  slow_consumer_policy slow_consumer = slow_consumer_policy::disconnect;

  friend bool operator==(const namespace_settings&, const namespace_settings&) = default;
};

/// Limits of one API. A rate or a count of 0 means: not limited.
struct api_limits {
  std::size_t connections = defaults::api_connections;
  std::size_t connections_per_address = defaults::connections_per_address;
  std::size_t connections_per_second = defaults::connections_per_second;
  std::size_t publishes_per_second = defaults::publishes_per_second;  ///< Per connection.
  std::size_t subscriptions = defaults::subscriptions_per_connection; ///< Per connection.
  std::size_t events_per_publish = defaults::events_per_publish;
  std::size_t event_bytes = defaults::event_bytes;

  friend bool operator==(const api_limits&, const api_limits&) = default;
};

/// One Event API: an environment such as dev or prod, sharing nothing with others.
struct api_settings {
  std::string id;                 ///< `[A-Za-z0-9_-]{1,64}`, unique.
  std::string path_prefix;        ///< Empty, or `/v/dev` (no slash at the end).
  std::vector<std::string> hosts; ///< Lower case, without port; empty: any host.
  std::string keys_file;          ///< Absolute, or relative to the configuration file.
  auth_settings auth;
  api_limits limits;
  std::vector<namespace_settings> namespaces;

  friend bool operator==(const api_settings&, const api_settings&) = default;
};

struct settings {
  std::string node_name;               ///< `[A-Za-z0-9_.-]{1,64}`; empty: nobody wrote one.
  std::size_t loops = defaults::loops; ///< Event loops; 0: one per core.
  std::size_t max_channels = defaults::max_channels; ///< Per loop, with or without subscribers.
  std::chrono::milliseconds drain_timeout = defaults::drain_timeout;
  log_level level = log_level::info;
  log_format format = log_format::text;
  std::vector<listener_settings> listeners;
  http_settings http;
  websocket_settings websocket;
  mesh_settings mesh;
  std::vector<api_settings> apis;

  friend bool operator==(const settings&, const settings&) = default;
};

} // namespace actormesh::config
