#include "net/fetch/url.hpp"

#include "text/ascii.hpp"
#include "text/host_port.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/scheme.hpp>
#include <boost/url/url_view.hpp>

#include <algorithm>
#include <utility>

namespace actormesh::fetch {

namespace {

namespace urls = boost::urls;

/// RFC 1035 section 2.3.4, without the dot at the end.
constexpr std::size_t max_name_size = 253;
constexpr std::size_t max_label_size = 63;

constexpr std::uint16_t http_port = 80;
constexpr std::uint16_t https_port = 443;

/// With the underscore, which container networks have in names.
bool is_label(std::string_view text) {
  return !text.empty() && text.size() <= max_label_size && text.front() != '-' &&
         text.back() != '-' && std::ranges::all_of(text, [](char c) {
           return text::is_alphanumeric(c) || c == '-' || c == '_';
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
  return !std::ranges::all_of(text, text::is_digit) && !text.starts_with("0x");
}

/// The host as it is looked up or dialled; nothing if it is neither a name nor an address.
std::optional<std::string> host_of(const urls::url_view& from) {
  const auto written = from.encoded_host();
  auto host = text::lower({written.data(), written.size()});
  switch (from.host_type()) {
  case urls::host_type::ipv4:
    return host;
  case urls::host_type::ipv6:
    return host.substr(1, host.size() - 2); // Without the brackets.
  case urls::host_type::name:
    return is_name(host) ? std::optional{std::move(host)} : std::nullopt;
  default:
    return std::nullopt;
  }
}

} // namespace

std::string url::authority() const {
  auto text = text::bracketed(host);
  if (port != (tls ? https_port : http_port))
    text.append(":").append(std::to_string(port));
  return text;
}

std::optional<url> parse_url(std::string_view text) {
  if (text.size() > max_url_size)
    return std::nullopt;
  const auto read = urls::parse_uri({text.data(), text.size()});
  if (!read || !read->has_authority() || read->has_userinfo() || read->has_fragment())
    return std::nullopt;
  const auto scheme = read->scheme_id();
  if (scheme != urls::scheme::http && scheme != urls::scheme::https)
    return std::nullopt;
  auto host = host_of(*read);
  // Boost 1.81 wraps numbers that are too large.
  const auto port = text::parse_number<std::uint16_t>(read->port());
  if (!host || (read->has_port() && port.value_or(0) == 0))
    return std::nullopt;
  url parsed;
  parsed.tls = scheme == urls::scheme::https;
  parsed.host = *std::move(host);
  parsed.port = port ? *port : parsed.tls ? https_port : http_port;
  // Boost 1.81 takes what follows a bracket for a path.
  const auto target = read->encoded_target();
  if (!read->encoded_path().empty() && !target.starts_with('/'))
    return std::nullopt;
  parsed.target.assign(target.data(), target.size());
  if (!parsed.target.starts_with('/'))
    parsed.target.insert(0, 1, '/');
  return parsed;
}

} // namespace actormesh::fetch
