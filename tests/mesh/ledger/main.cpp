/// Publishes numbered events to running nodes, and says what became of each.
#include "tests/mesh/ledger/run.hpp"

#include <CLI/CLI.hpp>

#include <cstdint>
#include <exception>
#include <fstream>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

namespace {

namespace ledger = actormesh::ledger;

struct options {
  std::vector<std::string> nodes;
  std::string key;
  std::string channel_prefix = "/default/ledger";
  std::string how = "both";
  std::string json_file;
  std::size_t channels = 4;
  std::size_t publishers = 1;
  std::size_t subscribers = 1;
  std::size_t in_flight = 8;
  std::size_t batch = 1;
  std::size_t event_bytes = 128;
  double rate = 0;
  std::uint64_t events = 0;
  double seconds = 5;
};

void declare(CLI::App& app, options& into) {
  app.add_option("--node", into.nodes,
                 "A node of this machine: [http://127.0.0.1:]PORT; can be repeated")
      ->required();
  app.add_option("--key", into.key, "API key")->required();
  app.add_option("--channels", into.channels, "Channels")->check(CLI::Range(1, 10'000));
  app.add_option("--channel-prefix", into.channel_prefix, "What their names start with");
  app.add_option("--publishers", into.publishers, "Publishers at each node, of each kind");
  app.add_option("--transport", into.how, "http, websocket or both")
      ->check(CLI::IsMember({"http", "websocket", "both"}));
  app.add_option(
      "--subscribers", into.subscribers,
      "Subscribers at each node to every channel, and as many to all of them by pattern");
  app.add_option("--rate", into.rate, "Publishes per second of one publisher; 0: all it can");
  app.add_option("--in-flight", into.in_flight, "Publishes of one WebSocket without an answer yet");
  app.add_option("--batch", into.batch, "Events of one publish")->check(CLI::Range(1, 1'000));
  app.add_option("--event-bytes", into.event_bytes, "Size of an event, at least");
  app.add_option("--events", into.events, "Events of one publisher; instead of --seconds");
  app.add_option("--seconds", into.seconds, "How long to publish");
  app.add_option("--json", into.json_file, "Writes the balance into this file, too");
}

std::vector<ledger::place> places_of(const std::vector<std::string>& nodes) {
  std::vector<ledger::place> places;
  for (const auto& each : nodes) {
    const auto colon = each.rfind(':');
    const auto port = each.substr(colon == std::string::npos ? 0 : colon + 1);
    places.push_back({.node = port, .port = static_cast<std::uint16_t>(std::stoul(port))});
  }
  return places;
}

/// Each client starts with another node.
std::vector<ledger::place> starting_with(std::vector<ledger::place> places, std::size_t first) {
  std::rotate(places.begin(), places.begin() + static_cast<std::ptrdiff_t>(first), places.end());
  return places;
}

void start_subscribers(ledger::run& run, const options& how,
                       const std::vector<ledger::place>& places,
                       const std::vector<std::string>& channels) {
  for (std::size_t node = 0; node < places.size(); ++node) {
    for (std::size_t i = 0; i < how.subscribers; ++i) {
      for (const auto& wanted : {channels, {how.channel_prefix + "/*"}}) {
        ledger::subscriber_options made;
        made.client.places = starting_with(places, node);
        made.channels = wanted;
        run.subscribe(std::move(made));
      }
    }
  }
  run.wait_until_subscribed();
}

void start_publishers(ledger::run& run, const options& how,
                      const std::vector<ledger::place>& places,
                      const std::vector<std::string>& channels) {
  for (std::size_t node = 0; node < places.size(); ++node) {
    for (std::size_t i = 0; i < how.publishers; ++i) {
      for (const auto kind : {ledger::transport::http, ledger::transport::websocket}) {
        const auto* const name = kind == ledger::transport::http ? "http" : "websocket";
        if (how.how != "both" && how.how != name)
          continue;
        ledger::publisher_options made;
        made.client.places = starting_with(places, node);
        made.how = kind;
        made.channels = channels;
        made.publishes_per_second = how.rate;
        made.in_flight = kind == ledger::transport::http ? 1 : how.in_flight;
        made.events_per_publish = how.batch;
        made.event_bytes = how.event_bytes;
        made.events = how.events;
        run.publish(std::move(made));
      }
    }
  }
}

int run(const options& how) {
  const auto places = places_of(how.nodes);
  std::vector<std::string> channels;
  for (std::size_t i = 0; i < how.channels; ++i)
    channels.push_back(how.channel_prefix + "/" + std::to_string(i));
  ledger::run run{how.key};
  for (const auto& each : places)
    run.counters().begin(each);
  start_subscribers(run, how, places, channels);
  start_publishers(run, how, places, channels);
  if (how.events == 0)
    std::this_thread::sleep_for(std::chrono::duration<double>(how.seconds));
  else
    run.wait_for_publishers();
  run.stop_publishing();
  run.settle(places);
  const auto result = run.finish();
  std::cout << ledger::to_table(result);
  if (!how.json_file.empty())
    std::ofstream{how.json_file} << ledger::to_json(result) << '\n';
  return result.agrees() ? 0 : 1;
}

} // namespace

int main(int argc, char** argv) {
  options how;
  CLI::App app{
      "Publishes numbered events to running nodes of one mesh, subscribes to them on every "
      "node, and says what became of each. Exit status 1: the sums do not agree."};
  declare(app, how);
  CLI11_PARSE(app, argc, argv);
  try {
    return run(how);
  } catch (const std::exception& why) {
    std::cerr << "ledger: " << why.what() << '\n';
    return 2;
  }
}
