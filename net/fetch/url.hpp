/// Addresses of HTTP servers that the node asks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace actormesh::fetch {

/// Longer ones are refused: nobody types them.
inline constexpr std::size_t max_url_size = 2'048;

/// An absolute URL, in parts.
struct url {
  bool tls = false; ///< `https`.
  std::string host; ///< A name in lower case, or an address; IPv6 without brackets.
  std::uint16_t port = 0;
  std::string target; ///< Path and query; `/` at least.

  /// What the header `Host` says: IPv6 in brackets, the port unless it is the scheme's own.
  [[nodiscard]] std::string authority() const;

  friend bool operator==(const url&, const url&) = default;
};

/// Parses an `http` or `https` URL (RFC 3986), strictly: no user information, no fragment, no
/// characters that would have to be escaped, no port 0, no host that is neither a name nor an
/// address. Any thread.
[[nodiscard]] std::optional<url> parse_url(std::string_view text);

} // namespace actormesh::fetch
