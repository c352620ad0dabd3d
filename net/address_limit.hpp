/// How many connections one address may have.
#pragma once

#include <boost/asio/ip/address.hpp>

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

namespace actormesh::net {

/// Any thread: counts connections by address.
class address_limit : public std::enable_shared_from_this<address_limit> {
public:
  /// One connection; leaves when destroyed.
  class ticket {
  public:
    ticket() = default;
    ticket(std::shared_ptr<address_limit> from, const boost::asio::ip::address& who);
    ticket(ticket&& other) noexcept = default;
    ticket& operator=(ticket&& other) noexcept;
    ~ticket();

  private:
    std::shared_ptr<address_limit> from_;
    boost::asio::ip::address who_;
  };

  /// 0: no limit.
  explicit address_limit(std::size_t most)
    : most_(most) {}

  /// Nothing if the address has as many as it may.
  [[nodiscard]] std::optional<ticket> enter(const boost::asio::ip::address& who);

  void change(std::size_t most);

private:
  void leave(const boost::asio::ip::address& who);

  std::mutex mutex_;
  // All guarded by `mutex_`.
  std::size_t most_;
  std::map<boost::asio::ip::address, std::size_t> connections_;
};

} // namespace actormesh::net
