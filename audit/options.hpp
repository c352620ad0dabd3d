/// How to audit: the options of `audit` in the configuration. Plain values that depend on nothing.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace actormesh::audit {

/// How an operation ended.
enum class outcome : std::uint8_t { allowed, denied };

/// Which operations of an API or a namespace are recorded.
enum class level : std::uint8_t {
  off,    ///< None.
  denied, ///< Those that were refused.
  all,    ///< Every one.
};

/// What happens to clients while records cannot be written.
enum class failure_policy : std::uint8_t {
  go_on,            ///< Nothing: records that find no room are lost and counted.
  refuse_publishes, ///< `log::refuses` is true, and publishes are to be answered with 503.
};

/// When records are forced to the disk.
enum class sync_policy : std::uint8_t {
  none,     ///< When the kernel likes to: a crash of the machine may take half a minute of them.
  interval, ///< Once in `options::sync_interval`, if there are new ones.
  batch,    ///< After every write.
};

[[nodiscard]] constexpr std::string_view to_string(outcome value) noexcept {
  return value == outcome::allowed ? "allowed" : "denied";
}

[[nodiscard]] constexpr std::string_view to_string(level value) noexcept {
  return value == level::off ? "off" : value == level::denied ? "denied" : "all";
}

[[nodiscard]] constexpr std::string_view to_string(failure_policy value) noexcept {
  return value == failure_policy::go_on ? "go_on" : "refuse_publishes";
}

[[nodiscard]] constexpr std::string_view to_string(sync_policy value) noexcept {
  return value == sync_policy::none       ? "none"
         : value == sync_policy::interval ? "interval"
                                          : "batch";
}

/// Returns whether an operation is to be recorded. Look here first: at the level `denied` an
/// allowed operation costs this comparison and nothing else.
[[nodiscard]] constexpr bool wants(level at, outcome result) noexcept {
  return at == level::all || (at == level::denied && result == outcome::denied);
}

/// Any thread, but for the folder of `file`, which nobody else may write to.
struct options {
  /// The current file. Rotated ones lie beside it: `audit.jsonl`,
  /// `audit-20261122T000000Z-1234.jsonl`.
  std::filesystem::path file = {};

  /// Holds the key of the chain (`load_key`). None: the chain is made of plain SHA-256, which
  /// whoever may write to the file can make anew.
  std::optional<std::filesystem::path> key_file = {};

  /// Goes into every record.
  std::string node = {};

  /// A file of this size is rotated. Small enough to look into and to ship.
  std::uint64_t rotate_bytes = 100ULL * 1024 * 1024;

  /// So is one that began before the last multiple of this time since 1970 (UTC): a day rotates at
  /// midnight. 0: never.
  std::chrono::seconds rotate_interval = std::chrono::hours{24};

  /// How many rotated files are kept; the oldest go first. 0: all of them.
  std::size_t keep_files = 0;

  sync_policy sync = sync_policy::interval;

  /// What a crash of the machine may take, with `sync_policy::interval`.
  std::chrono::milliseconds sync_interval{1'000};

  /// Records that may wait for the disk, in bytes: some 50,000 of them, which is what a busy node
  /// makes while a disk stalls for a second.
  std::size_t queue_bytes = 16UL * 1024 * 1024;

  failure_policy on_failure = failure_policy::go_on;
};

} // namespace actormesh::audit
