/// How to audit: the options of `audit` in the configuration, as the log wants them.
#pragma once

#include "config/defaults.hpp"
#include "config/settings.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace actormesh::audit {

using level = config::audit_level;
using sync_policy = config::audit_sync;
using failure_policy = config::audit_failure;

/// How an operation ended.
enum class outcome : std::uint8_t { allowed, denied };

[[nodiscard]] constexpr std::string_view to_string(outcome value) noexcept {
  return value == outcome::allowed ? "allowed" : "denied";
}

/// Returns whether an operation is to be recorded. Look here first: at the level `denied` an
/// allowed operation costs this comparison and nothing else.
[[nodiscard]] constexpr bool wants(level at, outcome result) noexcept {
  return at == level::all || (at == level::denied && result == outcome::denied);
}

/// Plain values.
struct options {
  /// The current file. Rotated ones lie beside it: `audit.jsonl`,
  /// `audit-20261122T000000Z-1234.jsonl`, where 1234 is the last record in it.
  std::filesystem::path file = {};

  /// Holds the key of the chain (`load_key`). None: the chain is made of plain SHA-256, which
  /// whoever may write to the file can make anew.
  std::optional<std::filesystem::path> key_file = {};

  /// Name of the node. Goes into every record.
  std::string node = {};

  /// A file of this size is rotated. Small enough to look into and to ship.
  std::uint64_t rotate_bytes = config::defaults::audit_rotate_bytes;

  /// So is one that began before the last multiple of this time since 1970 (UTC): a day rotates at
  /// midnight. To the second; less than one: never.
  std::chrono::milliseconds rotate_interval = config::defaults::audit_rotate_interval;

  /// How many rotated files are kept; the oldest go first. 0: all of them.
  std::size_t keep_files = 0;

  /// When records are forced to the disk.
  sync_policy sync = sync_policy::interval;

  /// What a crash of the machine may take, with `sync_policy::interval`.
  std::chrono::milliseconds sync_interval{1'000};

  /// Records that may wait for the disk, in bytes.
  std::size_t queue_bytes = config::defaults::audit_queue_bytes;

  /// What becomes of publishes while records cannot be written, or find no room in the queue.
  failure_policy on_failure = failure_policy::go_on;
};

} // namespace actormesh::audit
