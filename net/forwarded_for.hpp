/// Who a request comes from, if proxies that one trusts passed it on: `X-Forwarded-For`.
///
/// Pure functions; any thread.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <boost/system/result.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace actormesh::net {

/// Returns the IPv4 address that stands in an IPv6 address (`::ffff:10.0.0.1`), or what it was
/// given.
[[nodiscard]] boost::asio::ip::address unmapped(const boost::asio::ip::address& address) noexcept;

/// A range of addresses: all that begin with the same bits. IPv4 addresses in IPv6 form are IPv4
/// addresses here.
class network {
public:
  using address = boost::asio::ip::address;

  /// Reads `10.0.0.0/8`, `fd00::/8`, or an address that stands for itself. The error is a sentence
  /// for the author of a configuration.
  [[nodiscard]] static boost::system::result<network, std::string> parse(std::string_view text);

  /// Returns whether an address is one of them.
  [[nodiscard]] bool contains(const address& which) const noexcept;

  /// Returns the form that `parse` reads, always with a prefix.
  [[nodiscard]] std::string to_string() const;

  friend bool operator==(const network&, const network&) = default;

private:
  network(address first, unsigned prefix) noexcept;

  address first_;   ///< All bits behind the prefix are 0.
  unsigned prefix_; ///< Bits.
};

/// Addresses of one request that are looked at; beyond it, the last one counts.
inline constexpr std::size_t most_forwarded = 32;

/// Returns the client of a request that came over a connection from `peer`.
///
/// `lines` are the values of its `X-Forwarded-For` headers in their order. Each proxy adds the
/// address that it was called from on the right, so what stands left of the first address that
/// isn't trusted may be anybody's invention. The walk begins with `peer` and goes from the right to
/// the left while addresses are trusted. It ends with the first that isn't, which is the client;
/// before anything that is no address; or at the left end. Entries may have a port.
[[nodiscard]] boost::asio::ip::address find_client(const boost::asio::ip::address& peer,
                                                   std::span<const std::string_view> lines,
                                                   std::span<const network> trusted);

/// Reads one entry of such a header: an IP address, one with a port, or one in brackets.
[[nodiscard]] std::optional<boost::asio::ip::address> parse_forwarded(std::string_view entry);

} // namespace actormesh::net
