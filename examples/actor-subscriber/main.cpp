/// Prints the events of a channel or pattern, each with its channel, until it got COUNT of them:
///
///     actor-subscriber 127.0.0.1:7400[,HOST:PORT…] '/default/*' [COUNT]
///
/// The key comes from $ACTORMESH_API_KEY. What happens beside the events goes to stderr.
#include <caf/event_based_actor.hpp>
#include <caf/scoped_actor.hpp>

#include <actormesh/client.hpp>
#include <cstddef>
#include <cstdlib>
#include <iostream>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

namespace client = actormesh::client;

namespace {

std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> parts;
  std::istringstream in{list};
  for (std::string part; std::getline(in, part, ',');)
    parts.push_back(part);
  return parts;
}

/// Prints what it is told, and ends when it has seen enough.
caf::behavior printer(caf::event_based_actor* self, std::size_t wanted) {
  return {
      [=](const client::subscribed& what) {
        std::cerr << "subscribed to " << what.channel << std::endl;
      },
      [=](const client::resubscribed& what) {
        std::cerr << "subscribed to " << what.channel << " again; events since "
                  << caf::timestamp_to_string(what.since) << " may be missing" << std::endl;
      },
      [=, left = wanted](const client::event_message& what) mutable {
        for (const auto& payload : what.payloads) {
          std::cout << what.channel << ' ' << payload << '\n';
          if (--left == 0)
            self->quit();
        }
        std::cout.flush();
      },
      [=](const client::losses& what) {
        std::cerr << what.events << " events were lost" << std::endl;
      },
      [=](const client::subscription_ended& what) {
        std::cerr << "the subscription has ended: " << to_string(what.why) << ' ' << what.text
                  << std::endl;
        self->quit(caf::exit_reason::user_shutdown);
      },
      [=](const client::state_changed& what) {
        std::cerr << to_string(what.state) << ' ' << what.node << ' ' << what.detail << std::endl;
        if (what.state == client::connection_state::refused)
          self->quit(caf::exit_reason::user_shutdown);
      },
  };
}

} // namespace

int main(int argc, char** argv) {
  const char* key = std::getenv("ACTORMESH_API_KEY");
  if (argc < 3 || argc > 4 || key == nullptr) {
    std::cerr << "usage: ACTORMESH_API_KEY=… actor-subscriber HOST:PORT[,…] CHANNEL [COUNT]\n";
    return 2;
  }
  const auto wanted = argc == 4 ? std::stoul(argv[3]) : std::numeric_limits<std::size_t>::max();
  caf::actor_system_config config;
  client::prepare(config);
  caf::actor_system system{config};
  client::mesh_client mesh{system,
                           {.nodes = split(argv[1]), .api_key = key, .name = "actor-subscriber"}};
  caf::scoped_actor self{system};
  const auto actor = system.spawn(printer, wanted);
  mesh.watch(actor);
  mesh.subscribe(argv[2], actor);
  auto status = 0;
  self->monitor(actor);
  self->receive([&](const caf::down_msg& what) { status = what.reason ? 1 : 0; });
  return status;
}
