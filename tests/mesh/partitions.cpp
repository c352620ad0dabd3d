#include "tests/mesh/mesh_network.hpp"
#include "tests/mesh/traffic.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>

namespace actormesh::mesh_tests {

using namespace std::chrono_literals;

namespace {

constexpr double load = 200;

/// Four nodes.
struct scene {
  mesh_network network{4};
  mesh_nodes nodes{{.size = 4,
                    .heartbeat_timeout = short_timeout,
                    .settings = {"mesh.connect_timeout=500ms"},
                    .networks = network.networks(),
                    .addresses = network.addresses()}};
  std::unique_ptr<ledger::run> run;
  const traffic how{.publishes_per_second = load, .patience = 30s};

  scene() {
    nodes.start_all();
    run = start_run(nodes);
    subscribe_everywhere(*run, nodes, how);
    publish_everywhere(*run, nodes, how);
    run->wait_for_acknowledged(500);
  }

  /// Everything is as it was, and goes everywhere.
  ledger::balance recover() {
    nodes.wait_until_linked();
    nodes.wait_until_agreed(how.interest());
    run->wait_for_acknowledged(1'000);
    run->stop_publishing();
    run->settle(nodes.places());
    auto sums = run->finish();
    require_agreement(sums);
    require_that_all_comes(nodes, 100);
    return sums;
  }
};

bool is_permitted() {
  const auto why = mesh_network::why_not();
  if (why)
    WARN("skipped, for this machine permits no networks: " << *why);
  return !why;
}

std::size_t number_of(const std::string& name) {
  return static_cast<std::size_t>(name.front() - 'a');
}

} // namespace

TEST_CASE("A mesh cut in halves goes on in both, and heals") {
  if (!is_permitted())
    return;
  scene at;
  auto& nodes = at.nodes;
  at.network.cut();
  for (std::size_t node = 0; node < nodes.size(); ++node)
    for (std::size_t peer = 0; peer < nodes.size(); ++peer)
      if (at.network.is_left(node) != at.network.is_left(peer))
        nodes.wait_until_down(node, peer);
  for (const auto& [node, peer] : {std::pair<std::size_t, std::size_t>{0, 1}, {2, 3}})
    REQUIRE(nodes.page(node).is_up(nodes.name(peer)));
  at.run->wait_for_acknowledged(1'000);
  at.network.mend();
  const auto sums = at.recover();
  INFO(ledger::to_table(sums));
  REQUIRE(sums.refused() + sums.unknown() == 0);
  REQUIRE(sums.counted.loss("peer_down") > 0);
  // Within a half nothing is missing.
  for (const auto& each : sums.subscriptions)
    for (const auto& gap : each.gaps) {
      CAPTURE(each.name, each.nodes, gap.publisher);
      REQUIRE(at.network.is_left(number_of(each.nodes)) !=
              at.network.is_left(number_of(gap.publisher)));
    }
}

TEST_CASE("A connection that is cut in one direction is noticed at both ends, and heals") {
  if (!is_permitted())
    return;
  scene at;
  auto& nodes = at.nodes;
  at.network.cut_one_way(0, 3);
  nodes.wait_until_down(0, 3);
  nodes.wait_until_down(3, 0);
  at.run->wait_for_acknowledged(1'000);
  // Nobody else is touched.
  for (const std::size_t node : {1U, 2U}) {
    const auto page = nodes.page(node);
    INFO(page.text);
    REQUIRE(page.peers_up() == nodes.size() - 1);
  }
  at.network.mend_one_way(0, 3);
  const auto sums = at.recover();
  INFO(ledger::to_table(sums));
  for (const auto& each : sums.subscriptions)
    for (const auto& gap : each.gaps) {
      CAPTURE(each.name, each.nodes, gap.publisher);
      REQUIRE(((each.nodes == "a" && gap.publisher.starts_with("d-")) ||
               (each.nodes == "d" && gap.publisher.starts_with("a-"))));
    }
}

TEST_CASE("A cut that is shorter than the timeout loses nothing") {
  if (!is_permitted())
    return;
  scene at;
  at.network.cut();
  at.run->wait_for_acknowledged(100);
  at.network.mend();
  at.run->wait_for_acknowledged(500);
  const auto sums = at.recover();
  for (std::size_t node = 0; node < at.nodes.size(); ++node)
    REQUIRE(at.nodes.page(node).peers_up() == 3);
  // On a busy machine it may have been longer.
  if (sums.counted.peer_losses() == 0)
    require_all(sums);
}

} // namespace actormesh::mesh_tests
