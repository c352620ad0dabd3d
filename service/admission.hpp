/// How many connections an API lets in, and how fast.
#pragma once

#include "actors/token_bucket.hpp"
#include "config/settings.hpp"

#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>

namespace actormesh::service {

/// Any thread: counts the connections of one API over all loops. Asked once for each connection.
class admission : public std::enable_shared_from_this<admission> {
  using counts = std::map<boost::asio::ip::address, std::size_t>;
  using address_count = counts::value_type;

public:
  enum class verdict : std::uint8_t { admitted, rate_limited, too_many };

  /// A connection that was let in; leaves when destroyed.
  class ticket {
  public:
    ticket() = default;
    ticket(std::shared_ptr<admission> from, address_count& where);
    ticket(ticket&& other) noexcept = default;
    ticket& operator=(ticket&& other) noexcept;
    ~ticket();

  private:
    std::shared_ptr<admission> from_;
    address_count* where_ = nullptr; ///< Stays where it is while it counts somebody.
  };

  struct result {
    verdict outcome = verdict::admitted;
    ticket admitted; ///< Empty unless admitted.
  };

  explicit admission(const config::api_limits& limits);

  /// Asks for one connection from `who`.
  [[nodiscard]] result ask(const boost::asio::ip::address& who,
                           std::chrono::steady_clock::time_point now);

  void change_limits(const config::api_limits& limits);

  [[nodiscard]] std::size_t connections() const;

private:
  void leave(address_count& where);

  mutable std::mutex mutex_;
  // All guarded by `mutex_`.
  config::api_limits limits_;
  token_bucket rate_;
  std::size_t connections_ = 0;
  counts by_address_;
};

} // namespace actormesh::service
