/// Limits of the HTTP side, for every listener.
#pragma once

#include "config/defaults.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace actormesh::config {

struct http_settings {
  /// Request line and headers. Browsers and proxies stay below 8 KiB; a JWT needs room.
  std::size_t header_bytes = 16 * 1024;
  /// AWS's 1.2 MB publish payload, read as MiB so that five largest events fit.
  std::size_t body_bytes = 1'258'291;
  /// From the first byte of a request to the end of its headers.
  std::chrono::milliseconds header_timeout = defaults::http_header_timeout;
  /// From the end of the headers to the end of the body.
  std::chrono::milliseconds body_timeout{30'000};
  /// Between two requests of a connection that is kept alive.
  std::chrono::milliseconds idle_timeout{75'000};
  /// Connections from one address that have not become WebSockets. 0: not limited. Browsers open
  /// six, and a proxy some hundreds; without a limit one address takes all descriptors.
  std::size_t connections_per_address = 4'096;
  /// Networks of proxies whose word about a client's address counts: `10.0.0.0/8`, `::1`.
  std::vector<std::string> trusted_proxies = {};
  std::string server_header = {}; ///< Value of `Server`; empty: no such header.

  friend bool operator==(const http_settings&, const http_settings&) = default;
};

} // namespace actormesh::config
