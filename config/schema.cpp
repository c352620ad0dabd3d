#include "config/schema.hpp"

#include "config/quantity.hpp"

#include <algorithm>
#include <array>
#include <concepts>
#include <limits>
#include <numeric>
#include <type_traits>

#include <arpa/inet.h>

namespace actormesh::config {

namespace {

using namespace std::string_view_literals;

// -- members -----------------------------------------------------------------------------------

template <class Member> struct owner_of_member;
template <class Owner, class Type> struct owner_of_member<Type Owner::*> { using type = Owner; };

template <auto First> using owner_type = typename owner_of_member<decltype(First)>::type;

template <auto First, auto... Rest> auto& follow(owner_type<First>& owner) {
  if constexpr (sizeof...(Rest) == 0)
    return owner.*First;
  else
    return follow<Rest...>(owner.*First);
}

/// The function that goes from a struct through its members: `at<&settings::http, &...>`.
template <auto First, auto... Rest> constexpr auto at = &follow<First, Rest...>;

// -- texts -------------------------------------------------------------------------------------

constexpr bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool all_of(std::string_view text, std::string_view also) {
  return std::all_of(text.begin(), text.end(), [also](char c) {
    return is_alphanumeric(c) || also.find(c) != std::string_view::npos;
  });
}

std::optional<std::string> if_true(bool fits, std::string_view text) {
  return fits ? std::optional<std::string>{text} : std::nullopt;
}

bool is_printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x20 && byte != 0x7f;
  });
}

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= 64 && all_of(text, "_.-");
}

constexpr text_rule name_rule{"1 to 64 characters of A-Z, a-z, 0-9, _ . and -",
                              [](std::string_view text) { return if_true(is_name(text), text); }};

constexpr text_rule node_name_rule{
    "nothing, or 1 to 64 characters of A-Z, a-z, 0-9, _ . and -",
    [](std::string_view text) { return if_true(text.empty() || is_name(text), text); }};

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

constexpr text_rule address{"an IPv4 or IPv6 address", normalise_address};

constexpr text_rule api_id_rule{
    "1 to 64 characters of A-Z, a-z, 0-9, _ and -", [](std::string_view text) {
      return if_true(!text.empty() && text.size() <= 64 && all_of(text, "_-"), text);
    }};

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

constexpr text_rule prefix_rule{
    "nothing, or a path such as /v/dev, with no slash at its end and only A-Z, a-z, 0-9, "
    ". _ ~ - between the slashes",
    normalise_prefix};

std::optional<std::string> normalise_host(std::string_view text) {
  if (text.size() > 2 && text.front() == '[' && text.back() == ']') {
    const auto inside = normalise_address(text);
    return inside ? std::optional{"[" + *inside + "]"} : std::nullopt;
  }
  if (text.empty() || text.size() > 253 || !all_of(text, ".-_") || text.front() == '.' ||
      text.find("..") != std::string_view::npos)
    return std::nullopt;
  std::string host{text};
  std::transform(host.begin(), host.end(), host.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return host;
}

constexpr text_rule host_rule{"a host name or address without a port", normalise_host};

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

constexpr text_rule peer_rule{
    "HOST:PORT, such as node-2.example.com:7400, 10.0.0.2:7400 or [fd00::2]:7400", normalise_peer};

constexpr text_rule advertise_rule{
    "nothing, or HOST:PORT, such as node-1.example.com:7400, 10.0.0.1:7400 or [fd00::1]:7400",
    [](std::string_view text) {
      return text.empty() ? std::optional<std::string>{text} : normalise_peer(text);
    }};

constexpr text_rule file_rule{"the name of a file", [](std::string_view text) {
                                return if_true(!text.empty() && is_printable(text), text);
                              }};

constexpr text_rule optional_file_rule{"nothing, or the name of a file", [](std::string_view text) {
                                         return if_true(is_printable(text), text);
                                       }};

constexpr text_rule namespace_rule{
    "1 to 50 characters of A-Z, a-z, 0-9 and -, with no - at either end",
    [](std::string_view text) {
      return if_true(!text.empty() && text.size() <= 50 && all_of(text, "-") &&
                         text.front() != '-' && text.back() != '-',
                     text);
    }};

// -- the tables --------------------------------------------------------------------------------

constexpr std::uint64_t KiB = 1024;
constexpr std::uint64_t MiB = 1024 * KiB;
constexpr std::uint64_t GiB = 1024 * MiB;
constexpr std::uint64_t second = 1000;
constexpr std::uint64_t minute = 60 * second;
constexpr std::uint64_t hour = 60 * minute;
constexpr std::uint64_t day = 24 * hour;
constexpr std::uint64_t many = 1'000'000'000;

constexpr std::array<option<settings>, 40> node_options{{
    {.name = "node.name",
     .member = at<&settings::node_name>,
     .rule = &node_name_rule,
     .effect = takes_effect::restart,
     .example = "node-1",
     .documentation = "Name of the node in the mesh and in logs; no two nodes of a mesh have the "
                      "same. Empty: the name in `mesh.tls.certificate`, else the name of the host "
                      "and the mesh port."},
    {.name = "node.loops",
     .member = at<&settings::loops>,
     .max = defaults::max_loops,
     .effect = takes_effect::restart,
     .documentation = "Event loops, one thread each. 0: one per core."},
    {.name = "node.max_channels",
     .member = at<&settings::max_channels>,
     .min = 1,
     .max = many,
     .effect = takes_effect::restart,
     .documentation = "Channels that one loop keeps at the same time, with subscribers or not."},
    {.name = "node.drain_timeout",
     .member = at<&settings::drain_timeout>,
     .max = hour,
     .documentation = "How long a stopping node goes on delivering and closing before it gives "
                      "up."},
    {.name = "log.level",
     .member = at<&settings::level>,
     .documentation = "Lines below this level are not logged."},
    {.name = "log.format",
     .member = at<&settings::format>,
     .documentation = "`text` for people, `json` for one JSON object per line."},
    {.name = "http.header_bytes",
     .member = at<&settings::http, &http_settings::header_bytes>,
     .measure = unit::bytes,
     .min = KiB,
     .max = MiB,
     .documentation = "Largest request line and headers together; beyond it: 431."},
    {.name = "http.body_bytes",
     .member = at<&settings::http, &http_settings::body_bytes>,
     .measure = unit::bytes,
     .min = KiB,
     .max = 256 * MiB,
     .documentation = "Largest body of a publish request; beyond it: 413."},
    {.name = "http.header_timeout",
     .member = at<&settings::http, &http_settings::header_timeout>,
     .min = 10,
     .max = hour,
     .documentation = "From the first byte of a request to the end of its headers."},
    {.name = "http.body_timeout",
     .member = at<&settings::http, &http_settings::body_timeout>,
     .min = 10,
     .max = hour,
     .documentation = "From the end of the headers to the end of the body."},
    {.name = "http.idle_timeout",
     .member = at<&settings::http, &http_settings::idle_timeout>,
     .min = 10,
     .max = day,
     .documentation = "How long a connection may stay open without a request."},
    {.name = "websocket.message_bytes",
     .member = at<&settings::websocket, &websocket_settings::message_bytes>,
     .measure = unit::bytes,
     .min = KiB,
     .max = 256 * MiB,
     .documentation = "Largest message that a client may send; beyond it the connection is closed "
                      "with 1009."},
    {.name = "websocket.queue_bytes",
     .member = at<&settings::websocket, &websocket_settings::queue_bytes>,
     .measure = unit::bytes,
     .min = 4 * KiB,
     .max = GiB,
     .documentation = "What may wait for one subscriber before the namespace's `slow_consumer` "
                      "applies."},
    {.name = "websocket.keep_alive_interval",
     .member = at<&settings::websocket, &websocket_settings::keep_alive_interval>,
     .min = 10,
     .max = hour,
     .documentation = "Time between two `ka` messages. Must be shorter than "
                      "`websocket.connection_timeout`."},
    {.name = "websocket.connection_timeout",
     .member = at<&settings::websocket, &websocket_settings::connection_timeout>,
     .min = 20,
     .max = day,
     .documentation = "What `connection_ack` tells the client: without a `ka` for so long, it may "
                      "give the connection up."},
    {.name = "websocket.connection_lifetime",
     .member = at<&settings::websocket, &websocket_settings::connection_lifetime>,
     .min = 10,
     .max = 365 * day,
     .documentation = "After this a connection is closed, and the client makes a new one."},
    {.name = "websocket.close_timeout",
     .member = at<&settings::websocket, &websocket_settings::close_timeout>,
     .min = 10,
     .max = 5 * minute,
     .documentation = "How long the node waits for the client's half of a close."},
    {.name = "websocket.compression",
     .member = at<&settings::websocket, &websocket_settings::compression>,
     .documentation = "Whether clients may negotiate permessage-deflate."},
    {.name = "websocket.compression_threshold",
     .member = at<&settings::websocket, &websocket_settings::compression_threshold>,
     .measure = unit::bytes,
     .max = 256 * MiB,
     .documentation = "Smallest message that is compressed where compression was negotiated."},
    {.name = "mesh.enabled",
     .member = at<&settings::mesh, &mesh_settings::enabled>,
     .effect = takes_effect::restart,
     .documentation = "Whether the node links with others and takes C++ clients. `false`: no mesh "
                      "port is opened."},
    {.name = "mesh.name",
     .member = at<&settings::mesh, &mesh_settings::name>,
     .rule = &name_rule,
     .effect = takes_effect::restart,
     .documentation = "Name of the mesh. Nodes of another name are refused."},
    {.name = "mesh.address",
     .member = at<&settings::mesh, &mesh_settings::address>,
     .rule = &address,
     .effect = takes_effect::restart,
     .documentation = "Where to accept other nodes and C++ clients. An address that is not "
                      "loopback needs `mesh.tls`; `0.0.0.0` and `::` need `mesh.advertise`, too."},
    {.name = "mesh.port",
     .member = at<&settings::mesh, &mesh_settings::port>,
     .max = 65535,
     .effect = takes_effect::restart,
     .documentation = "TCP port of the mesh. 0: a free one. If nothing about the mesh's address is "
                      "written anywhere, the node takes a free port where 7400 is taken."},
    {.name = "mesh.advertise",
     .member = at<&settings::mesh, &mesh_settings::advertise>,
     .rule = &advertise_rule,
     .effect = takes_effect::restart,
     .documentation =
         "What other nodes should dial, `HOST:PORT`. Empty: the address and port above."},
    {.name = "mesh.seeds",
     .member = at<&settings::mesh, &mesh_settings::seeds>,
     .rule = &peer_rule,
     .effect = takes_effect::restart,
     .documentation =
         "Nodes to link with, `HOST:PORT` each; an IPv6 address in brackets. The others are learnt "
         "from them. `--join` and `ACTORMESH_JOIN` replace the list."},
    {.name = "mesh.tls.certificate",
     .member = at<&settings::mesh, &mesh_settings::tls, &mesh_tls_settings::certificate>,
     .rule = &optional_file_rule,
     .effect = takes_effect::restart,
     .documentation = "Certificate of this node, which `actormesh mesh-ca issue` makes. PEM; "
                      "relative to this file."},
    {.name = "mesh.tls.key",
     .member = at<&settings::mesh, &mesh_settings::tls, &mesh_tls_settings::key>,
     .rule = &optional_file_rule,
     .effect = takes_effect::restart,
     .documentation = "Private key of the certificate. PEM, mode 0600; relative to this file."},
    {.name = "mesh.tls.ca",
     .member = at<&settings::mesh, &mesh_settings::tls, &mesh_tls_settings::ca>,
     .rule = &optional_file_rule,
     .effect = takes_effect::restart,
     .documentation = "The CA that signs for this mesh, or several while one replaces the other. "
                      "PEM; relative to this file."},
    {.name = "mesh.heartbeat_interval",
     .member = at<&settings::mesh, &mesh_settings::heartbeat_interval>,
     .min = 10,
     .max = minute,
     .effect = takes_effect::restart,
     .documentation = "Time between two heartbeats to a peer."},
    {.name = "mesh.heartbeat_timeout",
     .member = at<&settings::mesh, &mesh_settings::heartbeat_timeout>,
     .min = 20,
     .max = 10 * minute,
     .effect = takes_effect::restart,
     .documentation =
         "Silence after which a peer counts as dead. At least twice `mesh.heartbeat_interval`."},
    {.name = "mesh.connect_timeout",
     .member = at<&settings::mesh, &mesh_settings::connect_timeout>,
     .min = 10,
     .max = 5 * minute,
     .effect = takes_effect::restart,
     .documentation = "How long a connection to another node may take."},
    {.name = "mesh.handshake_timeout",
     .member = at<&settings::mesh, &mesh_settings::handshake_timeout>,
     .min = 10,
     .max = 5 * minute,
     .effect = takes_effect::restart,
     .documentation = "From the connection to the end of the handshake, TLS included."},
    {.name = "mesh.retry_min",
     .member = at<&settings::mesh, &mesh_settings::retry_min>,
     .min = 10,
     .max = hour,
     .effect = takes_effect::restart,
     .documentation = "First pause between two dials of a node that is not there; it grows to "
                      "`mesh.retry_max`."},
    {.name = "mesh.retry_max",
     .member = at<&settings::mesh, &mesh_settings::retry_max>,
     .min = 10,
     .max = hour,
     .effect = takes_effect::restart,
     .documentation = "Longest pause between two dials of a node that is not there."},
    {.name = "mesh.forget_after",
     .member = at<&settings::mesh, &mesh_settings::forget_after>,
     .min = 100,
     .max = 30 * day,
     .effect = takes_effect::restart,
     .documentation = "How long an unreachable node that is no seed is looked for, and how long "
                      "events that it would have got are counted as lost."},
    {.name = "mesh.queue_bytes",
     .member = at<&settings::mesh, &mesh_settings::queue_bytes>,
     .measure = unit::bytes,
     .min = 4 * KiB,
     .max = 16 * GiB,
     .effect = takes_effect::restart,
     .documentation = "What may wait for one peer before publishes to its channels are refused."},
    {.name = "mesh.frame_bytes",
     .member = at<&settings::mesh, &mesh_settings::frame_bytes>,
     .measure = unit::bytes,
     .min = 8 * KiB,
     .max = 256 * MiB,
     .effect = takes_effect::restart,
     .documentation = "Largest frame accepted on the mesh port."},
    {.name = "mesh.max_clients",
     .member = at<&settings::mesh, &mesh_settings::max_clients>,
     .max = 1'000'000,
     .effect = takes_effect::restart,
     .documentation =
         "C++ clients connected to the mesh port at the same time. 0: none are let in."},
    {.name = "mesh.max_handshakes",
     .member = at<&settings::mesh, &mesh_settings::max_handshakes>,
     .min = 1,
     .max = 100'000,
     .effect = takes_effect::restart,
     .documentation = "Connections to the mesh port which have not yet said who they are."},
    {.name = "mesh.client_queue_bytes",
     .member = at<&settings::mesh, &mesh_settings::client_queue_bytes>,
     .measure = unit::bytes,
     .min = 4 * KiB,
     .max = GiB,
     .effect = takes_effect::restart,
     .documentation =
         "What may wait for one C++ client before the namespace's `slow_consumer` applies."},
}};

constexpr std::array<option<listener_settings>, 2> listener_options{{
    {.name = "address",
     .member = at<&listener_settings::address>,
     .rule = &address,
     .effect = takes_effect::restart,
     .documentation = "Where to accept clients. `0.0.0.0` or `::` means every address of the "
                      "host."},
    {.name = "port",
     .member = at<&listener_settings::port>,
     .max = 65535,
     .effect = takes_effect::restart,
     .documentation = "TCP port. 0: a free one, which the node prints."},
}};

constexpr std::array<option<api_settings>, 14> api_options{{
    {.name = "id",
     .member = at<&api_settings::id>,
     .rule = &api_id_rule,
     .needed = presence::required,
     .effect = takes_effect::restart,
     .example = "dev",
     .documentation = "Name of the API in logs and metrics. No two APIs have the same."},
    {.name = "path_prefix",
     .member = at<&api_settings::path_prefix>,
     .rule = &prefix_rule,
     .effect = takes_effect::restart,
     .documentation = "What comes before `/event` and `/event/realtime` in the API's addresses."},
    {.name = "hosts",
     .member = at<&api_settings::hosts>,
     .rule = &host_rule,
     .effect = takes_effect::restart,
     .documentation = "Host names under which the API is served. Empty: under every name that no "
                      "other API claims."},
    {.name = "keys_file",
     .member = at<&api_settings::keys_file>,
     .rule = &file_rule,
     .effect = takes_effect::restart,
     .example = "keys-dev.yaml",
     .documentation = "File of API keys that `actormesh keys` edits; relative to this file. Its "
                      "content is picked up live. Needed where a mode is `API_KEY`."},
    {.name = "auth.connect",
     .member = at<&api_settings::auth, &auth_settings::connect>,
     .documentation = "Modes that may open a WebSocket connection."},
    {.name = "auth.publish",
     .member = at<&api_settings::auth, &auth_settings::publish>,
     .documentation = "Modes that may publish, where a namespace says nothing else."},
    {.name = "auth.subscribe",
     .member = at<&api_settings::auth, &auth_settings::subscribe>,
     .documentation = "Modes that may subscribe, where a namespace says nothing else."},
    {.name = "limits.connections",
     .member = at<&api_settings::limits, &api_limits::connections>,
     .max = many,
     .documentation = "WebSocket connections at the same time. 0: not limited."},
    {.name = "limits.connections_per_address",
     .member = at<&api_settings::limits, &api_limits::connections_per_address>,
     .max = many,
     .documentation = "WebSocket connections at the same time from one address. 0: not limited."},
    {.name = "limits.connections_per_second",
     .member = at<&api_settings::limits, &api_limits::connections_per_second>,
     .max = many,
     .documentation = "New WebSocket connections per second. 0: not limited."},
    {.name = "limits.publishes_per_second",
     .member = at<&api_settings::limits, &api_limits::publishes_per_second>,
     .max = many,
     .documentation = "Publish requests per second of one WebSocket connection. 0: not limited."},
    {.name = "limits.subscriptions",
     .member = at<&api_settings::limits, &api_limits::subscriptions>,
     .min = 1,
     .max = 1'000'000,
     .documentation = "Subscriptions of one WebSocket connection."},
    {.name = "limits.events_per_publish",
     .member = at<&api_settings::limits, &api_limits::events_per_publish>,
     .min = 1,
     .max = 1000,
     .documentation = "Events in one publish request."},
    {.name = "limits.event_bytes",
     .member = at<&api_settings::limits, &api_limits::event_bytes>,
     .measure = unit::bytes,
     .min = 1,
     .max = 64 * MiB,
     .documentation = "Largest event."},
}};

constexpr std::array<option<namespace_settings>, 4> namespace_options{{
    {.name = "name",
     .member = at<&namespace_settings::name>,
     .rule = &namespace_rule,
     .needed = presence::required,
     .example = "default",
     .documentation = "First segment of the namespace's channels. Case counts."},
    {.name = "auth.publish",
     .member = at<&namespace_settings::publish_auth>,
     .documentation = "Modes that may publish here. Empty: those of the API."},
    {.name = "auth.subscribe",
     .member = at<&namespace_settings::subscribe_auth>,
     .documentation = "Modes that may subscribe here. Empty: those of the API."},
    {.name = "slow_consumer",
     .member = at<&namespace_settings::slow_consumer>,
     .documentation = "What happens when an event no longer fits into a subscriber's queue: "
                      "`disconnect` closes the subscriber's connection, `drop_oldest` makes room, "
                      "`drop_newest` drops the event. Every loss is counted."},
}};

constexpr std::array<section, 12> all_sections{{
    {"node", "The process as a whole."},
    {"listeners[]", "Where the node accepts clients. Left out: one listener with the defaults."},
    {"log", "Logs go to stderr."},
    {"http", "Limits of HTTP, for every listener."},
    {"websocket", "Limits and timers of WebSocket, for every listener."},
    {"mesh", "How the node is linked with others. `actormesh serve --join HOST:PORT` is all that a "
             "second node on the same machine needs."},
    {"mesh.tls", "Certificates of the mesh: all three, or none. Needed for every address that is "
                 "not loopback; docs/mesh-security.md says how to make them."},
    {"apis[]", "Event APIs. Each is an environment of its own, such as dev or prod, with its own "
               "address, keys and namespaces. At least one."},
    {"apis[].auth", "How callers prove who they are: a list of `API_KEY` (a key of `keys_file`) "
                    "and `NONE` (nothing is asked)."},
    {"apis[].limits", "Limits of the API."},
    {"apis[].namespaces[]", "Channels exist only under a namespace. At least one."},
    {"apis[].namespaces[].auth", "What replaces the API's modes for channels of this namespace."},
}};

// -- values ------------------------------------------------------------------------------------

template <class Enum> constexpr std::array<Enum, 0> choices{};
template <>
constexpr std::array<log_level, 6> choices<log_level>{log_level::trace, log_level::debug,
                                                      log_level::info,  log_level::warn,
                                                      log_level::error, log_level::off};
template <>
constexpr std::array<log_format, 2> choices<log_format>{log_format::text, log_format::json};
template <>
constexpr std::array<slow_consumer_policy, 3> choices<slow_consumer_policy>{
    slow_consumer_policy::disconnect, slow_consumer_policy::drop_oldest,
    slow_consumer_policy::drop_newest};
template <>
constexpr std::array<auth_mode, 2> choices<auth_mode>{auth_mode::api_key, auth_mode::none};

template <class Enum> std::string choice_list() {
  std::string text;
  for (const auto each : choices<Enum>)
    text += (text.empty() ? "" : ", ") + std::string{to_string(each)};
  return text;
}

template <class Enum> std::optional<Enum> parse_choice(std::string_view text) {
  for (const auto each : choices<Enum>) {
    if (to_string(each) == text)
      return each;
  }
  return std::nullopt;
}

template <class Value> struct is_vector : std::false_type {};
template <class Element> struct is_vector<std::vector<Element>> : std::true_type {};

/// Calls a function with the option's value, by its own type.
template <class Owner, class Function>
decltype(auto) with_value(const option<Owner>& which, Owner& owner, Function&& function) {
  return std::visit([&](auto member) -> decltype(auto) { return function(member(owner)); },
                    which.member);
}

/// A text that can stand in YAML without quotes and stays a text.
bool is_plain_yaml(std::string_view text) {
  return !text.empty() && (is_alphanumeric(text.front()) || text.front() == '/') &&
         all_of(text, "._-/~") && !parse_number(text) && text != "true" && text != "false" &&
         text != "null";
}

std::string write_text(std::string_view text) {
  if (is_plain_yaml(text))
    return std::string{text};
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\')
      result += '\\';
    result += c;
  }
  return result + '"';
}

template <class Owner> bool in_range(const option<Owner>& which, std::uint64_t value) {
  return value >= which.min && value <= which.max;
}

template <class Value, class Owner>
std::optional<Value> parse_value(const option<Owner>& which, written_scalar scalar) {
  const auto text = scalar.text;
  if constexpr (std::is_same_v<Value, bool>) {
    if (!scalar.plain || (text != "true" && text != "false"))
      return std::nullopt;
    return text == "true";
  } else if constexpr (std::is_same_v<Value, std::chrono::milliseconds>) {
    const auto value = parse_duration(text);
    const auto fits = value && in_range(which, static_cast<std::uint64_t>(value->count()));
    return fits ? value : std::nullopt;
  } else if constexpr (std::is_unsigned_v<Value>) {
    const auto number = which.measure == unit::bytes ? parse_size(text)
                        : scalar.plain               ? parse_number(text)
                                                     : std::nullopt;
    if (!number || !in_range(which, *number))
      return std::nullopt;
    return static_cast<Value>(*number);
  } else if constexpr (std::is_enum_v<Value>) {
    return parse_choice<Value>(text);
  } else {
    return which.rule->normalise(text);
  }
}

template <class Owner, class Value>
std::string format_value(const option<Owner>& which, const Value& value) {
  if constexpr (std::is_same_v<Value, bool>)
    return value ? "true" : "false";
  else if constexpr (std::is_same_v<Value, std::chrono::milliseconds>)
    return format_duration(value);
  else if constexpr (std::is_unsigned_v<Value>)
    return which.measure == unit::bytes ? format_size(value) : std::to_string(value);
  else if constexpr (std::is_enum_v<Value>)
    return std::string{to_string(value)};
  else if constexpr (is_vector<Value>::value) {
    std::string text;
    for (const auto& each : value)
      text += (text.empty() ? "" : ", ") + format_value(which, each);
    return "[" + text + "]";
  } else {
    return write_text(value);
  }
}

/// Helps somebody who got a value wrong; documentation says it once for all.
template <class Value, class Owner> std::string_view example_values(const option<Owner>& which) {
  if constexpr (std::is_same_v<Value, std::chrono::milliseconds>)
    return ", such as 1500ms, 10s or 24h";
  return which.measure == unit::bytes ? ", such as 4096, 240KiB or 8MB" : "";
}

template <class Value, class Owner> std::string expected_value(const option<Owner>& which) {
  if constexpr (std::is_same_v<Value, bool>)
    return "true or false";
  else if constexpr (std::is_same_v<Value, std::chrono::milliseconds>)
    return "a duration from " + format_duration(std::chrono::milliseconds{which.min}) + " to " +
           format_duration(std::chrono::milliseconds{which.max});
  else if constexpr (std::is_unsigned_v<Value>) {
    if (which.measure == unit::bytes)
      return "a size from " + format_size(which.min) + " to " + format_size(which.max);
    return "a whole number from " + std::to_string(which.min) + " to " + std::to_string(which.max);
  } else if constexpr (std::is_enum_v<Value>)
    return "one of " + choice_list<Value>();
  else if constexpr (std::is_same_v<Value, std::vector<auth_mode>>)
    return "a list of " + choice_list<auth_mode>();
  else if constexpr (is_vector<Value>::value)
    return "a list, each " + std::string{which.rule->expected};
  else
    return std::string{which.rule->expected};
}

// -- descriptions ------------------------------------------------------------------------------

/// Appends what belongs to one section, if this owner's options do.
template <class Owner>
void describe(std::string_view owner_path, std::string_view section_path,
              std::vector<option_description>& into) {
  for (const auto& each : options<Owner>()) {
    const auto dot = each.name.rfind('.');
    const bool nested = dot != std::string_view::npos;
    std::string in{owner_path};
    if (nested)
      in += (in.empty() ? "" : ".") + std::string{each.name.substr(0, dot)};
    if (in != section_path)
      continue;
    option_description description;
    description.section = in;
    description.key = each.name.substr(nested ? dot + 1 : 0);
    description.path = in + (in.empty() ? "" : ".") + description.key;
    Owner defaults{};
    description.expected = with_value(
        each, defaults, [&]<class Value>(const Value&) { return expected_value<Value>(each); });
    description.required = each.needed == presence::required;
    if (!description.required)
      description.default_value = format(each, defaults);
    description.example =
        each.example.empty() ? description.default_value : std::string{each.example};
    description.scalar = owner_path.empty() && !is_list(each);
    description.effect = each.effect;
    description.documentation = each.documentation;
    into.push_back(std::move(description));
  }
}

std::vector<option_description> describe_all() {
  std::vector<option_description> result;
  for (const auto& each : sections()) {
    describe<settings>("", each.path, result);
    describe<listener_settings>("listeners[]", each.path, result);
    describe<api_settings>("apis[]", each.path, result);
    describe<namespace_settings>("apis[].namespaces[]", each.path, result);
  }
  return result;
}

/// Edits that turn one text into the other: insert, remove, replace, swap two neighbours.
std::size_t edit_distance(std::string_view from, std::string_view to) {
  std::vector<std::size_t> before_last(to.size() + 1);
  std::vector<std::size_t> last(to.size() + 1);
  std::vector<std::size_t> row(to.size() + 1);
  std::iota(last.begin(), last.end(), std::size_t{0});
  for (std::size_t i = 1; i <= from.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= to.size(); ++j) {
      const std::size_t replace = last[j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, replace});
      if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1])
        row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
    std::swap(before_last, last);
    std::swap(last, row);
  }
  return last[to.size()];
}

} // namespace

std::string_view to_string(takes_effect value) noexcept {
  return value == takes_effect::live ? "live" : "restart";
}

template <> std::span<const option<settings>> options<settings>() noexcept { return node_options; }

template <> std::span<const option<listener_settings>> options<listener_settings>() noexcept {
  return listener_options;
}

template <> std::span<const option<api_settings>> options<api_settings>() noexcept {
  return api_options;
}

template <> std::span<const option<namespace_settings>> options<namespace_settings>() noexcept {
  return namespace_options;
}

template <class Owner> std::string expected(const option<Owner>& which) {
  Owner owner{};
  return with_value(which, owner, [&]<class Value>(const Value&) {
    return expected_value<Value>(which) + std::string{example_values<Value>(which)};
  });
}

template <class Owner>
bool assign(const option<Owner>& which, Owner& owner, written_scalar scalar) {
  return with_value(which, owner, [&]<class Value>(Value& value) {
    if constexpr (is_vector<Value>::value) {
      return false;
    } else {
      auto parsed = parse_value<Value>(which, scalar);
      if (!parsed)
        return false;
      value = *std::move(parsed);
      return true;
    }
  });
}

template <class Owner>
bool append(const option<Owner>& which, Owner& owner, written_scalar scalar) {
  return with_value(which, owner, [&]<class Value>(Value& value) {
    if constexpr (!is_vector<Value>::value) {
      return false;
    } else {
      auto parsed = parse_value<typename Value::value_type>(which, scalar);
      if (!parsed)
        return false;
      value.push_back(*std::move(parsed));
      return true;
    }
  });
}

template <class Owner> void clear_list(const option<Owner>& which, Owner& owner) {
  with_value(which, owner, []<class Value>(Value& value) {
    if constexpr (is_vector<Value>::value)
      value.clear();
  });
}

template <class Owner> bool is_list(const option<Owner>& which) {
  Owner owner{};
  return with_value(which, owner,
                    []<class Value>(const Value&) { return is_vector<Value>::value; });
}

template <class Owner> std::string format(const option<Owner>& which, const Owner& owner) {
  // The accessors hand out a reference that could be written through; here nobody does.
  return with_value(which, const_cast<Owner&>(owner),
                    [&](const auto& value) { return format_value(which, value); });
}

template <class Owner> void copy(const option<Owner>& which, const Owner& from, Owner& to) {
  std::visit([&](auto member) { member(to) = member(const_cast<Owner&>(from)); }, which.member);
}

#define ACTORMESH_INSTANTIATE(Owner)                                                               \
  template std::string expected(const option<Owner>&);                                             \
  template bool assign(const option<Owner>&, Owner&, written_scalar);                              \
  template bool append(const option<Owner>&, Owner&, written_scalar);                              \
  template void clear_list(const option<Owner>&, Owner&);                                          \
  template bool is_list(const option<Owner>&);                                                     \
  template std::string format(const option<Owner>&, const Owner&);                                 \
  template void copy(const option<Owner>&, const Owner&, Owner&);

ACTORMESH_INSTANTIATE(settings)
ACTORMESH_INSTANTIATE(listener_settings)
ACTORMESH_INSTANTIATE(api_settings)
ACTORMESH_INSTANTIATE(namespace_settings)

#undef ACTORMESH_INSTANTIATE

std::span<const section> sections() noexcept { return all_sections; }

const std::vector<option_description>& all_options() {
  static const std::vector<option_description> descriptions = describe_all();
  return descriptions;
}

std::string_view nearest(std::string_view name, std::span<const std::string> candidates) {
  // Long names are no typing errors, and comparing them would cost their square.
  if (name.size() > 64)
    return {};
  std::string_view best;
  std::size_t least = std::max<std::size_t>(1, name.size() / 3) + 1;
  for (const auto& candidate : candidates) {
    const auto distance = edit_distance(name, candidate);
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}

std::string quote(std::string_view text) {
  constexpr std::size_t longest = 60;
  std::string result = "\"";
  for (const char c : text.substr(0, longest))
    result += is_printable({&c, 1}) ? c : '?';
  return result + (text.size() > longest ? "...\"" : "\"");
}

const text_rule& address_rule() noexcept { return address; }

const text_rule& mesh_name_rule() noexcept { return name_rule; }

const text_rule& mesh_peer_rule() noexcept { return peer_rule; }

} // namespace actormesh::config
