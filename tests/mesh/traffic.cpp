#include "tests/mesh/traffic.hpp"

#include <catch2/catch.hpp>

#include <memory>

namespace actormesh::mesh_tests {

namespace {

/// Publishes of a WebSocket that wait for their answers.
constexpr std::size_t in_flight = 16;

ledger::client_options client_at(const mesh_nodes& on, std::size_t node, const traffic& how) {
  ledger::client_options made;
  if (how.on_break == failover::yes)
    made.places = on.places_from(node);
  else
    made.places = {on.place(node)};
  made.patience = how.patience;
  return made;
}

} // namespace

std::unique_ptr<ledger::run> start_run(const mesh_nodes& on) {
  auto made = std::make_unique<ledger::run>(process::node_process::key());
  for (const auto& each : on.places())
    made->counters().begin(each);
  return made;
}

void subscribe_everywhere(ledger::run& run, const mesh_nodes& on, const traffic& how) {
  for (std::size_t node = 0; node < on.size(); ++node) {
    if (!on.is_running(node))
      continue;
    for (const auto& channels : {how.channels, {how.pattern}}) {
      ledger::subscriber_options made;
      made.client = client_at(on, node, how);
      made.channels = channels;
      made.silence = how.silence;
      run.subscribe(std::move(made));
    }
  }
  run.wait_until_subscribed();
}

void publish_everywhere(ledger::run& run, const mesh_nodes& on, const traffic& how) {
  for (std::size_t node = 0; node < on.size(); ++node) {
    if (!on.is_running(node))
      continue;
    for (const auto kind : {ledger::transport::http, ledger::transport::websocket}) {
      ledger::publisher_options made;
      made.client = client_at(on, node, how);
      made.client.name =
          mesh_nodes::name(node) + (kind == ledger::transport::http ? "-http" : "-websocket");
      made.how = kind;
      made.channels = how.channels;
      made.publishes_per_second = how.publishes_per_second;
      made.in_flight = kind == ledger::transport::http ? 1 : in_flight;
      made.events = how.events;
      run.publish(std::move(made));
    }
  }
}

void require_agreement(const ledger::balance& sums) {
  INFO(ledger::to_table(sums));
  REQUIRE(sums.agrees());
  REQUIRE(sums.due() > 0);
}

void require_all(const ledger::balance& sums) {
  require_agreement(sums);
  INFO(ledger::to_table(sums));
  REQUIRE(sums.missing() == 0);
}

void require_that_all_comes(const mesh_nodes& on, std::uint64_t events_of_each_publisher) {
  const auto run = start_run(on);
  const traffic how{.events = events_of_each_publisher};
  subscribe_everywhere(*run, on, how);
  publish_everywhere(*run, on, how);
  run->wait_for_publishers();
  run->settle(on.places());
  const auto sums = run->finish();
  require_all(sums);
  INFO(ledger::to_table(sums));
  REQUIRE(sums.refused() + sums.unknown() == 0);
  REQUIRE(sums.counted.peer_losses() + sums.counted.other_losses() == 0);
}

} // namespace actormesh::mesh_tests
