/// Limits how often something may happen.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>

namespace actormesh {

/// Refills continuously and holds at most one second's worth. Not thread-safe.
class token_bucket {
public:
  using time_point = std::chrono::steady_clock::time_point;

  /// `per_second` 0 means: no limit.
  explicit token_bucket(std::size_t per_second = 0) noexcept
    : per_second_(static_cast<double>(per_second))
    , tokens_(per_second_) {}

  /// Takes a token if there is one.
  [[nodiscard]] bool take(time_point now) noexcept {
    if (per_second_ <= 0)
      return true;
    if (filled_ != time_point{}) {
      const auto passed = std::chrono::duration<double>(now - filled_).count();
      tokens_ = std::min(per_second_, tokens_ + std::max(passed, 0.0) * per_second_);
    }
    filled_ = now;
    if (tokens_ < 1)
      return false;
    tokens_ -= 1;
    return true;
  }

  /// Changes the rate; what has been saved up stays, within the new bound.
  void rate(std::size_t per_second) noexcept {
    const auto was_off = per_second_ <= 0;
    per_second_ = static_cast<double>(per_second);
    tokens_ = was_off ? per_second_ : std::min(tokens_, per_second_);
  }

private:
  double per_second_;
  double tokens_;
  time_point filled_{};
};

} // namespace actormesh
