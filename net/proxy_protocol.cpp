#include "net/proxy_protocol.hpp"

#include <algorithm>
#include <cstring>

namespace actormesh::net {

namespace {

namespace ip = boost::asio::ip;

constexpr std::string_view signature{"\r\n\r\n\0\r\nQUIT\n", 12};
constexpr std::string_view signature_1 = "PROXY ";

constexpr std::size_t version_at = 12;
constexpr std::size_t family_at = 13;
constexpr std::size_t length_at = 14;

enum family : unsigned { unspecified = 0, inet = 1, inet6 = 2, unix_socket = 3 };

constexpr unsigned stream_transport = 1;
constexpr std::size_t inet_bytes = 12;
constexpr std::size_t unix_bytes = 216;
constexpr std::size_t extension_prefix = 3;

} // namespace

const char* to_string(proxy_error why) noexcept {
  switch (why) {
  case proxy_error::none:
    return "none";
  case proxy_error::no_header:
    return "no header of the PROXY protocol";
  case proxy_error::version_1:
    return "version 1 of the PROXY protocol; the proxy has to send version 2";
  case proxy_error::bad_version:
    return "unknown version of the PROXY protocol";
  case proxy_error::bad_command:
    return "unknown command";
  case proxy_error::bad_family:
    return "unknown address family or transport";
  case proxy_error::bad_length:
    return "too short for its addresses";
  case proxy_error::too_large:
    return "too large";
  case proxy_error::bad_extensions:
    return "extensions of the wrong length";
  }
  return "unknown";
}

proxy_reader::proxy_reader(std::size_t most_bytes) noexcept
  : most_bytes_{std::min(most_bytes, proxy_header_bytes_max)} {}

std::size_t proxy_reader::wanted() const noexcept {
  return state_ == state::header ? size_ - taken_ : 0;
}

std::size_t proxy_reader::put(std::string_view input) noexcept {
  std::size_t used = 0;
  while (used < input.size() && state_ == state::header) {
    const char next = input[used++];
    const auto at = taken_++;
    if (at < proxy_prefix_bytes + addresses_)
      kept_[at] = next;
    else if (!ignored_)
      skip_extension(static_cast<unsigned char>(next));
    if (at < signature.size())
      check_signature();
    else if (taken_ == proxy_prefix_bytes)
      read_prefix();
    if (state_ == state::header && taken_ == size_)
      end();
  }
  return used;
}

void proxy_reader::fail(proxy_error why) noexcept {
  state_ = state::failed;
  error_ = why;
}

/// Fails with the first byte that is another one: a client that speaks first gets no further.
void proxy_reader::check_signature() noexcept {
  const std::string_view sent{kept_.data(), taken_};
  if (signature.starts_with(sent))
    return;
  if (sent == signature_1)
    fail(proxy_error::version_1);
  else if (!signature_1.starts_with(sent))
    fail(proxy_error::no_header);
}

void proxy_reader::read_prefix() noexcept {
  const auto version = byte(version_at) >> 4U;
  const auto command = byte(version_at) & 0xfU;
  const auto kind = byte(family_at) >> 4U;
  const auto transport = byte(family_at) & 0xfU;
  const std::size_t length = byte(length_at) << 8U | byte(length_at + 1);
  if (version != 2)
    return fail(proxy_error::bad_version);
  if (command > 1)
    return fail(proxy_error::bad_command);
  header_.local = command == 0;
  size_ = proxy_prefix_bytes + length;
  if (size_ > most_bytes_)
    return fail(proxy_error::too_large);
  ignored_ = header_.local || kind == unspecified || kind == unix_socket;
  // What a proxy sends for itself need not be looked at, and must not be relied upon.
  if (header_.local)
    return;
  if (kind > unix_socket || (kind != unspecified && transport != stream_transport))
    return fail(proxy_error::bad_family);
  if (!ignored_)
    addresses_ = kind == inet ? inet_bytes : longest_addresses;
  if (length < (kind == unix_socket ? unix_bytes : addresses_))
    fail(proxy_error::bad_length);
}

/// Type, length in two bytes, value: only how far they reach is looked at.
void proxy_reader::skip_extension(unsigned value) noexcept {
  if (extension_taken_ == extension_prefix) {
    --extension_left_;
  } else if (++extension_taken_ > 1) {
    extension_left_ = extension_left_ << 8U | value;
  }
  if (extension_taken_ == extension_prefix && extension_left_ == 0)
    extension_taken_ = 0;
}

void proxy_reader::end() noexcept {
  if (extension_taken_ != 0)
    return fail(proxy_error::bad_extensions);
  state_ = state::done;
  if (!ignored_)
    read_addresses();
}

/// Source, destination, port of the source, port of the destination.
void proxy_reader::read_addresses() noexcept {
  const bool is_v4 = addresses_ == inet_bytes;
  const auto port_at = proxy_prefix_bytes + (is_v4 ? 8U : 32U);
  const auto port = static_cast<std::uint16_t>(byte(port_at) << 8U | byte(port_at + 1));
  if (is_v4) {
    ip::address_v4::bytes_type bytes{};
    std::memcpy(bytes.data(), &kept_[proxy_prefix_bytes], bytes.size());
    header_.source.emplace(ip::address_v4{bytes}, port);
    return;
  }
  ip::address_v6::bytes_type bytes{};
  std::memcpy(bytes.data(), &kept_[proxy_prefix_bytes], bytes.size());
  const ip::address_v6 address{bytes};
  if (address.is_v4_mapped())
    header_.source.emplace(ip::make_address_v4(ip::v4_mapped, address), port);
  else
    header_.source.emplace(address, port);
}

} // namespace actormesh::net
