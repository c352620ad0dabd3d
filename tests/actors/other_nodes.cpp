/// What a node's loops do for other nodes: a recorder stands in for hub and links.
#include "tests/actors/fixture.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace {

using namespace actormesh;
using namespace actormesh::test;
using telemetry::loss_reason;
using lines = std::vector<std::string>;

/// Writes down what loops send to a hub or a link.
class recorder final : public loop_actor {
public:
  using loop_actor::loop_actor;

  lines said;
  std::vector<std::uint64_t> tickets; ///< Of interest that was gained.

  lines take() { return std::exchange(said, {}); }

protected:
  caf::behavior make_behavior() override {
    return {
        [this](const interest_change& what) {
          said.push_back((what.interested ? "gained " : "lost ") + what.key);
          if (what.interested)
            tickets.push_back(what.ticket);
        },
        [this](const interest_seen& what) {
          said.push_back("seen " + std::to_string(what.ticket));
        },
        [this](const peer_released&) { said.push_back("released"); },
        [this](const loop_is_quiet& what) { said.push_back("quiet " + std::to_string(what.loop)); },
        [this](const route_events& what) {
          for (const auto& batch : what.batches) {
            auto line = batch->channel() + ':';
            for (const auto& each : batch->events())
              line.append(" ").append(each->payload());
            said.push_back(line);
          }
        },
    };
  }
};

class meshed_loops {
public:
  explicit meshed_loops(std::size_t count)
    : loops(count)
    , hub(spawn_on<recorder>(loops.at(0)))
    , link(spawn_on<recorder>(loops.at(0))) {
    standing->joined = true;
    for (std::size_t i = 0; i < count; ++i)
      loops.channels(i).connect_mesh(hub.handle, standing);
  }

  ~meshed_loops() {
    loops.at(0);
    tell_to_exit(hub.handle);
    tell_to_exit(link.handle);
    loops.settle();
  }

  meshed_loops(const meshed_loops&) = delete;
  meshed_loops& operator=(const meshed_loops&) = delete;

  template <class Message> void tell_all(std::size_t count, const Message& what) {
    for (std::size_t i = 0; i < count; ++i)
      tell(loops.channels(i).ctrl(), link.handle, what);
    loops.settle();
  }

  void attach(std::size_t count, peer_slot slot) {
    tell_all(count, peer_attached{slot, link.handle, flow});
  }

  void interest(std::size_t count, peer_slot slot, peer_interest_part part) {
    tell_all(count,
             peer_interest{slot, ++number, std::make_shared<peer_interest_part>(std::move(part))});
    link.object->take();
  }

  std::uint64_t lost(std::size_t i, loss_reason why) {
    return loops.at(i).counters().lost(why).get();
  }

  test_loops loops;
  spawned<recorder> hub;
  spawned<recorder> link;
  std::shared_ptr<mesh_standing> standing = std::make_shared<mesh_standing>();
  link_flow_ptr flow = std::make_shared<link_flow>(1'000);
  std::uint64_t number = 0;
};

} // namespace

TEST_CASE("A subscriber waits until the mesh knows") {
  meshed_loops node{2};
  const auto client = node.loops.connect(0);
  REQUIRE(client.subscribe("s", "api/ns/a") == connection::subscribe_result::pending);
  node.loops.settle();
  CHECK(client.wire->take().empty());
  CHECK(node.hub.object->take() == lines{"gained api/ns/a"});
  tell(node.loops.channels(0).ctrl(), nullptr, interest_seen{0, node.hub.object->tickets.at(0)});
  node.loops.settle();
  CHECK(client.wire->take() == lines{"subscribed s"});
  SECTION("and the mesh hears when nobody is left") {
    CHECK(client.actor.object->unsubscribe("s"));
    node.loops.settle();
    CHECK(node.hub.object->take() == lines{"lost api/ns/a"});
  }
}

TEST_CASE("Events go to a node that wants them, once for each turn") {
  meshed_loops node{1};
  node.attach(1, 3);
  node.interest(1, 3, {.gained = {"api/ns/a", "api/ns/*"}});
  CHECK(node.loops.publish(0, "api/ns/a", {"1"}));
  CHECK(node.loops.publish(0, "api/ns/a", {"2"}));
  CHECK(node.loops.publish(0, "api/ns/b", {"3"}));
  CHECK(node.loops.publish(0, "api/other/a", {"4"}));
  node.loops.settle();
  auto said = node.link.object->take();
  std::ranges::sort(said);
  CHECK(said == lines{"api/ns/a: 1 2", "api/ns/b: 3"});
  CHECK(node.flow->waiting() != 0);
}

TEST_CASE("What came from a node goes to no other node") {
  meshed_loops node{2};
  node.attach(2, 0);
  node.interest(2, 0, {.gained = {"api/ns/a", "api/ns/*"}});
  const auto client = node.loops.connect(0);
  REQUIRE(client.subscribe("s", "api/ns/*") == connection::subscribe_result::pending);
  node.loops.settle();
  tell(node.loops.channels(0).ctrl(), nullptr, interest_seen{0, node.hub.object->tickets.at(0)});
  node.loops.settle();
  client.wire->take();
  std::vector<event_ptr> events{caf::make_counted<event>("1", std::chrono::steady_clock::now())};
  route_events came;
  came.batches.emplace_back(caf::make_counted<event_batch>("api/ns/a", std::move(events)));
  tell(node.loops.channels(0).ctrl(), nullptr, std::move(came));
  node.loops.settle();
  CHECK(client.wire->take() == lines{"s: 1"});
  CHECK(node.link.object->take().empty());
}

TEST_CASE("Events for a node that is gone are counted as lost, until it is forgotten") {
  meshed_loops node{1};
  node.attach(1, 5);
  node.interest(1, 5, {.gained = {"api/ns/a"}});
  node.tell_all(1, peer_detached{5});
  CHECK(node.link.object->take() == lines{"released"});
  CHECK(node.loops.publish(0, "api/ns/a", {"1", "2"}));
  node.loops.settle();
  CHECK(node.link.object->take().empty());
  CHECK(node.lost(0, loss_reason::peer_down) == 2);
  node.tell_all(1, peer_forgotten{5});
  CHECK(node.loops.publish(0, "api/ns/a", {"3"}));
  node.loops.settle();
  CHECK(node.lost(0, loss_reason::peer_down) == 2);
}

TEST_CASE("A new snapshot replaces what was known, and misses nothing meanwhile") {
  meshed_loops node{1};
  node.attach(1, 1);
  node.interest(
      1, 1,
      {.snapshot_begins = true, .snapshot_ends = true, .gained = {"api/ns/stays", "api/ns/goes"}});
  node.interest(1, 1, {.snapshot_begins = true, .gained = {"api/ns/comes"}});
  for (const auto* key : {"api/ns/stays", "api/ns/goes", "api/ns/comes"})
    CHECK(node.loops.publish(0, key, {"1"}));
  node.loops.settle();
  CHECK(node.link.object->take().size() == 3);
  node.interest(1, 1, {.snapshot_ends = true, .gained = {"api/ns/stays"}});
  for (const auto* key : {"api/ns/stays", "api/ns/goes", "api/ns/comes"})
    CHECK(node.loops.publish(0, key, {"2"}));
  node.loops.settle();
  auto said = node.link.object->take();
  std::ranges::sort(said);
  CHECK(said == lines{"api/ns/comes: 2", "api/ns/stays: 2"});
}

TEST_CASE("Nothing is accepted for a channel whose node has too much to take") {
  meshed_loops node{1};
  node.attach(1, 0);
  node.interest(1, 0, {.gained = {"api/ns/a"}});
  node.flow->put(1'001);
  CHECK_FALSE(node.loops.publish(0, "api/ns/a", {"1"}));
  CHECK(node.loops.publish(0, "api/ns/b", {"1"}));
  node.flow->take(1'001);
  CHECK(node.loops.publish(0, "api/ns/a", {"1"}));
  node.loops.settle();
  CHECK(node.link.object->take() == lines{"api/ns/a: 1"});
  SECTION("and what was accepted before is lost and counted beyond twice as much") {
    CHECK(node.loops.publish(0, "api/ns/a", {"2"}));
    node.flow->put(2'001);
    node.loops.settle();
    CHECK(node.link.object->take().empty());
    CHECK(node.lost(0, loss_reason::peer_queue_full) == 1);
  }
}

TEST_CASE("Nothing is accepted before the node has joined") {
  meshed_loops node{1};
  node.standing->joined = false;
  CHECK_FALSE(node.loops.publish(0, "api/ns/a", {"1"}));
  node.standing->joined = true;
  CHECK(node.loops.publish(0, "api/ns/a", {"1"}));
}

TEST_CASE("A loop is quiet when everything published on it has left") {
  meshed_loops node{1};
  CHECK(node.loops.publish(0, "api/ns/a", {"1"}));
  node.loops.turn(0);
  node.loops.settle();
  CHECK(node.loops.channels(0).tell_mesh_if_quiet());
  node.loops.settle();
  CHECK(node.hub.object->take() == lines{"quiet 0"});
}
