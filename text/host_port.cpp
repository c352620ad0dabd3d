#include "text/host_port.hpp"

#include "text/ascii.hpp"

#include <algorithm>
#include <cstddef>

namespace actormesh::text {

namespace {

/// RFC 1035 section 2.3.4, without the dot at the end.
constexpr std::size_t longest_host = 253;

constexpr bool is_bracket(char c) noexcept { return c == '[' || c == ']'; }

} // namespace

std::optional<split_authority> split_host_port(std::string_view text) noexcept {
  split_authority found;
  found.in_brackets = text.starts_with('[');
  if (found.in_brackets) {
    const auto close = text.find(']');
    if (close == std::string_view::npos)
      return std::nullopt;
    found.host = text.substr(1, close - 1);
    const auto rest = text.substr(close + 1);
    if (!rest.empty() && rest.front() != ':')
      return std::nullopt;
    if (!rest.empty())
      found.port = rest.substr(1);
    return found;
  }
  const auto colon = text.find(':');
  const bool has_port = colon != std::string_view::npos && colon == text.rfind(':');
  found.host = has_port ? text.substr(0, colon) : text;
  if (has_port)
    found.port = text.substr(colon + 1);
  return found;
}

std::optional<host_port> parse_host_port(std::string_view text) {
  const auto parts = split_host_port(text);
  if (!parts || !parts->port || parts->host.empty() || parts->host.size() > longest_host)
    return std::nullopt;
  // Others tell us of addresses, too: what is no host must not get into the log, or be looked up.
  const auto is_odd = [](char c) { return c == ' ' || is_bracket(c) || is_control(c); };
  if (std::any_of(parts->host.begin(), parts->host.end(), is_odd))
    return std::nullopt;
  const auto port = parse_number<std::uint16_t>(*parts->port);
  if (!port || *port == 0)
    return std::nullopt;
  return host_port{std::string{parts->host}, *port};
}

std::string to_string(const host_port& what) { return format_host_port(what.host, what.port); }

std::string format_host_port(std::string_view host, std::uint16_t port) {
  return bracketed(host) + ':' + std::to_string(port);
}

std::string bracketed(std::string_view host) {
  std::string text{host};
  return host.find(':') == std::string_view::npos ? text : '[' + text + ']';
}

std::string_view without_port(std::string_view text) noexcept {
  const auto bracket = text.rfind(']');
  const auto colon = text.rfind(':');
  if (colon != std::string_view::npos && (bracket == std::string_view::npos || bracket < colon))
    return text.substr(0, colon);
  return text;
}

} // namespace actormesh::text
