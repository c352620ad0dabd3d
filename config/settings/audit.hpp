/// The audit log. Off unless it has a file.
#pragma once

#include "config/defaults.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace actormesh::config {

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

/// As they are written in the configuration: `denied`, `interval`, `go_on`.
[[nodiscard]] std::string_view to_string(audit_level value) noexcept;
[[nodiscard]] std::string_view to_string(audit_sync value) noexcept;
[[nodiscard]] std::string_view to_string(audit_failure value) noexcept;

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

} // namespace actormesh::config
