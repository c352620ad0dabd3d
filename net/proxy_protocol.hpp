/// Version 2 of HAProxy's PROXY protocol, receiving side: the header by which a proxy says whom it
/// speaks for. Bytes in, an address out; no socket.
///
/// https://www.haproxy.org/download/2.9/doc/proxy-protocol.txt section 2.2
#pragma once

#include <boost/asio/ip/tcp.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace actormesh::net {

/// Signature, version and command, family, length.
inline constexpr std::size_t proxy_prefix_bytes = 16;

/// A header that is larger than this, prefix included, is refused unless one says otherwise: the
/// specification promises that a proxy which was told nothing stays below.
inline constexpr std::size_t proxy_header_bytes = 536;

/// The most that can be allowed.
inline constexpr std::size_t proxy_header_bytes_max = 4'096;

enum class proxy_error : std::uint8_t {
  none,
  no_header,      ///< These are other bytes: a client that came directly, or a proxy without it.
  version_1,      ///< The header is the text form, which is not accepted.
  bad_version,    ///< Neither is this version.
  bad_command,    ///< Neither LOCAL nor PROXY.
  bad_family,     ///< A family or transport that is not specified, or none of a connection.
  bad_length,     ///< Too short for the addresses it should hold.
  too_large,      ///< Longer than allowed.
  bad_extensions, ///< Its TLVs do not end where it does.
};

/// For logs.
[[nodiscard]] const char* to_string(proxy_error) noexcept;

/// Whom a proxy speaks for.
struct proxy_header {
  /// The proxy speaks for itself, such as for a health check.
  bool local = false;

  /// The client. None if `local`, or if the proxy doesn't know it or it has no IP address: then
  /// the connection's own address counts. An IPv4 address in IPv6 form comes as IPv4.
  std::optional<boost::asio::ip::tcp::endpoint> source = {};
};

/// One thread at a time: reads one header, which comes before anything else on a connection. Holds
/// a few bytes of it only. The outcome does not depend on the pieces in which the bytes come.
class proxy_reader {
public:
  enum class state : std::uint8_t {
    header, ///< There is more to come.
    done,   ///< See `header`. What follows are the client's own bytes.
    failed, ///< See `error`. The connection has to end.
  };

  /// `most_bytes`: the largest header that is accepted, at most `proxy_header_bytes_max`.
  explicit proxy_reader(std::size_t most_bytes = proxy_header_bytes) noexcept;

  /// Reads on. Returns the bytes taken: all, unless the header ends or fails before.
  std::size_t put(std::string_view input) noexcept;

  /// Returns how many of the next bytes belong to the header for sure, so that whoever reads no
  /// more than that leaves the client's own bytes in the socket. 0 once it is done or has failed.
  [[nodiscard]] std::size_t wanted() const noexcept;

  [[nodiscard]] state current_state() const noexcept { return state_; }
  [[nodiscard]] proxy_error error() const noexcept { return error_; }

  /// Returns what the header says; valid in state `done`.
  [[nodiscard]] const proxy_header& header() const noexcept { return header_; }

private:
  static constexpr std::size_t longest_addresses = 36; ///< That are looked at: IPv6.

  [[nodiscard]] unsigned byte(std::size_t at) const noexcept {
    return static_cast<unsigned char>(kept_[at]);
  }
  void fail(proxy_error why) noexcept;
  void check_signature() noexcept;
  void read_prefix() noexcept;
  void read_addresses() noexcept;
  void skip_extension(unsigned value) noexcept;
  void end() noexcept;

  std::size_t most_bytes_;
  std::array<char, proxy_prefix_bytes + longest_addresses> kept_{};
  std::size_t taken_ = 0;                 ///< Bytes of the header so far.
  std::size_t size_ = proxy_prefix_bytes; ///< Of the header, as far as it is known.
  std::size_t addresses_ = 0;             ///< Bytes of addresses behind the prefix.
  bool ignored_ = false;                  ///< What follows the prefix means nothing.
  std::size_t extension_taken_ = 0;       ///< Bytes of the current TLV's type and length.
  std::size_t extension_left_ = 0;        ///< Bytes of its value that are still to come.
  state state_ = state::header;
  proxy_error error_ = proxy_error::none;
  proxy_header header_;
};

} // namespace actormesh::net
