#include "net/admin/mesh_page.hpp"

#include <boost/json.hpp>

#include <array>
#include <chrono>
#include <ctime>

namespace actormesh::admin {

namespace {

namespace json = boost::json;
using telemetry::loss_reason;

std::string format_time(std::chrono::system_clock::time_point when) {
  const auto seconds = std::chrono::system_clock::to_time_t(when);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  std::array<char, sizeof "2026-01-01T00:00:00Z"> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text.data();
}

json::object format_peer(const mesh::peer_status& peer) {
  json::object out;
  out["name"] = peer.name;
  out["incarnation"] = std::to_string(peer.incarnation);
  out["address"] = peer.address;
  out["state"] = mesh::to_string(peer.state);
  out["since"] = format_time(peer.since);
  out["round_trip_us"] = peer.round_trip.count();
  out["interest"] = {{"theirs", peer.their_interest}, {"ours_confirmed", peer.confirmed_interest}};
  out["queued_bytes"] = peer.queued_bytes;
  out["sent"] = {{"events", peer.events_sent}, {"bytes", peer.bytes_sent}};
  out["received"] = {{"events", peer.events_received}, {"bytes", peer.bytes_received}};
  out["last_error"] = peer.last_error;
  return out;
}

} // namespace

std::string format_mesh_page(const mesh::mesh_status& status, const losses_by_reason& lost) {
  json::object page;
  page["mesh"] = status.mesh;
  page["node"] = {{"name", status.node},
                  {"incarnation", std::to_string(status.incarnation)},
                  {"address", status.address},
                  {"version", ACTORMESH_VERSION},
                  {"joined", status.joined}};
  auto& peers = page["peers"].emplace_array();
  for (const auto& each : status.peers)
    peers.push_back(format_peer(each));
  page["clients"] = status.clients;
  page["interest"] = {{"channels", status.channels}, {"patterns", status.patterns}};
  auto& losses = page["lost"].emplace_object();
  for (const auto why : {loss_reason::peer_down, loss_reason::peer_unconfirmed,
                         loss_reason::peer_queue_full, loss_reason::too_large})
    losses[telemetry::to_string(why)] = lost[static_cast<std::size_t>(why)];
  auto& refused = page["refused"].emplace_object();
  for (std::size_t i = 1; i < status.refused.size(); ++i)
    refused[mesh::to_string(static_cast<mesh::refusal>(i))] = status.refused[i];
  return json::serialize(page) + '\n';
}

} // namespace actormesh::admin
