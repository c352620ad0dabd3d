#include "config/settings.hpp"

#include "config/descriptor.hpp"
#include "config/quantity.hpp"
#include "config/schema_rules.hpp"

#include <algorithm>
#include <utility>

namespace actormesh::config {

using namespace tables;

namespace {

constexpr option node_options[] = {
    {.key = "name",
     .member = at<&settings::node_name>,
     .rule = &node_name_rule,
     .effect = takes_effect::restart,
     .example = "node-1",
     .documentation = "Name of the node in the mesh and in logs; no two nodes of a mesh have the "
                      "same. Empty: the name in `mesh.tls.certificate`, else the name of the host "
                      "and the mesh port."},
    {.key = "loops",
     .member = at<&settings::loops>,
     .max = defaults::max_loops,
     .effect = takes_effect::restart,
     .documentation = "Event loops, one thread each. 0: one per core."},
    {.key = "max_channels",
     .member = at<&settings::max_channels>,
     .min = 1,
     .max = many,
     .effect = takes_effect::restart,
     .documentation = "Channels that one loop keeps at the same time, with subscribers or not."},
    {.key = "drain_timeout",
     .member = at<&settings::drain_timeout>,
     .max = hour,
     .documentation = "How long a stopping node goes on delivering and closing before it gives "
                      "up."},
};

constexpr option log_options[] = {
    {.key = "level",
     .member = at<&settings::level>,
     .documentation = "Lines below this level are not logged."},
    {.key = "format",
     .member = at<&settings::format>,
     .documentation = "`text` for people, `json` for one JSON object per line."},
};

constexpr struct_descriptor node = describe<settings>(node_options);
constexpr struct_descriptor logging = describe<settings>(log_options);

std::string address_and_port(const listener_settings& listener) {
  const bool bracket = listener.address.find(':') != std::string::npos;
  return (bracket ? "[" + listener.address + "]" : listener.address) + ":" +
         std::to_string(listener.port);
}

constexpr branch branches[] = {
    {.key = "node", .member = here<node>, .documentation = "The process as a whole."},
    {.key = "listeners",
     .member = items<&settings::listeners>,
     .rules = {.effect = takes_effect::restart,
               .holds = population::one_by_default,
               .item = "listener",
               .name = &item_name<&address_and_port>::name},
     .documentation = "Where the node accepts clients. Left out: one listener with the defaults."},
    {.key = "log", .member = here<logging>, .documentation = "Logs go to stderr."},
    {.key = "http",
     .member = in<&settings::http>,
     .documentation = "Limits of HTTP, for every listener."},
    {.key = "websocket",
     .member = in<&settings::websocket>,
     .documentation = "Limits and timers of WebSocket, for every listener."},
    {.key = "mesh",
     .member = in<&settings::mesh>,
     .documentation = "How the node is linked with others. `actormesh serve --join HOST:PORT` is "
                      "all that a second node on the same machine needs."},
    {.key = "audit",
     .member = in<&settings::audit>,
     .documentation = "Who did what, as a chain of records that shows every change."},
    {.key = "apis",
     .member = items<&settings::apis>,
     .rules = {.effect = takes_effect::restart,
               .holds = population::at_least_one,
               .item = "API",
               .identity = "id"},
     .documentation = "Event APIs. Each is an environment of its own, such as dev or prod, with "
                      "its own address, keys and namespaces. At least one."},
};

void check_listener(const settings& values, std::size_t index, combinations& found) {
  const auto& here = values.listeners[index];
  const auto path = item_path("listeners", index);
  if (here.proxy_protocol && values.http.trusted_proxies.empty())
    found.push_back({severity::error,
                     {path + ".proxy_protocol"},
                     path + ".proxy_protocol: expected http.trusted_proxies to name the proxies; "
                            "nobody could connect"});
  const auto same = [&](const listener_settings& each) {
    return each.port != 0 && each.port == here.port && each.address == here.address;
  };
  const auto begin = values.listeners.begin();
  const auto end = begin + static_cast<std::ptrdiff_t>(index);
  const auto earlier = std::find_if(begin, end, same);
  if (earlier != end)
    found.push_back({severity::error,
                     {path},
                     path + ": listens on the same address and port as " +
                         item_path("listeners", static_cast<std::size_t>(earlier - begin))});
}

/// One event must fit into everything that carries it.
void check_sizes(const settings& values, std::size_t index, combinations& found) {
  const auto path = item_path("apis", index) + ".limits.event_bytes";
  const auto event = values.apis[index].limits.event_bytes;
  std::vector<std::pair<std::string, std::size_t>> carriers{
      {"http.body_bytes", values.http.body_bytes},
      {"websocket.message_bytes", values.websocket.message_bytes},
      {"websocket.queue_bytes", values.websocket.queue_bytes},
  };
  if (values.mesh.enabled) {
    carriers.emplace_back("mesh.queue_bytes", values.mesh.queue_bytes);
    carriers.emplace_back("mesh.client_queue_bytes", values.mesh.client_queue_bytes);
    const auto room = values.mesh.frame_bytes - defaults::mesh_frame_overhead;
    if (event > room)
      found.push_back({severity::error,
                       {path, "mesh.frame_bytes"},
                       path + ": expected no more than " + format_size(room) +
                           ", what a frame of mesh.frame_bytes (" +
                           format_size(values.mesh.frame_bytes) + ") has room for, found " +
                           format_size(event)});
  }
  for (const auto& [name, size] : carriers) {
    if (event > size)
      found.push_back({severity::error,
                       {path, name},
                       path + ": expected no more than " + name + " (" + format_size(size) +
                           "), found " + format_size(event)});
  }
}

/// Returns a host under which both APIs would be served: "*" stands for any.
std::string common_host(const api_settings& one, const api_settings& other) {
  if (one.hosts.empty() && other.hosts.empty())
    return "*";
  for (const auto& host : one.hosts) {
    if (std::find(other.hosts.begin(), other.hosts.end(), host) != other.hosts.end())
      return host;
  }
  return {};
}

void check_pair(const settings& values, std::size_t first, std::size_t second,
                combinations& found) {
  const auto& one = values.apis[first];
  const auto& other = values.apis[second];
  const auto path = item_path("apis", second);
  const auto earlier = item_path("apis", first);
  if (!other.keys_file.empty() && one.keys_file == other.keys_file)
    found.push_back({severity::error,
                     {path + ".keys_file"},
                     path + ".keys_file: is the file of " + earlier +
                         " too; APIs share no keys, so that a key of one opens no other"});
  const auto host = common_host(one, other);
  if (one.path_prefix != other.path_prefix || host.empty())
    return;
  const auto where = one.path_prefix.empty() ? std::string{"no path prefix"}
                                             : "the path prefix " + quote(one.path_prefix);
  found.push_back({severity::error,
                   {path + ".path_prefix", path + ".hosts", path},
                   path + ": has " + where +
                       (host == "*" ? " and no hosts" : " and the host " + quote(host)) +
                       ", like " + earlier + "; requests could go to either"});
}

/// Open to everybody on a network is allowed, but nobody should do it by mistake.
void warn_of_open_apis(const settings& values, std::size_t index, combinations& found) {
  const auto& api = values.apis[index];
  const auto outside =
      std::find_if(values.listeners.begin(), values.listeners.end(),
                   [](const listener_settings& each) { return !is_loopback(each.address); });
  const auto path = item_path("apis", index) + ".auth.connect";
  if (outside != values.listeners.end() &&
      std::ranges::find(api.auth.connect, auth_mode::none) != api.auth.connect.end())
    found.push_back({severity::warning,
                     {path},
                     path + ": NONE lets everybody in who reaches " + outside->address});
}

void check(const settings& values, const std::string&, combinations& found) {
  for (std::size_t i = 0; i < values.listeners.size(); ++i)
    check_listener(values, i, found);
  for (std::size_t i = 0; i < values.apis.size(); ++i) {
    check_sizes(values, i, found);
    warn_of_open_apis(values, i, found);
    for (std::size_t earlier = 0; earlier < i; ++earlier)
      check_pair(values, earlier, i, found);
  }
}

} // namespace

template <> const struct_descriptor& descriptor_of<settings>() noexcept {
  static constexpr auto made = describe<settings, check>({}, branches);
  return made;
}

std::string_view to_string(log_level value) noexcept {
  switch (value) {
  case log_level::trace:
    return "trace";
  case log_level::debug:
    return "debug";
  case log_level::info:
    return "info";
  case log_level::warn:
    return "warn";
  case log_level::error:
    return "error";
  case log_level::off:
    return "off";
  }
  return "?";
}

std::string_view to_string(log_format value) noexcept {
  switch (value) {
  case log_format::text:
    return "text";
  case log_format::json:
    return "json";
  }
  return "?";
}

} // namespace actormesh::config
