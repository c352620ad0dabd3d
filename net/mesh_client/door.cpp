#include "net/mesh_client/door.hpp"

#include "net/appsync/authorization.hpp"
#include "telemetry/log.hpp"

#include <boost/asio/ip/address.hpp>
#include <caf/actor_system.hpp>
#include <caf/io/middleman.hpp>
#include <caf/io/network/multiplexer.hpp>

#include <chrono>
#include <utility>
#include <vector>

namespace actormesh::mesh_client {

namespace {

namespace log = telemetry::log;
using mesh::refusal;
using telemetry::connect_result;

/// Names are for the log.
constexpr std::size_t longest_name = 64;

} // namespace

door::door(caf::actor_system& system, options how)
  : system_(system)
  , how_(std::move(how)) {}

door::answer door::admit(mesh::peer_link& at, mesh::hello&& what, mesh::welcome&& greeting) {
  using verdict = appsync::admission::verdict;
  const auto count = [this](connect_result result) { how_.counters->connected(result).add(); };
  if (stopped_ || how_.node->stopping())
    return {refusal::stopping, "the node stops"};
  // Who does not know a key does not learn which APIs there are.
  const auto unauthorized = [&] {
    count(connect_result::unauthorized);
    return answer{refusal::unauthorized, "there is no such API, or the key is not one of it"};
  };
  const auto api = how_.node->apis()->find(what.api);
  if (api == nullptr)
    return unauthorized();
  boost::system::error_code failed;
  const auto remote = boost::asio::ip::make_address(at.remote_host(), failed);
  auto asked = api->door().ask(remote, std::chrono::steady_clock::now());
  if (asked.outcome != verdict::admitted) {
    const auto rate = asked.outcome == verdict::rate_limited;
    count(rate ? connect_result::rate_limited : connect_result::too_many);
    return {refusal::too_many, rate ? "too many connections per second" : "too many connections"};
  }
  std::optional<appsync::credentials> shown;
  if (!what.credential.empty()) {
    // One string for every mode: a token has dots, and a key has none.
    auto& into = what.credential.find('.') == std::string::npos ? shown.emplace().api_key
                                                                : shown.emplace().authorization;
    into = std::move(what.credential);
  }
  const auth::credentials none;
  auto decided = appsync::ask_connect(*api, shown ? *shown : none, {remote, what.name, what.name},
                                      {api->publish_path()});
  if (!decided.later) {
    const auto refused = appsync::error_of(decided.now.outcome);
    appsync::note(*api, {audit::action::connect}, refused, decided.now.who.get(),
                  {remote, what.name, what.name});
    if (refused != appsync::error::none)
      return unauthorized();
  }
  count(connect_result::accepted);
  what.name.resize(std::min(what.name.size(), longest_name));
  log::info("client opened",
            {{"client", what.name}, {"api", api->id()}, {"remote", at.remote_host()}});

  const auto& settings = how_.settings;
  caf::actor_config cfg{&system_.middleman().backend()};
  auto made = caf::actor_cast<caf::strong_actor_ptr>(system_.spawn_impl<link, caf::hidden>(
      cfg, static_cast<link_owner&>(*this),
      link::options{{settings.heartbeat_interval, settings.heartbeat_timeout, settings.frame_bytes},
                    settings.client_queue_bytes,
                    how_.counters}));
  auto& raw = *static_cast<link*>(caf::actor_cast<caf::abstract_actor*>(made));
  links_.emplace(&raw, made);
  raw.start(at,
            {api,
             std::move(asked.admitted),
             std::move(shown),
             std::move(decided),
             {std::move(what.name), remote}},
            how_.node->next_loop(), std::move(greeting));
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
