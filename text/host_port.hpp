/// `HOST:PORT`, where an IPv6 literal stands in brackets (RFC 3986 section 3.2). Any thread: pure
/// functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace actormesh::text {

/// Where something listens, or is looked for.
struct host_port {
  std::string host; ///< A name or a literal, without brackets.
  std::uint16_t port = 0;

  friend bool operator==(const host_port&, const host_port&) = default;
};

/// Reads `HOST:PORT`, `1.2.3.4:PORT` or `[::1]:PORT`, with a port that somebody can be dialled at.
[[nodiscard]] std::optional<host_port> parse_host_port(std::string_view text);

/// Writes what `parse_host_port` reads.
[[nodiscard]] std::string to_string(const host_port& what);
[[nodiscard]] std::string format_host_port(std::string_view host, std::uint16_t port);

/// Returns a host as it stands in URLs: an IPv6 literal in brackets.
[[nodiscard]] std::string bracketed(std::string_view host);

/// What is written before and behind the colon.
struct split_authority {
  std::string_view host; ///< Without brackets.
  bool in_brackets = false;
  std::optional<std::string_view> port; ///< Whatever stands there; nothing without a colon.
};

/// Splits at the colon before the port. Several colons outside of brackets are those of a bare
/// IPv6 literal, which has no port. Nothing if something else follows a bracket.
[[nodiscard]] std::optional<split_authority> split_host_port(std::string_view text) noexcept;

/// Returns the host without its port, as it is written: a literal keeps its brackets.
[[nodiscard]] std::string_view without_port(std::string_view text) noexcept;

} // namespace actormesh::text
