#include "net/mesh_client/door.hpp"

#include <boost/asio/ip/address.hpp>
#include <caf/actor_system.hpp>
#include <caf/io/middleman.hpp>
#include <caf/io/network/multiplexer.hpp>

#include <chrono>
#include <utility>
#include <vector>

namespace actormesh::mesh_client {

namespace {

using mesh::refusal;
using service::failure;

/// Names are for the log.
constexpr std::size_t longest_name = 64;

/// One string for every mode: a token has dots, and a key has none.
std::optional<auth::credentials> credentials_of(std::string&& text) {
  if (text.empty())
    return std::nullopt;
  auth::credentials shown;
  (text.find('.') == std::string::npos ? shown.api_key : shown.authorization) = std::move(text);
  return shown;
}

/// Who does not know a key does not learn which APIs there are.
door::answer answer_of(failure why) {
  switch (why) {
  case failure::rate_limited:
    return {refusal::too_many, "too many connections per second"};
  case failure::too_many_connections:
    return {refusal::too_many, "too many connections"};
  default:
    return {refusal::unauthorized, "there is no such API, or the key is not one of it"};
  }
}

} // namespace

door::door(caf::actor_system& system, options how)
  : system_(system)
  , how_(std::move(how)) {}

door::answer door::admit(mesh::peer_link& at, mesh::hello&& what, mesh::welcome&& greeting) {
  if (stopped_ || how_.node->stopping())
    return {refusal::stopping, "the node stops"};
  const auto to = how_.node->tenants()->find(what.api);
  if (to == nullptr) {
    how_.counters->connected(telemetry::connect_result::unauthorized).add();
    return answer_of(failure::unauthorized);
  }
  boost::system::error_code failed;
  const auto remote = boost::asio::ip::make_address(at.remote_host(), failed);
  what.name.resize(std::min(what.name.size(), longest_name));
  service::arrival who{
      to, {remote, std::move(what.name), "mesh"}, std::chrono::steady_clock::now()};
  auto shown = credentials_of(std::move(what.credential));
  const auth::credentials none;
  who.decide(shown ? &*shown : &none, unsigned_request());
  if (who.refused() != failure::none) {
    who.note_outcome(*how_.counters);
    return answer_of(who.refused());
  }
  const auto& settings = how_.settings;
  caf::actor_config cfg{&system_.middleman().backend()};
  auto made = caf::actor_cast<caf::strong_actor_ptr>(system_.spawn_impl<link, caf::hidden>(
      cfg, static_cast<link_owner&>(*this),
      link::options{{settings.heartbeat_interval, settings.heartbeat_timeout, settings.frame_bytes},
                    settings.client_queue_bytes,
                    how_.counters}));
  auto& raw = *static_cast<link*>(caf::actor_cast<caf::abstract_actor*>(made));
  links_.emplace(&raw, made);
  raw.start(at, std::move(who), std::move(shown), how_.node->next_loop(), std::move(greeting));
  return {};
}

template <class Function> void door::for_each_link(Function&& function) {
  // A link that ends meanwhile leaves the map.
  std::vector<caf::strong_actor_ptr> keep;
  std::vector<link*> all;
  for (const auto& [raw, handle] : links_) {
    keep.push_back(handle);
    all.push_back(raw);
  }
  for (auto* each : all)
    function(*each);
}

void door::on_peer(const mesh::peer_info& who) {
  for_each_link([&](link& each) { each.tell_peer(who); });
}

void door::check(mesh::wire::clock::time_point now) {
  // A look that comes late was kept waiting with what the clients have sent.
  const auto late = now - std::exchange(last_check_, now) > how_.settings.heartbeat_interval;
  for_each_link([=](link& each) {
    if (late)
      each.forgive(now);
    each.look(now);
  });
}

void door::stop() {
  stopped_ = true;
  for_each_link([](link& each) { each.cut_off(); });
  links_.clear();
}

void door::on_ended(link& at, mesh::wire_end) { links_.erase(&at); }

} // namespace actormesh::mesh_client
