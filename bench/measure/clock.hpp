/// The clock of all measurements.
#pragma once

#include <chrono>
#include <cstdint>

namespace actormesh::bench {

/// Nanoseconds of the monotonic clock, which generator and kernel share.
[[nodiscard]] inline std::uint64_t now_ns() noexcept {
  const auto since = std::chrono::steady_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(since).count());
}

[[nodiscard]] constexpr std::uint64_t seconds_to_ns(double seconds) noexcept {
  return static_cast<std::uint64_t>(seconds * 1e9);
}

[[nodiscard]] constexpr double ns_to_seconds(std::uint64_t ns) noexcept {
  return static_cast<double>(ns) / 1e9;
}

[[nodiscard]] constexpr double ns_to_us(std::uint64_t ns) noexcept {
  return static_cast<double>(ns) / 1e3;
}

} // namespace actormesh::bench
