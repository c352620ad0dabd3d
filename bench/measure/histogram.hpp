/// Latencies, counted in buckets whose width grows with the value.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace actormesh::bench {

/// Counts values of any size in a fixed space; a quantile is at most 1/64 too large.
///
/// Below 64 each value has its own bucket. Above, each power of two is cut into 64 buckets.
class histogram {
public:
  void record(std::uint64_t value) noexcept {
    ++counts_[bucket_of(value)];
    ++total_;
  }

  /// Forgets everything that was recorded.
  void clear() noexcept;

  [[nodiscard]] std::uint64_t count() const noexcept { return total_; }

  /// Returns the upper end of the bucket that holds the `fraction`-quantile; 0 when empty.
  [[nodiscard]] std::uint64_t quantile(double fraction) const noexcept;

  /// Returns the bucket that counts `value`.
  [[nodiscard]] static constexpr std::size_t bucket_of(std::uint64_t value) noexcept {
    if (value < steps)
      return static_cast<std::size_t>(value);
    const auto exponent = static_cast<unsigned>(std::bit_width(value)) - 1 - step_bits;
    return (exponent << step_bits) + static_cast<std::size_t>(value >> exponent);
  }

  /// Returns the largest value that `bucket` counts.
  [[nodiscard]] static constexpr std::uint64_t upper_end(std::size_t bucket) noexcept {
    if (bucket < 2 * steps)
      return bucket;
    const auto exponent = (bucket >> step_bits) - 1;
    const auto first = (steps + (bucket & (steps - 1))) << exponent;
    return first + (std::uint64_t{1} << exponent) - 1;
  }

private:
  static constexpr unsigned step_bits = 6;
  static constexpr std::uint64_t steps = std::uint64_t{1} << step_bits;

  std::array<std::uint64_t, (64 - step_bits + 1) * steps> counts_{};
  std::uint64_t total_ = 0;
};

} // namespace actormesh::bench
