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
  api_key, ///< `API_KEY`: a key of the API's file of keys, or of its secret source.
  iam,     ///< `AWS_IAM`: a request signed with an access key (SigV4).
  cognito, ///< `AMAZON_COGNITO_USER_POOLS`: a token of a user pool.
  oidc,    ///< `OPENID_CONNECT`: a token of an OpenID Connect provider.
  lambda,  ///< `AWS_LAMBDA`: whatever a web hook accepts.
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

/// Whether a listener speaks TLS.
enum class tls_mode : std::uint8_t {
  off,  ///< Never.
  on,   ///< Always.
  both, ///< As each client likes: the first byte says.
};

/// What the audit log writes down about operations.
enum class audit_level : std::uint8_t {
  off,
  denied, ///< Only what was refused.
  all,
};

/// When the audit log is known to be on disk.
enum class audit_sync : std::uint8_t {
  none,     ///< When the system likes.
  interval, ///< Within a second.
  always,   ///< Before the next batch of records is written.
};

/// What happens to publishes that the audit log can't write down.
enum class audit_failure : std::uint8_t { go_on, refuse_publishes };

/// Whether a statement of an access key's policy gives or takes.
enum class policy_effect : std::uint8_t { allow, deny };

/// Names as they are written in the configuration: `API_KEY`, `drop_oldest`, `info`, `json`.
[[nodiscard]] std::string_view to_string(auth_mode value) noexcept;
[[nodiscard]] std::string_view to_string(slow_consumer_policy value) noexcept;
[[nodiscard]] std::string_view to_string(log_level value) noexcept;
[[nodiscard]] std::string_view to_string(log_format value) noexcept;
[[nodiscard]] std::string_view to_string(tls_mode value) noexcept;
[[nodiscard]] std::string_view to_string(audit_level value) noexcept;
[[nodiscard]] std::string_view to_string(audit_sync value) noexcept;
[[nodiscard]] std::string_view to_string(audit_failure value) noexcept;
[[nodiscard]] std::string_view to_string(policy_effect value) noexcept;

/// TLS of a listener. PEM files.
struct listener_tls_settings {
  tls_mode mode = tls_mode::off;
  std::string certificate; ///< The chain. Absolute, or relative to the configuration file.
  std::string key;         ///< As above.
  std::string min_version = defaults::tls_min_version; ///< `1.2` or `1.3`.

  friend bool operator==(const listener_tls_settings&, const listener_tls_settings&) = default;
};

/// Where the node accepts clients.
struct listener_settings {
  std::string address = defaults::listen_address; ///< IPv4 or IPv6 literal.
  std::uint16_t port = defaults::listen_port;     ///< 0 picks a free one.
  /// Whether connections of trusted proxies begin with a PROXY protocol header.
  bool proxy_protocol = false;
  listener_tls_settings tls = {};

  friend bool operator==(const listener_settings&, const listener_settings&) = default;
};

/// Limits of the HTTP side, for every listener.
struct http_settings {
  std::size_t header_bytes = defaults::http_header_bytes;
  std::size_t body_bytes = defaults::http_body_bytes;
  std::chrono::milliseconds header_timeout = defaults::http_header_timeout;
  std::chrono::milliseconds body_timeout = defaults::http_body_timeout;
  std::chrono::milliseconds idle_timeout = defaults::http_idle_timeout;
  /// Connections from one address that have not become WebSockets. 0: not limited.
  std::size_t connections_per_address = defaults::http_connections_per_address;
  /// Networks of proxies whose word about a client's address counts: `10.0.0.0/8`, `::1`.
  std::vector<std::string> trusted_proxies = {};
  std::string server_header = {}; ///< Value of `Server`; empty: no such header.

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
  /// What a message that has begun gets to become whole, at least; at most twice this.
  std::chrono::milliseconds message_timeout = defaults::websocket_message_timeout;
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
  /// Wrong credentials from one address in a minute before they are answered with 429. 0: not
  /// limited.
  std::size_t failures_per_minute = defaults::auth_failures_per_minute;

  friend bool operator==(const auth_settings&, const auth_settings&) = default;
};

/// Where API keys come from besides a file of keys: secrets in clear, which somebody else rotates.
struct keys_source_settings {
  std::string file;                 ///< Absolute, or relative to the configuration file.
  std::vector<std::string> command; ///< A program and its arguments; it prints the secret.
  std::string url;                  ///< Answers like AWS Secrets Manager's `GetSecretValue`.
  std::string secret_id;            ///< What `url` is asked for.
  std::string ca;                   ///< PEM file of the CAs that `url` is trusted by.
  std::string member = defaults::keys_source_member; ///< Where a secret is a JSON object.
  std::chrono::milliseconds interval = defaults::keys_source_interval;
  /// How long a key counts after the source has stopped to name it.
  std::chrono::milliseconds overlap = defaults::keys_source_overlap;
  std::chrono::milliseconds timeout = defaults::keys_source_timeout;

  [[nodiscard]] bool is_set() const noexcept {
    return !file.empty() || !command.empty() || !url.empty();
  }

  friend bool operator==(const keys_source_settings&, const keys_source_settings&) = default;
};

/// How names of access keys and their policies are written.
struct iam_settings {
  std::string region = defaults::iam_region;
  std::string account = defaults::iam_account; ///< In the ARNs of policies and identities.
  std::chrono::milliseconds clock_skew = defaults::iam_clock_skew;

  friend bool operator==(const iam_settings&, const iam_settings&) = default;
};

/// One statement of an access key's policy.
struct statement_settings {
  policy_effect effect = policy_effect::allow;
  std::vector<std::string> actions;   ///< `appsync:EventPublish`, `*`
  std::vector<std::string> resources; ///< ARNs with `*` and `?`

  friend bool operator==(const statement_settings&, const statement_settings&) = default;
};

/// An access key whose owner may sign requests.
struct access_key_settings {
  std::string id;          ///< `AKIA…`
  std::string user;        ///< Whose it is, for identities and the audit log; empty: the id.
  std::string secret_file; ///< One secret a line, all valid. Relative to the configuration file.
  /// One session token a line: a request must carry one of them. Empty: requests carry none.
  std::string session_token_file;
  std::vector<statement_settings> policy;

  friend bool operator==(const access_key_settings&, const access_key_settings&) = default;
};

/// Whose tokens are accepted.
struct issuer_settings {
  auth_mode mode = auth_mode::oidc; ///< `oidc` or `cognito`.
  std::string issuer;               ///< Exactly what tokens have as `iss`.
  std::string clients;              ///< Regular expression for `aud`, `azp` or `client_id`.
  std::string jwks_url;             ///< Empty: found by OpenID Connect discovery.
  std::string jwks_file;            ///< Instead of asking anybody. Relative to the configuration.
  std::string ca;                   ///< PEM file of the CAs that the issuer is trusted by.
  std::chrono::milliseconds refresh = defaults::jwks_refresh;
  std::chrono::milliseconds min_refresh = defaults::jwks_min_refresh;
  std::chrono::milliseconds timeout = defaults::jwks_timeout;
  std::chrono::milliseconds iat_ttl{0};  ///< Age of a token at most. 0: not limited.
  std::chrono::milliseconds auth_ttl{0}; ///< Time since the user signed in. 0: not limited.
  std::chrono::milliseconds leeway = defaults::token_leeway;
  bool close_on_expiry = false; ///< Whether connections end with the token they began with.

  friend bool operator==(const issuer_settings&, const issuer_settings&) = default;
};

/// The web hook behind `AWS_LAMBDA`.
struct authorizer_settings {
  std::string url;
  std::string ca;                             ///< PEM file of the CAs that it is trusted by.
  std::string identity_validation_expression; ///< Tokens that don't match are refused unasked.
  std::chrono::milliseconds result_ttl{0};    ///< Of answers without `ttlOverride`. 0: not kept.
  std::chrono::milliseconds timeout = defaults::authorizer_timeout;
  std::size_t concurrency = defaults::authorizer_concurrency;
  std::size_t queue = defaults::authorizer_queue;
  std::size_t cache_entries = defaults::authorizer_cache_entries;

  friend bool operator==(const authorizer_settings&, const authorizer_settings&) = default;
};

struct namespace_settings {
  std::string name;
  std::vector<auth_mode> publish_auth;   ///< Empty: inherits from the API.
  std::vector<auth_mode> subscribe_auth; ///< Empty: inherits from the API.
  slow_consumer_policy slow_consumer = slow_consumer_policy::disconnect;
  bool wildcards = true; ///< Whether subscriptions may end in `/*`.
  /// Channels of this form only, with claims of the caller's identity in them: `/user/{sub}/*`.
  /// Empty: every channel of the namespace.
  std::vector<std::string> channels = {};
  audit_level audit = audit_level::denied;

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
  std::string id;                   ///< `[A-Za-z0-9_-]{1,64}`, unique.
  std::string path_prefix;          ///< Empty, or `/v/dev` (no slash at the end).
  std::vector<std::string> hosts;   ///< Lower case, without port; empty: any host.
  std::vector<std::string> origins; ///< Of browsers: `https://example.com`; empty: any.
  std::string keys_file;            ///< Absolute, or relative to the configuration file.
  auth_settings auth;
  keys_source_settings keys_source;
  iam_settings iam;
  authorizer_settings authorizer;
  api_limits limits;
  std::vector<access_key_settings> access_keys;
  std::vector<issuer_settings> issuers;
  std::vector<namespace_settings> namespaces;

  friend bool operator==(const api_settings&, const api_settings&) = default;
};

/// The audit log. Off unless it has a file.
struct audit_settings {
  std::string file;     ///< Absolute, or relative to the configuration file.
  std::string key_file; ///< Makes the chain one that nobody without it can forge.
  std::size_t rotate_bytes = defaults::audit_rotate_bytes;
  std::chrono::milliseconds rotate_interval = defaults::audit_rotate_interval;
  std::size_t keep_files = 0; ///< Rotated files that are kept. 0: all.
  audit_sync sync = audit_sync::interval;
  std::size_t queue_bytes = defaults::audit_queue_bytes;
  audit_failure on_failure = audit_failure::go_on;

  friend bool operator==(const audit_settings&, const audit_settings&) = default;
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
  audit_settings audit;
  std::vector<api_settings> apis;

  friend bool operator==(const settings&, const settings&) = default;
};

} // namespace actormesh::config
