/// Durations, sizes and numbers as a person writes them. Pure functions.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace actormesh::config {

/// Reads `500ms`, `10s`, `5m`, `24h`, `7d`, or several of them from large to small as in
/// `1m30s`. A bare number is no duration, except `0`.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

/// Returns the shortest form that `parse_duration` reads back: `90s`, `24h`, `1500ms`.
[[nodiscard]] std::string format_duration(std::chrono::milliseconds value);

/// Reads `240KiB`, `1MiB`, `8MB`, `1.2MB` or a bare number of bytes. KB, MB and GB are powers
/// of 1000, KiB, MiB and GiB of 1024.
[[nodiscard]] std::optional<std::uint64_t> parse_size(std::string_view text);

/// Returns the size in the largest binary unit that divides it, else in bytes.
[[nodiscard]] std::string format_size(std::uint64_t bytes);

/// Reads a whole number without a sign: decimal digits and nothing else.
[[nodiscard]] std::optional<std::uint64_t> parse_number(std::string_view text);

} // namespace actormesh::config
