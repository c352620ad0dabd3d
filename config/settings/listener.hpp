/// Where the node accepts clients.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace actormesh::config {

/// Whether a listener speaks TLS.
enum class tls_mode : std::uint8_t {
  off,  ///< Never.
  on,   ///< Always.
  both, ///< As each client likes: the first byte says.
};

/// As it is written in the configuration: `both`.
[[nodiscard]] std::string_view to_string(tls_mode value) noexcept;

/// TLS of a listener. PEM files.
struct listener_tls_settings {
  tls_mode mode = tls_mode::off;
  std::string certificate; ///< The chain. Absolute, or relative to the configuration file.
  std::string key;         ///< As above.
  /// `1.2` or `1.3`. TLS 1.2 is what every client since 2013 speaks, and older versions are broken.
  std::string min_version = "1.2";

  friend bool operator==(const listener_tls_settings&, const listener_tls_settings&) = default;
};

struct listener_settings {
  /// IPv4 or IPv6 literal. Loopback: a node that was told nothing is reachable by nobody else.
  std::string address = "127.0.0.1";
  std::uint16_t port = 8080; ///< 0 picks a free one.
  /// Whether connections of trusted proxies begin with a PROXY protocol header.
  bool proxy_protocol = false;
  listener_tls_settings tls = {};

  friend bool operator==(const listener_settings&, const listener_settings&) = default;
};

} // namespace actormesh::config
