/// Every limit, time-out and size that is not a law of nature, with its unit and
/// its reason. The configuration schema takes its defaults from here.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace actormesh::config::defaults {

using std::chrono::milliseconds;

/// Loopback: a node that was told nothing is reachable by nobody else.
inline constexpr const char* listen_address = "127.0.0.1";
inline constexpr std::uint16_t listen_port = 8080;

/// 0: one event loop per core.
inline constexpr std::size_t loops = 0;

/// The loops' interest in a channel is kept as a bit for each.
inline constexpr std::size_t max_loops = 64;

/// Channels on one loop. Bounds the memory that names alone can take.
inline constexpr std::size_t max_channels = 4'000'000;

/// How long a stopping node goes on flushing before it gives up.
inline constexpr milliseconds drain_timeout{10'000};

/// Request line and headers. Browsers and proxies stay below 8 KiB; a JWT needs room.
inline constexpr std::size_t http_header_bytes = 16 * 1024;

/// AWS's 1.2 MB publish payload, read as MiB so that five largest events fit.
inline constexpr std::size_t http_body_bytes = 1'258'291;

/// From the first byte of a request to the end of its headers.
inline constexpr milliseconds http_header_timeout{10'000};

/// From the end of the headers to the end of the body.
inline constexpr milliseconds http_body_timeout{30'000};

/// Between two requests of a connection that is kept alive.
inline constexpr milliseconds http_idle_timeout{75'000};

/// Browsers open six, and a proxy some hundreds; without a limit one address takes all descriptors.
inline constexpr std::size_t http_connections_per_address = 4'096;

/// TLS 1.2 is what every client since 2013 speaks, and older versions are broken.
inline constexpr const char* tls_min_version = "1.2";

/// amplify-js doubles a publish frame, so twice 1.2 MB plus JSON escaping.
inline constexpr std::size_t websocket_message_bytes = 8 * 1024 * 1024;

/// As long as a body of HTTP may take.
inline constexpr milliseconds websocket_message_timeout{30'000};

/// Centrifugo and soketi bound a client's queue at the same size.
inline constexpr std::size_t websocket_queue_bytes = 1024 * 1024;

/// `ka` frames: AWS sends one a minute.
inline constexpr milliseconds keep_alive_interval{60'000};

/// What `connection_ack` promises: AWS says five minutes.
inline constexpr milliseconds connection_timeout{300'000};

/// AWS ends a connection after 24 hours.
inline constexpr milliseconds connection_lifetime{24LL * 60 * 60 * 1000};

/// How long the node waits for the peer's close frame, and for the last bytes to leave.
inline constexpr milliseconds close_timeout{5'000};

/// Off: compression costs CPU, and memory at the client, for small events.
inline constexpr bool compression = false;

/// Below this size deflate gains nothing.
inline constexpr std::size_t compression_threshold = 256;

/// 0: not limited.
inline constexpr std::size_t api_connections = 0;
inline constexpr std::size_t connections_per_address = 0;

/// AWS's quota "rate of connections per API".
inline constexpr std::size_t connections_per_second = 2'000;

/// AWS's quota "rate of publish requests per client connection".
inline constexpr std::size_t publishes_per_second = 25;

/// AWS's quota "subscriptions per client connection".
inline constexpr std::size_t subscriptions_per_connection = 200;

/// AWS's quota "batch size per publish request".
inline constexpr std::size_t events_per_publish = 5;

/// Objects and arrays inside each other, in a frame, a body or an event. Well above what people
/// nest (Boost.JSON's own limit is 32), and bounded because the parser's stack grows with it.
inline constexpr std::size_t json_depth = 256;

/// AWS's quota "event size", 240 KB.
inline constexpr std::size_t event_bytes = 240 * 1024;

/// AWS: a new API key lives seven days unless told otherwise,
inline constexpr std::chrono::seconds key_life = std::chrono::hours{24 * 7};

/// one day at least,
inline constexpr std::chrono::seconds key_life_min = std::chrono::hours{24};

/// and 365 days at most.
inline constexpr std::chrono::seconds key_life_max = std::chrono::hours{24 * 365};

/// The key of a first start is for trying things out on loopback: it should outlast that.
inline constexpr std::chrono::seconds first_key_life = key_life_max;

/// Clients get a day to take up a key that replaces theirs.
inline constexpr std::chrono::seconds key_overlap = std::chrono::hours{24};

/// AWS deletes a key 60 days after it has expired; here the next edit of the file does.
inline constexpr std::chrono::seconds key_kept_after_expiry = std::chrono::hours{24 * 60};

/// AWS's quota "API keys per API".
inline constexpr std::size_t keys_per_file = 50;

/// People mistype; programs that guess do it faster. Nobody guesses 128 bits at any speed, this
/// keeps guessing from costing anything.
inline constexpr std::size_t auth_failures_per_minute = 60;

/// A secret that is mounted by Kubernetes changes within a minute, too.
inline constexpr milliseconds keys_source_interval{60'000};

/// Clients get a day to take up the new key.
inline constexpr milliseconds keys_source_overlap{24LL * 60 * 60 * 1000};
inline constexpr milliseconds keys_source_timeout{10'000};
inline constexpr const char* keys_source_member = "api_key";

/// A secret is a key or a few.
inline constexpr std::size_t secret_bytes = 64 * 1024;

/// What AWS's own tools take when nobody says anything.
inline constexpr const char* iam_region = "us-east-1";
inline constexpr const char* iam_account = "000000000000";

/// AWS's practice.
inline constexpr milliseconds iam_clock_skew{5LL * 60 * 1000};

/// Issuers keep an old key in their set for days.
inline constexpr milliseconds jwks_refresh{60LL * 60 * 1000};

/// A stranger's token with an unknown `kid` makes nobody ask more often than this.
inline constexpr milliseconds jwks_min_refresh{30'000};
inline constexpr milliseconds jwks_timeout{5'000};

/// Clocks of issuers differ by seconds.
inline constexpr milliseconds token_leeway{60'000};

/// Verified tokens of an API that are remembered.
inline constexpr std::size_t token_cache_entries = 4'096;

/// AWS's limit for a Lambda authorizer.
inline constexpr milliseconds authorizer_timeout{10'000};

/// Calls at the same time; a web hook of 50 ms answers some 600 operations per second then.
inline constexpr std::size_t authorizer_concurrency = 32;

/// Calls that wait for one of those; what comes on top is denied.
inline constexpr std::size_t authorizer_queue = 1'024;
inline constexpr std::size_t authorizer_cache_entries = 16'384;

/// AWS's limit for `ttlOverride` and the like.
inline constexpr milliseconds authorizer_result_ttl_max{3'600'000};

/// Operations of one connection that wait for a decision about the one before.
inline constexpr std::size_t waiting_operations = 64;

inline constexpr std::size_t audit_rotate_bytes = 100 * 1024 * 1024;
inline constexpr milliseconds audit_rotate_interval{24LL * 60 * 60 * 1000};

/// Some 30,000 records that wait for the disk.
inline constexpr std::size_t audit_queue_bytes = 8 * 1024 * 1024;

/// Nodes find each other without a configuration, on one machine,
inline constexpr bool mesh = true;

/// under a name that keeps meshes apart which share a network,
inline constexpr const char* mesh_name = "actormesh";

/// and on loopback only: beyond it the mesh wants TLS.
inline constexpr const char* mesh_address = "127.0.0.1";
inline constexpr std::uint16_t mesh_port = 7400;

/// Often enough to see a dead peer within seconds, and nothing next to the events.
inline constexpr milliseconds mesh_heartbeat_interval{500};

/// Five heartbeats: a busy loop or one lost packet must not end a link.
inline constexpr milliseconds mesh_heartbeat_timeout{2'500};

/// Within a data centre a connection takes milliseconds; one lost SYN is sent again after 1 s.
inline constexpr milliseconds mesh_connect_timeout{2'000};

/// TLS and the first frame, on a peer that is busy.
inline constexpr milliseconds mesh_handshake_timeout{5'000};

/// A node that restarts is found again at once,
inline constexpr milliseconds mesh_retry_min{100};

/// and one that stays away costs next to nothing.
inline constexpr milliseconds mesh_retry_max{5'000};

/// Longer than a restart or a network failure that somebody is about to mend.
inline constexpr milliseconds mesh_forget_after{10LL * 60 * 1000};

/// Half a second of a saturated gigabit link.
inline constexpr std::size_t mesh_queue_bytes = 64 * 1024 * 1024;

/// Twice the largest WebSocket message.
inline constexpr std::size_t mesh_frame_bytes = 16 * 1024 * 1024;

/// What a frame needs besides the event: channel, ids, and room for what comes later.
inline constexpr std::size_t mesh_frame_overhead = 4 * 1024;

/// Services of one company; browsers don't connect to the mesh port.
inline constexpr std::size_t mesh_clients = 1'000;

/// Strangers can't hold more descriptors than this.
inline constexpr std::size_t mesh_handshakes = 64;

/// A C++ client takes more than a browser does, and there are fewer of them.
inline constexpr std::size_t mesh_client_queue_bytes = 8 * 1024 * 1024;

/// A private CA should outlast the machines that trust it,
inline constexpr std::chrono::days mesh_ca_life{3'650};

/// and a certificate should not outlast the people who know how to renew it.
inline constexpr std::chrono::days mesh_certificate_life{365};

/// Within this time of its end a certificate is worth a warning at every start.
inline constexpr std::chrono::days mesh_certificate_renewal{14};

/// Log lines that may wait for a slow stderr. The oldest ones go first, and are counted.
inline constexpr std::size_t log_queue_lines = 4'096;

/// How long a stopping node waits for stderr to take the lines that are left.
inline constexpr milliseconds log_flush_timeout{2'000};

} // namespace actormesh::config::defaults
