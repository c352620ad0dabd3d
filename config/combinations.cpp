#include "config/combinations.hpp"

#include "config/quantity.hpp"
#include "config/schema.hpp"
#include "text/host_port.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <utility>

namespace actormesh::config {

namespace {

using list = std::vector<combination>;

bool contains(const std::vector<auth_mode>& modes, auth_mode mode) {
  return std::find(modes.begin(), modes.end(), mode) != modes.end();
}

std::string item(const std::string& name, std::size_t index) {
  return name + "[" + std::to_string(index) + "]";
}

bool is_loopback(const std::string& address) {
  return address == "::1" || address.starts_with("127.") || address.starts_with("::ffff:127.");
}

void check_listeners(const std::vector<listener_settings>& listeners, list& found) {
  if (listeners.empty())
    found.push_back({severity::error, {"listeners"}, "listeners: expected at least one listener"});
  for (std::size_t i = 0; i < listeners.size(); ++i) {
    for (std::size_t earlier = 0; earlier < i; ++earlier) {
      if (listeners[i].port != 0 && listeners[i].port == listeners[earlier].port &&
          listeners[i].address == listeners[earlier].address) {
        const auto path = item("listeners", i);
        found.push_back(
            {severity::error,
             {path},
             path + ": listens on the same address and port as " + item("listeners", earlier)});
        break;
      }
    }
  }
}

void check_listener_tls(const settings& values, list& found) {
  for (std::size_t i = 0; i < values.listeners.size(); ++i) {
    const auto& each = values.listeners[i];
    const auto path = item("listeners", i);
    const std::pair<std::string, const std::string*> files[] = {
        {path + ".tls.certificate", &each.tls.certificate}, {path + ".tls.key", &each.tls.key}};
    for (const auto& [name, file] : files) {
      if (each.tls.mode != tls_mode::off && file->empty())
        found.push_back({severity::error,
                         {name, path + ".tls.mode"},
                         name + ": expected a file, because " + path + ".tls.mode is " +
                             std::string{to_string(each.tls.mode)}});
    }
    if (each.proxy_protocol && values.http.trusted_proxies.empty())
      found.push_back({severity::error,
                       {path + ".proxy_protocol"},
                       path + ".proxy_protocol: expected http.trusted_proxies to name the proxies; "
                              "nobody could connect"});
  }
}

void check_timers(const websocket_settings& websocket, list& found) {
  if (websocket.keep_alive_interval >= websocket.connection_timeout)
    found.push_back({severity::error,
                     {"websocket.keep_alive_interval", "websocket.connection_timeout"},
                     "websocket.keep_alive_interval: expected less than "
                     "websocket.connection_timeout (" +
                         format_duration(websocket.connection_timeout) + "), found " +
                         format_duration(websocket.keep_alive_interval) +
                         ": clients would give up between two keep-alives"});
}

/// A wildcard is fine to bind, and nothing that anybody can dial.
bool is_wildcard(const std::string& address) { return address == "0.0.0.0" || address == "::"; }

/// The address in `HOST:PORT` if it is one, else nothing: what a name stands for is not known yet.
std::optional<std::string> address_of(const std::string& peer) {
  return address_rule().normalise(text::without_port(peer));
}

void check_mesh_timers(const mesh_settings& mesh, list& found) {
  if (mesh.heartbeat_timeout < 2 * mesh.heartbeat_interval)
    found.push_back({severity::error,
                     {"mesh.heartbeat_timeout", "mesh.heartbeat_interval"},
                     "mesh.heartbeat_timeout: expected at least twice mesh.heartbeat_interval (" +
                         format_duration(mesh.heartbeat_interval) + "), found " +
                         format_duration(mesh.heartbeat_timeout) +
                         ": one late heartbeat would end the link"});
  if (mesh.retry_min > mesh.retry_max)
    found.push_back({severity::error,
                     {"mesh.retry_min", "mesh.retry_max"},
                     "mesh.retry_min: expected no more than mesh.retry_max (" +
                         format_duration(mesh.retry_max) + "), found " +
                         format_duration(mesh.retry_min)});
}

void check_mesh_tls_is_complete(const mesh_tls_settings& tls, list& found) {
  const std::pair<std::string, const std::string*> files[] = {
      {"mesh.tls.certificate", &tls.certificate},
      {"mesh.tls.key", &tls.key},
      {"mesh.tls.ca", &tls.ca},
  };
  const auto is_set = [](const auto& each) { return !each.second->empty(); };
  const auto* const present = std::find_if(std::begin(files), std::end(files), is_set);
  if (present == std::end(files))
    return;
  for (const auto& [name, file] : files) {
    if (file->empty())
      found.push_back({severity::error,
                       {name, present->first},
                       name + ": expected a file, because " + present->first +
                           " is set; TLS needs mesh.tls.certificate, mesh.tls.key and "
                           "mesh.tls.ca"});
  }
}

/// Without TLS everybody on the network could read events and publish their own.
void check_mesh_is_private(const mesh_settings& mesh, list& found) {
  const auto& tls = mesh.tls;
  if (!tls.certificate.empty() || !tls.key.empty() || !tls.ca.empty())
    return;
  const std::string remedy =
      "; to leave the machine, make certificates with `actormesh mesh-ca init` and `actormesh "
      "mesh-ca issue NODE`, and set mesh.tls.certificate, mesh.tls.key and mesh.tls.ca";
  if (!is_loopback(mesh.address))
    found.push_back({severity::error,
                     {"mesh.address"},
                     "mesh.address: expected a loopback address, because the mesh has no TLS, "
                     "found " +
                         mesh.address + remedy});
  for (const auto& each : mesh.seeds) {
    if (const auto address = address_of(each); address && !is_loopback(*address))
      found.push_back({severity::error,
                       {"mesh.seeds"},
                       "mesh.seeds: expected loopback addresses, because the mesh has no TLS, "
                       "found " +
                           each + remedy});
  }
}

void check_mesh_addresses(const mesh_settings& mesh, list& found) {
  if (is_wildcard(mesh.address) && mesh.advertise.empty())
    found.push_back({severity::error,
                     {"mesh.address", "mesh.advertise"},
                     "mesh.advertise: expected HOST:PORT, because other nodes can't dial " +
                         mesh.address + " (mesh.address)"});
  const auto check_peer = [&](const std::string& option, const std::string& peer) {
    if (const auto address = address_of(peer); address && is_wildcard(*address))
      found.push_back({severity::error,
                       {option},
                       option + ": expected a host that can be dialled, found " + peer});
  };
  if (!mesh.advertise.empty())
    check_peer("mesh.advertise", mesh.advertise);
  for (const auto& each : mesh.seeds)
    check_peer("mesh.seeds", each);
}

void check_mesh(const mesh_settings& mesh, list& found) {
  if (!mesh.enabled)
    return;
  check_mesh_timers(mesh, found);
  check_mesh_tls_is_complete(mesh.tls, found);
  check_mesh_is_private(mesh, found);
  check_mesh_addresses(mesh, found);
}

/// One event must fit into everything that carries it.
void check_sizes(const settings& values, std::size_t index, list& found) {
  const auto path = item("apis", index) + ".limits.event_bytes";
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

void check_mode_list(const std::vector<auth_mode>& modes, const std::string& path, list& found) {
  for (auto mode = modes.begin(); mode != modes.end(); ++mode) {
    if (std::find(modes.begin(), mode, *mode) != mode) {
      found.push_back({severity::error,
                       {path},
                       path + ": " + std::string{to_string(*mode)} + " is in the list twice"});
      return;
    }
  }
}

void check_keys_source(const keys_source_settings& source, const std::string& path, list& found) {
  const auto kinds = (source.file.empty() ? 0 : 1) + (source.command.empty() ? 0 : 1) +
                     (source.url.empty() ? 0 : 1);
  if (kinds > 1)
    found.push_back({severity::error,
                     {path + ".file", path + ".command", path + ".url"},
                     path + ": expected one of file, command and url"});
  if (!source.url.empty() && source.secret_id.empty())
    found.push_back(
        {severity::error,
         {path + ".secret_id", path + ".url"},
         path + ".secret_id: expected the name of the secret that " + path + ".url is asked for"});
}

void check_access_keys(const api_settings& api, const std::string& path, list& found) {
  for (std::size_t i = 0; i < api.access_keys.size(); ++i) {
    const auto& each = api.access_keys[i];
    const auto name = item(path + ".access_keys", i);
    for (std::size_t earlier = 0; earlier < i; ++earlier)
      if (!each.id.empty() && api.access_keys[earlier].id == each.id)
        found.push_back(
            {severity::error,
             {name + ".id"},
             name + ".id: is the id of " + item(path + ".access_keys", earlier) + " too"});
    if (each.policy.empty())
      found.push_back({severity::warning,
                       {name + ".policy", name},
                       name + ".policy: allows nothing, so the key is of no use"});
    for (std::size_t j = 0; j < each.policy.size(); ++j) {
      const auto statement = item(name + ".policy", j);
      for (const auto& [list_name, empty] :
           {std::pair{".actions", each.policy[j].actions.empty()},
            std::pair{".resources", each.policy[j].resources.empty()}})
        if (empty)
          found.push_back({severity::error,
                           {statement + list_name, statement},
                           statement + list_name + ": expected at least one"});
    }
  }
}

void check_issuers(const api_settings& api, const std::string& path, list& found) {
  for (std::size_t i = 0; i < api.issuers.size(); ++i) {
    const auto& each = api.issuers[i];
    const auto name = item(path + ".issuers", i);
    if (each.mode != auth_mode::oidc && each.mode != auth_mode::cognito)
      found.push_back({severity::error,
                       {name + ".mode"},
                       name +
                           ".mode: expected OPENID_CONNECT or AMAZON_COGNITO_USER_POOLS, found " +
                           std::string{to_string(each.mode)}});
    for (std::size_t earlier = 0; earlier < i; ++earlier)
      if (!each.issuer.empty() && api.issuers[earlier].issuer == each.issuer)
        found.push_back(
            {severity::error,
             {name + ".issuer"},
             name + ".issuer: is that of " + item(path + ".issuers", earlier) + " too"});
    if (each.jwks_file.empty() && each.issuer.starts_with("http://"))
      found.push_back({severity::warning,
                       {name + ".issuer"},
                       name + ".issuer: keys are fetched without TLS; whoever is on the way can "
                              "replace them"});
    if (each.clients.empty())
      found.push_back({severity::warning,
                       {name + ".clients", name},
                       name + ".clients: is empty, so tokens that the issuer made for other "
                              "applications are accepted, too"});
  }
}

void check_auth(const api_settings& api, const std::string& path, list& found) {
  const std::pair<std::string, const std::vector<auth_mode>*> lists[] = {
      {path + ".auth.connect", &api.auth.connect},
      {path + ".auth.publish", &api.auth.publish},
      {path + ".auth.subscribe", &api.auth.subscribe},
  };
  std::map<auth_mode, std::string> needed; // The first option that has a mode.
  const auto look_at = [&](const std::string& name, const std::vector<auth_mode>& modes) {
    check_mode_list(modes, name, found);
    for (const auto mode : modes)
      needed.try_emplace(mode, name);
  };
  for (const auto& [name, modes] : lists) {
    look_at(name, *modes);
    if (modes->empty())
      found.push_back({severity::error, {name}, name + ": expected at least one mode"});
  }
  for (std::size_t i = 0; i < api.namespaces.size(); ++i) {
    const auto name = item(path + ".namespaces", i);
    look_at(name + ".auth.publish", api.namespaces[i].publish_auth);
    look_at(name + ".auth.subscribe", api.namespaces[i].subscribe_auth);
  }
  const auto require_for = [&](auth_mode mode, bool there, const std::string& name,
                               const std::string& what) {
    if (const auto by = needed.find(mode); by != needed.end() && !there)
      found.push_back({severity::error,
                       {path + name, by->second, path},
                       path + name + ": expected " + what + ", because " + by->second + " has " +
                           std::string{to_string(mode)}});
  };
  const auto has_issuer = [&](auth_mode mode) {
    return std::any_of(api.issuers.begin(), api.issuers.end(),
                       [&](const issuer_settings& each) { return each.mode == mode; });
  };
  if (const auto by = needed.find(auth_mode::api_key);
      by != needed.end() && api.keys_file.empty() && !api.keys_source.is_set())
    found.push_back({severity::error,
                     {path + ".keys_file", by->second, path},
                     path + ".keys_file: expected a file of keys, because " + by->second +
                         " has API_KEY (make one with `actormesh keys create --file FILE`)"});
  require_for(auth_mode::iam, !api.access_keys.empty(), ".access_keys", "at least one access key");
  require_for(auth_mode::cognito, has_issuer(auth_mode::cognito), ".issuers",
              "an issuer of this mode");
  require_for(auth_mode::oidc, has_issuer(auth_mode::oidc), ".issuers", "an issuer of this mode");
  require_for(auth_mode::lambda, !api.authorizer.url.empty(), ".authorizer.url",
              "the address of a web hook");
  check_keys_source(api.keys_source, path + ".keys_source", found);
  check_access_keys(api, path, found);
  check_issuers(api, path, found);
}

void check_namespaces(const api_settings& api, const std::string& path, list& found) {
  if (api.namespaces.empty())
    found.push_back({severity::error,
                     {path + ".namespaces", path},
                     path + ".namespaces: expected at least one namespace"});
  for (std::size_t i = 0; i < api.namespaces.size(); ++i) {
    const auto begin = api.namespaces.begin();
    const auto here = begin + static_cast<std::ptrdiff_t>(i);
    const auto same = [&](const namespace_settings& each) { return each.name == here->name; };
    const auto earlier = std::find_if(begin, here, same);
    if (earlier == here || here->name.empty())
      continue;
    const auto name = item(path + ".namespaces", i) + ".name";
    found.push_back({severity::error,
                     {name},
                     name + ": " + quote(here->name) + " is the name of " +
                         item(path + ".namespaces", static_cast<std::size_t>(earlier - begin)) +
                         " too"});
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

void check_pair(const settings& values, std::size_t first, std::size_t second, list& found) {
  const auto& one = values.apis[first];
  const auto& other = values.apis[second];
  const auto path = item("apis", second);
  const auto earlier = item("apis", first);
  if (!other.id.empty() && one.id == other.id)
    found.push_back({severity::error,
                     {path + ".id"},
                     path + ".id: " + quote(other.id) + " is the id of " + earlier + " too"});
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
void warn_of_open_apis(const settings& values, std::size_t index, list& found) {
  const auto& api = values.apis[index];
  const auto outside =
      std::find_if(values.listeners.begin(), values.listeners.end(),
                   [](const listener_settings& each) { return !is_loopback(each.address); });
  const auto path = item("apis", index) + ".auth.connect";
  if (outside != values.listeners.end() && contains(api.auth.connect, auth_mode::none))
    found.push_back({severity::warning,
                     {path},
                     path + ": NONE lets everybody in who reaches " + outside->address});
}

} // namespace

std::vector<combination> check_combinations(const settings& values) {
  list found;
  check_listeners(values.listeners, found);
  check_listener_tls(values, found);
  check_timers(values.websocket, found);
  check_mesh(values.mesh, found);
  if (values.apis.empty())
    found.push_back({severity::error, {"apis"}, "apis: expected at least one API"});
  for (std::size_t i = 0; i < values.apis.size(); ++i) {
    check_sizes(values, i, found);
    check_auth(values.apis[i], item("apis", i), found);
    check_namespaces(values.apis[i], item("apis", i), found);
    warn_of_open_apis(values, i, found);
    for (std::size_t earlier = 0; earlier < i; ++earlier)
      check_pair(values, earlier, i, found);
  }
  return found;
}

} // namespace actormesh::config
