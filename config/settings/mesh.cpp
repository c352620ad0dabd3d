#include "config/settings/mesh.hpp"

#include "config/descriptor.hpp"
#include "config/quantity.hpp"
#include "config/schema_rules.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

namespace actormesh::config {

using namespace tables;

namespace {

constexpr option tls_options[] = {
    {.key = "certificate",
     .member = at<&mesh_tls_settings::certificate>,
     .rule = &optional_file_rule,
     .effect = takes_effect::restart,
     .documentation = "Certificate of this node, which `actormesh mesh-ca issue` makes. PEM; "
                      "relative to this file."},
    {.key = "key",
     .member = at<&mesh_tls_settings::key>,
     .rule = &optional_file_rule,
     .effect = takes_effect::restart,
     .documentation = "Private key of the certificate. PEM, mode 0600; relative to this file."},
    {.key = "ca",
     .member = at<&mesh_tls_settings::ca>,
     .rule = &optional_file_rule,
     .effect = takes_effect::restart,
     .documentation = "The CA that signs for this mesh, or several while one replaces the other. "
                      "PEM; relative to this file."},
};

} // namespace

template <> const struct_descriptor& descriptor_of<mesh_tls_settings>() noexcept {
  static constexpr auto made = describe<mesh_tls_settings>(tls_options);
  return made;
}

namespace {

constexpr option options[] = {
    {.key = "enabled",
     .member = at<&mesh_settings::enabled>,
     .effect = takes_effect::restart,
     .documentation = "Whether the node links with others and takes C++ clients. `false`: no mesh "
                      "port is opened."},
    {.key = "name",
     .member = at<&mesh_settings::name>,
     .rule = &name_rule,
     .effect = takes_effect::restart,
     .documentation = "Name of the mesh. Nodes of another name are refused."},
    {.key = "address",
     .member = at<&mesh_settings::address>,
     .rule = &address_text_rule,
     .effect = takes_effect::restart,
     .documentation = "Where to accept other nodes and C++ clients. An address that is not "
                      "loopback needs `mesh.tls`; `0.0.0.0` and `::` need `mesh.advertise`, too."},
    {.key = "port",
     .member = at<&mesh_settings::port>,
     .max = 65535,
     .effect = takes_effect::restart,
     .documentation = "TCP port of the mesh. 0: a free one. If nothing about the mesh's address is "
                      "written anywhere, the node takes a free port where 7400 is taken."},
    {.key = "advertise",
     .member = at<&mesh_settings::advertise>,
     .rule = &advertise_rule,
     .effect = takes_effect::restart,
     .documentation =
         "What other nodes should dial, `HOST:PORT`. Empty: the address and port above."},
    {.key = "seeds",
     .member = at<&mesh_settings::seeds>,
     .rule = &peer_rule,
     .effect = takes_effect::restart,
     .documentation =
         "Nodes to link with, `HOST:PORT` each; an IPv6 address in brackets. The others are learnt "
         "from them. `--join` and `ACTORMESH_JOIN` replace the list."},
    {.key = "heartbeat_interval",
     .member = at<&mesh_settings::heartbeat_interval>,
     .min = 10,
     .max = minute,
     .effect = takes_effect::restart,
     .documentation = "Time between two heartbeats to a peer."},
    {.key = "heartbeat_timeout",
     .member = at<&mesh_settings::heartbeat_timeout>,
     .min = 20,
     .max = 10 * minute,
     .effect = takes_effect::restart,
     .documentation =
         "Silence after which a peer counts as dead. At least twice `mesh.heartbeat_interval`."},
    {.key = "connect_timeout",
     .member = at<&mesh_settings::connect_timeout>,
     .min = 10,
     .max = 5 * minute,
     .effect = takes_effect::restart,
     .documentation = "How long a connection to another node may take."},
    {.key = "handshake_timeout",
     .member = at<&mesh_settings::handshake_timeout>,
     .min = 10,
     .max = 5 * minute,
     .effect = takes_effect::restart,
     .documentation = "From the connection to the end of the handshake, TLS included."},
    {.key = "retry_min",
     .member = at<&mesh_settings::retry_min>,
     .min = 10,
     .max = hour,
     .effect = takes_effect::restart,
     .documentation = "First pause between two dials of a node that is not there; it grows to "
                      "`mesh.retry_max`."},
    {.key = "retry_max",
     .member = at<&mesh_settings::retry_max>,
     .min = 10,
     .max = hour,
     .effect = takes_effect::restart,
     .documentation = "Longest pause between two dials of a node that is not there."},
    {.key = "forget_after",
     .member = at<&mesh_settings::forget_after>,
     .min = 100,
     .max = 30 * day,
     .effect = takes_effect::restart,
     .documentation = "How long an unreachable node that is no seed is looked for, and how long "
                      "events that it would have got are counted as lost."},
    {.key = "queue_bytes",
     .member = at<&mesh_settings::queue_bytes>,
     .measure = unit::bytes,
     .min = 4 * KiB,
     .max = 16 * GiB,
     .effect = takes_effect::restart,
     .documentation = "What may wait for one peer before publishes to its channels are refused."},
    {.key = "frame_bytes",
     .member = at<&mesh_settings::frame_bytes>,
     .measure = unit::bytes,
     .min = 8 * KiB,
     .max = 256 * MiB,
     .effect = takes_effect::restart,
     .documentation = "Largest frame accepted on the mesh port."},
    {.key = "max_clients",
     .member = at<&mesh_settings::max_clients>,
     .max = 1'000'000,
     .effect = takes_effect::restart,
     .documentation =
         "C++ clients connected to the mesh port at the same time. 0: none are let in."},
    {.key = "max_handshakes",
     .member = at<&mesh_settings::max_handshakes>,
     .min = 1,
     .max = 100'000,
     .effect = takes_effect::restart,
     .documentation = "Connections to the mesh port which have not yet said who they are."},
    {.key = "client_queue_bytes",
     .member = at<&mesh_settings::client_queue_bytes>,
     .measure = unit::bytes,
     .min = 4 * KiB,
     .max = GiB,
     .effect = takes_effect::restart,
     .documentation =
         "What may wait for one C++ client before the namespace's `slow_consumer` applies."},
};

constexpr branch branches[] = {
    {.key = "tls",
     .member = in<&mesh_settings::tls>,
     .documentation = "Certificates of the mesh: all three, or none. Needed for every address that "
                      "is not loopback; docs/mesh-security.md says how to make them."},
};

/// A wildcard is fine to bind, and nothing that anybody can dial.
bool is_wildcard(const std::string& address) { return address == "0.0.0.0" || address == "::"; }

/// The address in `HOST:PORT` if it is one, else nothing: what a name stands for is not known yet.
std::optional<std::string> address_of(const std::string& peer) {
  const auto host = peer.substr(0, peer.rfind(':'));
  return address_rule().normalise(host);
}

void check_mesh_timers(const mesh_settings& mesh, combinations& found) {
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

void check_mesh_tls_is_complete(const mesh_tls_settings& tls, combinations& found) {
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
void check_mesh_is_private(const mesh_settings& mesh, combinations& found) {
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

void check_mesh_addresses(const mesh_settings& mesh, combinations& found) {
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

void check(const mesh_settings& mesh, const std::string&, combinations& found) {
  if (!mesh.enabled)
    return;
  check_mesh_timers(mesh, found);
  check_mesh_tls_is_complete(mesh.tls, found);
  check_mesh_is_private(mesh, found);
  check_mesh_addresses(mesh, found);
}

} // namespace

template <> const struct_descriptor& descriptor_of<mesh_settings>() noexcept {
  static constexpr auto made = describe<mesh_settings, check>(options, branches);
  return made;
}

} // namespace actormesh::config
