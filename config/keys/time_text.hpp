/// Times in files of keys and in lists. Any thread: pure functions.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace actormesh::config {

/// A time as files of keys and lists show it: `2026-11-28T20:00:00Z`.
[[nodiscard]] std::string format_time(std::chrono::sys_seconds value);

/// Reads what `format_time` writes, and nothing else.
[[nodiscard]] std::optional<std::chrono::sys_seconds> parse_time(std::string_view text);

} // namespace actormesh::config
