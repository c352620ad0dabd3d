/// Structured logs to stderr, as text or as JSON lines.
///
///     telemetry::log::info("connection closed", {{"connection", id}, {"reason", reason}});
///
/// Any thread. A line below the level costs one relaxed load and one compare. A line that
/// is written is formatted by the caller and handed to a writer thread through a bounded
/// queue: when stderr is slow the oldest lines are dropped and counted, and nobody waits.
/// Until `start` nothing is logged.
#pragma once

#include "config/defaults.hpp"
#include "config/settings.hpp"

#include <atomic>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

namespace actormesh::telemetry::log {

using config::log_format;
using config::log_level;

/// One named value of a line. A view: it must not outlive what it was made from.
struct field {
  std::string_view name; ///< Not `time`, `level`, `message` or `node`.
  std::variant<std::string_view, std::int64_t, std::uint64_t, double, bool> value;

  field(std::string_view key, std::string_view text)
    : name{key}
    , value{text} {}
  field(std::string_view key, const std::string& text)
    : field{key, std::string_view{text}} {}
  field(std::string_view key, const char* text)
    : field{key, std::string_view{text}} {}
  field(std::string_view key, bool flag)
    : name{key}
    , value{flag} {}
  field(std::string_view key, std::signed_integral auto number)
    : name{key}
    , value{static_cast<std::int64_t>(number)} {}
  field(std::string_view key, std::unsigned_integral auto number)
    : name{key}
    , value{static_cast<std::uint64_t>(number)} {}
  field(std::string_view key, std::floating_point auto number)
    : name{key}
    , value{static_cast<double>(number)} {}
};

using fields = std::initializer_list<field>;

/// How to log.
struct options {
  log_level level = log_level::info;
  log_format format = log_format::text;
  std::string node = {}; ///< Goes into every JSON line; empty: left out.
  int descriptor = 2;
  std::size_t queue_lines = config::defaults::log_queue_lines;
};

/// Starts the writer thread. Call it once the process has its signal mask, and before
/// there are other threads; a second call replaces the first one's writer.
void start(const options& how);

/// Writes what is queued, within `config::defaults::log_flush_timeout`, and ends the
/// writer thread. After this nothing is logged.
void stop();

/// Change a running log.
void set_level(log_level level) noexcept;
void set_format(log_format format) noexcept;

/// Lines that were dropped because stderr did not take them in time.
[[nodiscard]] std::uint64_t lost_lines() noexcept;

/// The line without its end, as it is written. Any bytes are safe in a message, in a name
/// and in a value: what is not printable comes out escaped.
[[nodiscard]] std::string format_line(log_format format, log_level level, std::string_view node,
                                      std::chrono::system_clock::time_point time,
                                      std::string_view message, fields values);

namespace detail {
inline std::atomic<log_level> threshold{log_level::off};
void write(log_level level, std::string_view message, fields values);
} // namespace detail

[[nodiscard]] inline bool enabled(log_level level) noexcept {
  return level >= detail::threshold.load(std::memory_order_relaxed) && level != log_level::off;
}

inline void trace(std::string_view message, fields values = {}) {
  if (enabled(log_level::trace))
    detail::write(log_level::trace, message, values);
}

inline void debug(std::string_view message, fields values = {}) {
  if (enabled(log_level::debug))
    detail::write(log_level::debug, message, values);
}

inline void info(std::string_view message, fields values = {}) {
  if (enabled(log_level::info))
    detail::write(log_level::info, message, values);
}

inline void warn(std::string_view message, fields values = {}) {
  if (enabled(log_level::warn))
    detail::write(log_level::warn, message, values);
}

inline void error(std::string_view message, fields values = {}) {
  if (enabled(log_level::error))
    detail::write(log_level::error, message, values);
}

} // namespace actormesh::telemetry::log
