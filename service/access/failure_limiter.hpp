/// Who guesses credentials.
#pragma once

#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>

namespace actormesh::access {

/// Any thread: counts wrong credentials by address. Asked only when some are wrong, or before they
/// cost much to check.
class failure_limiter {
public:
  using time_point = std::chrono::steady_clock::time_point;

  /// `per_minute` 0: no limit.
  explicit failure_limiter(std::size_t per_minute) noexcept
    : per_minute_(per_minute) {}

  /// Notes a failure. Returns whether the address has had too many.
  [[nodiscard]] bool failed(const boost::asio::ip::address& from, time_point now);

  /// Returns whether the next failure of this address would be too many.
  [[nodiscard]] bool exhausted(const boost::asio::ip::address& from, time_point now);

  void limit(std::size_t per_minute);

  /// An address that guesses from a whole IPv6 network is one guesser: its first 64 bits count.
  [[nodiscard]] static boost::asio::ip::address group_of(const boost::asio::ip::address& from);

private:
  struct account {
    double failures = 0; ///< Decays with time.
    time_point at;
  };

  [[nodiscard]] double now_of(const account& what, time_point now) const noexcept;
  void make_room(time_point now);

  std::mutex mutex_;
  // All guarded by `mutex_`.
  std::size_t per_minute_;
  std::map<boost::asio::ip::address, account> accounts_;
};

} // namespace actormesh::access
