#include "net/fetch/url.hpp"

#include "text/ascii.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <charconv>
#include <utility>

namespace actormesh::fetch {

namespace {

/// RFC 1035 section 2.3.4, without the dot at the end.
constexpr std::size_t max_name_size = 253;
constexpr std::size_t max_label_size = 63;

constexpr std::uint16_t http_port = 80;
constexpr std::uint16_t https_port = 443;

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

bool is_hex(char c) noexcept {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool is_alphanumeric(char c) noexcept {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// With the underscore, which container networks have in names.
bool is_label(std::string_view text) {
  return !text.empty() && text.size() <= max_label_size && text.front() != '-' &&
         text.back() != '-' && std::ranges::all_of(text, [](char c) {
           return is_alphanumeric(c) || c == '-' || c == '_';
         });
}

bool is_name(std::string_view text) {
  if (text.size() > max_name_size)
    return false;
  for (;;) {
    const auto dot = text.find('.');
    if (!is_label(text.substr(0, dot)))
      return false;
    if (dot == std::string_view::npos)
      break;
    text.remove_prefix(dot + 1);
  }
  // Its last label has a letter, or resolvers take it for an address in one of many odd forms.
  return !std::ranges::all_of(text, is_digit) && !text.starts_with("0x");
}

/// Path and query (RFC 3986 section 3.3 and 3.4).
bool is_target(std::string_view text) {
  constexpr std::string_view punctuation = "-._~!$&'()*+,;=:@/?";
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      if (text.size() - i < 3 || !is_hex(text[i + 1]) || !is_hex(text[i + 2]))
        return false;
      i += 2;
    } else if (!is_alphanumeric(text[i]) && punctuation.find(text[i]) == std::string_view::npos) {
      return false;
    }
  }
  return true;
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (failed != std::errc{} || end != text.data() + text.size() || port == 0)
    return std::nullopt;
  return port;
}

std::optional<std::string> parse_host(std::string_view text) {
  std::string host{text};
  std::ranges::transform(host, host.begin(), text::to_lower);
  boost::system::error_code failed;
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
    const auto address = boost::asio::ip::make_address_v6(host, failed);
    if (failed || address.scope_id() != 0 || host.find('%') != std::string::npos)
      return std::nullopt;
    return host;
  }
  boost::asio::ip::make_address_v4(host, failed);
  return !failed || is_name(host) ? std::optional{std::move(host)} : std::nullopt;
}

/// Takes host and port off the rest of an URL.
bool parse_authority(std::string_view text, url& into) {
  const auto bracket = text.rfind(']');
  const auto colon = text.find(':', bracket == std::string_view::npos ? 0 : bracket);
  if (colon != std::string_view::npos) {
    const auto port = parse_port(text.substr(colon + 1));
    if (!port)
      return false;
    into.port = *port;
  }
  auto host = parse_host(text.substr(0, colon));
  if (!host)
    return false;
  into.host = *std::move(host);
  return true;
}

} // namespace

std::string url::authority() const {
  auto text = host.find(':') != std::string::npos ? '[' + host + ']' : host;
  if (port != (tls ? https_port : http_port))
    text.append(":").append(std::to_string(port));
  return text;
}

std::optional<url> parse_url(std::string_view text) {
  if (text.size() > max_url_size)
    return std::nullopt;
  const auto scheme_end = text.find("://");
  if (scheme_end == std::string_view::npos)
    return std::nullopt;
  url parsed;
  parsed.tls = text::iequals(text.substr(0, scheme_end), "https");
  if (!parsed.tls && !text::iequals(text.substr(0, scheme_end), "http"))
    return std::nullopt;
  parsed.port = parsed.tls ? https_port : http_port;
  text.remove_prefix(scheme_end + 3);
  const auto authority = text.substr(0, text.find_first_of("/?"));
  const auto target = text.substr(authority.size());
  if (!parse_authority(authority, parsed) || !is_target(target))
    return std::nullopt;
  parsed.target = target.starts_with('/') ? std::string{target} : '/' + std::string{target};
  return parsed;
}

} // namespace actormesh::fetch
