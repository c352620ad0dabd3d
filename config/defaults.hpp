/// Limits, time-outs and sizes that are no options, or that others start from as well, each with
/// its unit and its reason. The default of an option is at its member (config/settings/).
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace actormesh::config::defaults {

using std::chrono::milliseconds;

/// The loops' interest in a channel is kept as a bit for each.
inline constexpr std::size_t max_loops = 64;

/// From the first byte of a request to the end of its headers.
inline constexpr milliseconds http_header_timeout{10'000};

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

/// A secret is a key or a few.
inline constexpr std::size_t secret_bytes = 64 * 1024;

/// Verified tokens of an API that are remembered.
inline constexpr std::size_t token_cache_entries = 4'096;

inline constexpr std::size_t audit_rotate_bytes = 100 * 1024 * 1024;
inline constexpr milliseconds audit_rotate_interval{24LL * 60 * 60 * 1000};

/// Some 30,000 records that wait for the disk.
inline constexpr std::size_t audit_queue_bytes = 8 * 1024 * 1024;

/// Keeps meshes apart which share a network.
inline constexpr const char* mesh_name = "actormesh";

/// What a frame needs besides the event: channel, ids, and room for what comes later.
inline constexpr std::size_t mesh_frame_overhead = 4 * 1024;

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
