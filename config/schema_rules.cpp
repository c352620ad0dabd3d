#include "config/schema_rules.hpp"

#include "config/quantity.hpp"
#include "text/ascii.hpp"

#include <algorithm>
#include <array>

#include <arpa/inet.h>

namespace actormesh::config::tables {

bool all_of(std::string_view text, std::string_view also) {
  return std::all_of(text.begin(), text.end(), [also](char c) {
    return is_alphanumeric(c) || also.find(c) != std::string_view::npos;
  });
}

std::optional<std::string> if_true(bool fits, std::string_view text) {
  return fits ? std::optional<std::string>{text} : std::nullopt;
}

bool is_printable(std::string_view text) { return !text::has_control(text); }

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= 64 && all_of(text, "_.-");
}

bool is_loopback(std::string_view address) {
  return address == "::1" || address.starts_with("127.") || address.starts_with("::ffff:127.");
}

const text_rule name_rule{"1 to 64 characters of A-Z, a-z, 0-9, _ . and -",
                          [](std::string_view text) { return if_true(is_name(text), text); },
                          R"(^[A-Za-z0-9_.-]{1,64}$)"};

const text_rule node_name_rule{
    "nothing, or 1 to 64 characters of A-Z, a-z, 0-9, _ . and -",
    [](std::string_view text) { return if_true(text.empty() || is_name(text), text); },
    R"(^[A-Za-z0-9_.-]{0,64}$)"};

std::optional<std::string> normalise_address(std::string_view text) {
  if (text == "localhost")
    return "127.0.0.1";
  if (text.size() > 2 && text.front() == '[' && text.back() == ']')
    text = text.substr(1, text.size() - 2);
  const std::string address{text};
  std::array<unsigned char, 16> binary{};
  std::array<char, INET6_ADDRSTRLEN> name{};
  for (const int family : {AF_INET, AF_INET6}) {
    if (::inet_pton(family, address.c_str(), binary.data()) == 1 &&
        ::inet_ntop(family, binary.data(), name.data(), name.size()) != nullptr)
      return std::string{name.data()};
  }
  return std::nullopt;
}

const text_rule address_text_rule{"an IPv4 or IPv6 address", normalise_address};

const text_rule api_id_rule{"1 to 64 characters of A-Z, a-z, 0-9, _ and -",
                            [](std::string_view text) {
                              return if_true(
                                  !text.empty() && text.size() <= 64 && all_of(text, "_-"), text);
                            },
                            R"(^[A-Za-z0-9_-]{1,64}$)"};

std::optional<std::string> normalise_prefix(std::string_view text) {
  std::string_view rest = text;
  while (!rest.empty()) {
    if (rest.front() != '/')
      return std::nullopt;
    rest.remove_prefix(1);
    const auto segment = rest.substr(0, rest.find('/'));
    if (segment.empty() || segment == "." || segment == ".." || !all_of(segment, "._~-"))
      return std::nullopt;
    rest.remove_prefix(segment.size());
  }
  return if_true(text.size() <= 256, text);
}

const text_rule prefix_rule{
    "nothing, or a path such as /v/dev, with no slash at its end and only A-Z, a-z, 0-9, "
    ". _ ~ - between the slashes",
    normalise_prefix, R"(^(/[A-Za-z0-9._~-]+)*$)"};

std::optional<std::string> normalise_host(std::string_view text) {
  if (text.size() > 2 && text.front() == '[' && text.back() == ']') {
    const auto inside = normalise_address(text);
    return inside ? std::optional{"[" + *inside + "]"} : std::nullopt;
  }
  if (text.empty() || text.size() > 253 || !all_of(text, ".-_") || text.front() == '.' ||
      text.find("..") != std::string_view::npos)
    return std::nullopt;
  return text::lower(text);
}

const text_rule host_rule{"a host name or address without a port", normalise_host};

/// `node-2:7400`, `10.0.0.2:7400`, `[::1]:7400`
std::optional<std::string> normalise_peer(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos)
    return std::nullopt;
  const auto host = normalise_host(text.substr(0, colon));
  const auto port = parse_number(text.substr(colon + 1));
  if (!host || !port || *port == 0 || *port > 65'535)
    return std::nullopt;
  return *host + ":" + std::to_string(*port);
}

const text_rule peer_rule{
    "HOST:PORT, such as node-2.example.com:7400, 10.0.0.2:7400 or [fd00::2]:7400", normalise_peer};

const text_rule advertise_rule{
    "nothing, or HOST:PORT, such as node-1.example.com:7400, 10.0.0.1:7400 or [fd00::1]:7400",
    [](std::string_view text) {
      return text.empty() ? std::optional<std::string>{text} : normalise_peer(text);
    }};

const text_rule file_rule{
    "the name of a file",
    [](std::string_view text) { return if_true(!text.empty() && is_printable(text), text); },
    {},
    true};

const text_rule optional_file_rule{
    "nothing, or the name of a file",
    [](std::string_view text) { return if_true(is_printable(text), text); },
    {},
    true};

const text_rule namespace_rule{"1 to 50 characters of A-Z, a-z, 0-9 and -, with no - at either end",
                               [](std::string_view text) {
                                 return if_true(!text.empty() && text.size() <= 50 &&
                                                    all_of(text, "-") && text.front() != '-' &&
                                                    text.back() != '-',
                                                text);
                               },
                               R"(^[A-Za-z0-9]([A-Za-z0-9-]{0,48}[A-Za-z0-9])?$)"};
const text_rule optional_text_rule{
    "a text without control characters",
    [](std::string_view text) { return if_true(text.size() <= 1024 && is_printable(text), text); }};

const text_rule required_text_rule{
    "a text without control characters", [](std::string_view text) {
      return if_true(!text.empty() && text.size() <= 4096 && is_printable(text), text);
    }};

std::optional<std::string> normalise_network(std::string_view text) {
  const auto slash = text.find('/');
  const auto address = normalise_address(text.substr(0, slash));
  if (!address)
    return std::nullopt;
  if (slash == std::string_view::npos)
    return address;
  const auto bits = parse_number(text.substr(slash + 1));
  const auto most = address->find(':') == std::string::npos ? 32U : 128U;
  return bits && *bits <= most ? std::optional{*address + "/" + std::to_string(*bits)}
                               : std::nullopt;
}

const text_rule network_rule{"an address or a network, such as 10.0.0.0/8 or fd00::/8",
                             normalise_network};

bool is_url(std::string_view text) {
  const auto rest = text.starts_with("https://")  ? text.substr(8)
                    : text.starts_with("http://") ? text.substr(7)
                                                  : std::string_view{};
  return !rest.empty() && rest.front() != '/' && text.size() <= 2048 && is_printable(text) &&
         text.find_first_of(" @#\\\"<>") == std::string_view::npos;
}

const text_rule url_rule{"an address such as https://example.com/hook",
                         [](std::string_view text) { return if_true(is_url(text), text); },
                         R"(^https?://)"};

const text_rule optional_url_rule{
    "nothing, or an address such as https://example.com/hook",
    [](std::string_view text) { return if_true(text.empty() || is_url(text), text); },
    R"(^(https?://.*)?$)"};

/// RFC 6454 section 6.2, in lower case as browsers send it.
std::optional<std::string> normalise_origin(std::string_view text) {
  if (text == "null")
    return std::string{text};
  const auto scheme = text.find("://");
  if (scheme == std::string_view::npos || scheme == 0 || !all_of(text.substr(0, scheme), "+-."))
    return std::nullopt;
  const auto host = text.substr(scheme + 3);
  if (host.empty() || !all_of(host, "._-:[]*"))
    return std::nullopt;
  return text::lower(text);
}

const text_rule origin_rule{"an origin, such as https://example.com, http://localhost:5173 or "
                            "https://*.example.com",
                            normalise_origin};

const text_rule access_key_rule{
    "16 to 128 characters of A-Z, a-z, 0-9 and _",
    [](std::string_view text) {
      return if_true(text.size() >= 16 && text.size() <= 128 && all_of(text, "_"), text);
    },
    R"(^[A-Za-z0-9_]{16,128}$)"};

const text_rule action_rule{
    "appsync:EventConnect, appsync:EventPublish, appsync:EventSubscribe, appsync:* or *",
    [](std::string_view text) {
      return if_true(text == "appsync:EventConnect" || text == "appsync:EventPublish" ||
                         text == "appsync:EventSubscribe" || text == "appsync:*" || text == "*",
                     text);
    },
    R"(^(\*|appsync:(EventConnect|EventPublish|EventSubscribe|\*))$)"};

const text_rule resource_rule{
    "* or an ARN such as arn:aws:appsync:*:*:apis/API/channelNamespace/NAME",
    [](std::string_view text) {
      return if_true(text == "*" ||
                         (text.starts_with("arn:") && text.size() <= 1024 && is_printable(text)),
                     text);
    },
    R"(^(\*|arn:.*)$)"};

const text_rule region_rule{"1 to 32 characters of a-z, 0-9 and -",
                            [](std::string_view text) {
                              return if_true(
                                  !text.empty() && text.size() <= 32 && all_of(text, "-"), text);
                            },
                            R"(^[A-Za-z0-9-]{1,32}$)"};

const text_rule account_rule{"12 digits",
                             [](std::string_view text) {
                               return if_true(text.size() == 12 &&
                                                  text.find_first_not_of("0123456789") ==
                                                      std::string_view::npos,
                                              text);
                             },
                             R"(^[0-9]{12}$)"};

const text_rule channel_form_rule{
    "a channel such as /user/{sub} or /user/{sub}/*",
    [](std::string_view text) {
      return if_true(text.starts_with('/') && text.size() > 1 && text.size() <= 512 &&
                         text.find("//") == std::string_view::npos && text.back() != '/' &&
                         all_of(text, "/-*{}_:."),
                     text);
    },
    R"(^/[A-Za-z0-9/*{}_:.-]+$)"};

const text_rule tls_version_rule{
    "1.2 or 1.3",
    [](std::string_view text) { return if_true(text == "1.2" || text == "1.3", text); },
    R"(^1\.[23]$)"};

} // namespace actormesh::config::tables

namespace actormesh::config {

const text_rule& address_rule() noexcept { return tables::address_text_rule; }

const text_rule& mesh_name_rule() noexcept { return tables::name_rule; }

const text_rule& mesh_peer_rule() noexcept { return tables::peer_rule; }

} // namespace actormesh::config
