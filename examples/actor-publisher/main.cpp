/// Publishes each line of its input as an event:
///
///     seq 5 | actor-publisher 127.0.0.1:7400[,HOST:PORT…] /default/numbers
///
/// The lines are JSON texts; the key comes from $ACTORMESH_API_KEY. An actor does the publishing,
/// by messages to the mesh client.
#include <caf/scoped_actor.hpp>

#include <actormesh/client.hpp>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <sstream>
#include <string>
#include <thread>
#include <utility>
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

/// Asks the mesh to publish one event, and waits for what becomes of it.
client::publish_result publish(caf::scoped_actor& self, const client::mesh_client& mesh,
                               const std::string& channel, const std::string& event) {
  client::publish_result result;
  self->request(mesh.handle(), caf::infinite, client::publish_request{channel, {event}})
      .receive([&](client::publish_result& got) { result = std::move(got); },
               [&](const caf::error& failed) {
                 result = {client::outcome::left, to_string(failed), {}};
               });
  return result;
}

} // namespace

int main(int argc, char** argv) {
  const char* key = std::getenv("ACTORMESH_API_KEY");
  if (argc != 3 || key == nullptr) {
    std::cerr << "usage: ACTORMESH_API_KEY=… actor-publisher HOST:PORT[,…] CHANNEL\n";
    return 2;
  }
  caf::actor_system_config config;
  client::prepare(config);
  caf::actor_system system{config};
  client::mesh_client mesh{system,
                           {.nodes = split(argv[1]), .api_key = key, .name = "actor-publisher"}};
  caf::scoped_actor self{system};
  for (std::string line; std::getline(std::cin, line);) {
    auto result = publish(self, mesh, argv[2], line);
    // The API says how many publishes a second it takes.
    for (; result.what == client::outcome::rate_limited;
         result = publish(self, mesh, argv[2], line))
      std::this_thread::sleep_for(std::chrono::milliseconds{50});
    if (result.all_ok())
      continue;
    const auto why = result.events.empty() ? result.what : result.events.front().what;
    std::cerr << "not published: " << to_string(why) << ' ' << result.text << '\n';
    return 1;
  }
  return 0;
}
