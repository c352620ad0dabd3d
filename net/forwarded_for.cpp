#include "net/forwarded_for.hpp"

#include "text/ascii.hpp"
#include "text/host_port.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

namespace actormesh::net {

namespace {

namespace ip = boost::asio::ip;

constexpr unsigned v4_bits = 32;
constexpr unsigned v6_bits = 128;

/// Before the IPv4 address in one of IPv6.
constexpr unsigned mapped_bits = v6_bits - v4_bits;

/// `[` IPv6 with an IPv4 tail `]:65535`
constexpr std::size_t longest_entry = 54;

unsigned bits_of(const ip::address& address) noexcept {
  return address.is_v4() ? v4_bits : v6_bits;
}

/// Addresses in the notations of RFC 4291 and nothing else: no zones, which name an interface of
/// somebody else's machine and would be looked up on this one.
std::optional<ip::address> parse_address(std::string_view text) {
  if (text.size() > longest_entry ||
      text.find_first_not_of("0123456789abcdefABCDEF:.") != std::string_view::npos)
    return std::nullopt;
  boost::system::error_code failed;
  const auto address = ip::make_address(std::string{text}, failed);
  return failed ? std::nullopt : std::optional{address};
}

/// Whether the first bits of two addresses of the same kind are equal.
template <class Bytes> bool same_bits(const Bytes& a, const Bytes& b, unsigned bits) noexcept {
  const auto whole = bits / 8;
  const auto rest = bits % 8;
  if (!std::equal(a.begin(), a.begin() + whole, b.begin()))
    return false;
  return rest == 0 || ((a[whole] ^ b[whole]) >> (8U - rest)) == 0;
}

template <class Bytes> Bytes first_bits(Bytes bytes, unsigned bits) noexcept {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto kept = std::min<std::size_t>(bits - std::min<std::size_t>(bits, 8 * i), 8);
    bytes[i] = static_cast<unsigned char>(bytes[i] & (0xff00U >> kept));
  }
  return bytes;
}

ip::address begin_of(const ip::address& address, unsigned bits) noexcept {
  if (address.is_v4())
    return ip::address_v4{first_bits(address.to_v4().to_bytes(), bits)};
  return ip::address_v6{first_bits(address.to_v6().to_bytes(), bits)};
}

/// Takes the last entry off a header's value.
std::string_view take_last(std::string_view& line) noexcept {
  const auto comma = line.rfind(',');
  const auto last = comma == std::string_view::npos ? line : line.substr(comma + 1);
  line = comma == std::string_view::npos ? std::string_view{} : line.substr(0, comma);
  return text::trim(last, text::blanks);
}

} // namespace

ip::address unmapped(const ip::address& address) noexcept {
  if (!address.is_v6() || !address.to_v6().is_v4_mapped())
    return address;
  return ip::make_address_v4(ip::v4_mapped, address.to_v6());
}

// -- networks ----------------------------------------------------------------------------------

network::network(address first, unsigned prefix) noexcept
  : first_{std::move(first)}
  , prefix_{prefix} {}

boost::system::result<network, std::string> network::parse(std::string_view text) {
  const auto slash = text.find('/');
  const auto written = parse_address(text.substr(0, slash));
  if (!written)
    return std::string{"expected an address or a network such as 10.0.0.0/8 or fd00::/8"};
  const auto most = bits_of(*written);
  unsigned prefix = most;
  if (slash != std::string_view::npos) {
    const auto number = text::parse_number<unsigned>(text.substr(slash + 1));
    if (!number || *number > most)
      return "expected a prefix of 0 to " + std::to_string(most) + " behind the slash";
    prefix = *number;
  }
  auto first = unmapped(*written);
  if (first.is_v4() && written->is_v6()) {
    if (prefix < mapped_bits)
      return std::string{"expected a prefix of 96 to 128 for IPv4 addresses in IPv6 form"};
    prefix -= mapped_bits;
  }
  const network found{begin_of(first, prefix), prefix};
  if (found.first_ != first)
    return "has bits behind its prefix; did you mean " + found.to_string() + "?";
  return found;
}

bool network::contains(const address& which) const noexcept {
  const auto plain = unmapped(which);
  if (plain.is_v4() != first_.is_v4())
    return false;
  return plain.is_v4() ? same_bits(plain.to_v4().to_bytes(), first_.to_v4().to_bytes(), prefix_)
                       : same_bits(plain.to_v6().to_bytes(), first_.to_v6().to_bytes(), prefix_);
}

std::string network::to_string() const {
  return first_.to_string() + '/' + std::to_string(prefix_);
}

// -- the walk ----------------------------------------------------------------------------------

std::optional<ip::address> parse_forwarded(std::string_view entry) {
  const auto parts = text::split_host_port(entry);
  if (!parts)
    return std::nullopt;
  const auto found = parse_address(parts->host);
  if (!found || (parts->in_brackets && found->is_v4()))
    return std::nullopt;
  if (parts->port && !text::parse_number<std::uint16_t>(*parts->port))
    return std::nullopt;
  return unmapped(*found);
}

ip::address find_client(const ip::address& peer, std::span<const std::string_view> lines,
                        std::span<const network> trusted) {
  const auto is_trusted = [&](const ip::address& which) {
    return std::any_of(trusted.begin(), trusted.end(),
                       [&](const network& each) { return each.contains(which); });
  };
  auto client = unmapped(peer);
  std::size_t left = most_forwarded;
  for (auto line = lines.rbegin(); line != lines.rend(); ++line) {
    for (auto rest = *line; !rest.empty();) {
      if (left-- == 0 || !is_trusted(client))
        return client;
      const auto next = parse_forwarded(take_last(rest));
      if (!next)
        return client;
      client = *next;
    }
  }
  return client;
}

} // namespace actormesh::net
