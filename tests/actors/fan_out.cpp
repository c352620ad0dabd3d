#include "tests/actors/fixture.hpp"

#include <catch2/catch.hpp>

using namespace actormesh;
using namespace actormesh::test;

SCENARIO("a channel hands its events to its subscribers") {
  GIVEN("two connections that subscribe to one channel, one to another") {
    test_loops node{1};
    const auto a = node.connect(0);
    const auto b = node.connect(0);
    const auto other = node.connect(0);
    CHECK(a.subscribe("a", "api/ns/one") == connection::subscribe_result::pending);
    CHECK(b.subscribe("b", "api/ns/one") == connection::subscribe_result::pending);
    CHECK(other.subscribe("c", "api/ns/two") == connection::subscribe_result::pending);
    node.settle();
    CHECK(a.wire->take() == lines{"subscribed a"});
    CHECK(b.wire->take() == lines{"subscribed b"});
    CHECK(other.wire->take() == lines{"subscribed c"});

    WHEN("several publishes come in one turn") {
      CHECK(node.publish(0, "api/ns/one", {"1", "2"}));
      CHECK(node.publish(0, "api/ns/one", {"3"}));
      node.settle();
      THEN("each subscriber gets one batch with all of them, in order") {
        CHECK(a.wire->take() == lines{"a: 1 2 3"});
        CHECK(b.wire->take() == lines{"b: 1 2 3"});
        CHECK(other.wire->take().empty());
      }
      THEN("each connection that got something may write once") { CHECK(a.wire->turns == 1); }
    }
    WHEN("publishes come in different turns") {
      CHECK(node.publish(0, "api/ns/one", {"1"}));
      node.settle();
      CHECK(node.publish(0, "api/ns/one", {"2"}));
      node.settle();
      THEN("they are two batches") { CHECK(a.wire->take() == lines{"a: 1", "a: 2"}); }
    }
    WHEN("one unsubscribes") {
      CHECK(a.actor.object->unsubscribe("a"));
      CHECK_FALSE(a.actor.object->unsubscribe("a"));
      CHECK(node.publish(0, "api/ns/one", {"1"}));
      node.settle();
      THEN("only the other one gets what is published afterwards") {
        CHECK(a.wire->take().empty());
        CHECK(b.wire->take() == lines{"b: 1"});
      }
    }
    WHEN("one ends") {
      a.actor.object->closed();
      node.settle();
      CHECK(node.publish(0, "api/ns/one", {"1"}));
      node.settle();
      THEN("the others go on") { CHECK(b.wire->take() == lines{"b: 1"}); }
      THEN("its subscriptions are no longer counted") {
        CHECK(node.at(0).counters().subscriptions.get() == 2);
      }
    }
    for (const auto* each : {&a, &b, &other})
      each->actor.object->closed();
    node.settle();
  }
}

SCENARIO("a connection has several subscriptions to one channel") {
  test_loops node{1};
  const auto client = node.connect(0);
  CHECK(client.subscribe("x", "api/ns/one") == connection::subscribe_result::pending);
  CHECK(client.subscribe("y", "api/ns/one") == connection::subscribe_result::pending);
  node.settle();
  CHECK(client.wire->take() == lines{"subscribed x", "subscribed y"});

  CHECK(node.publish(0, "api/ns/one", {"1"}));
  node.settle();
  CHECK(client.wire->take() == lines{"x: 1", "y: 1"});

  CHECK(client.actor.object->unsubscribe("x"));
  CHECK(node.publish(0, "api/ns/one", {"2"}));
  node.settle();
  CHECK(client.wire->take() == lines{"y: 2"});
  client.actor.object->closed();
  node.settle();
}

SCENARIO("a pattern matches everything below it") {
  test_loops node{1};
  const auto client = node.connect(0);
  CHECK(client.subscribe("all", "api/ns/*") == connection::subscribe_result::pending);
  CHECK(client.subscribe("sub", "api/ns/a/*") == connection::subscribe_result::pending);
  CHECK(client.subscribe("exact", "api/ns/a/b") == connection::subscribe_result::pending);
  node.settle();
  client.wire->take();

  const auto published = [&](std::string_view key) {
    CHECK(node.publish(0, key, {"e"}));
    node.settle();
    auto said = client.wire->take();
    std::ranges::sort(said);
    return said;
  };
  CHECK(published("api/ns/a/b") == lines{"all: e", "exact: e", "sub: e"});
  CHECK(published("api/ns/a/b/c/d") == lines{"all: e", "sub: e"});
  CHECK(published("api/ns/a") == lines{"all: e"});
  CHECK(published("api/ns").empty());
  CHECK(published("api/other/a").empty());
  CHECK(published("other/ns/a").empty());

  CHECK(client.actor.object->unsubscribe("all"));
  node.settle();
  CHECK(published("api/ns/a/b") == lines{"exact: e", "sub: e"});
  client.actor.object->closed();
  node.settle();
}

SCENARIO("an unsubscribe that overtakes its confirmation") {
  test_loops node{2};
  const auto client = node.connect(0);
  CHECK(client.subscribe("x", "api/ns/one") == connection::subscribe_result::pending);
  CHECK(client.actor.object->unsubscribe("x"));
  CHECK(client.wire->take() == lines{"subscribed x"});
  node.settle();
  THEN("nothing is confirmed twice and nobody is left on the channel") {
    CHECK(client.wire->take().empty());
    CHECK(node.publish(0, "api/ns/one", {"1"}));
    node.settle();
    CHECK(client.wire->take().empty());
  }
  client.actor.object->closed();
  node.settle();
}

SCENARIO("a connection keeps to its limits") {
  test_loops node{1};
  const auto client = node.connect(0, {.subscriptions = 2, .publishes_per_second = 3});
  CHECK(client.subscribe("x", "api/ns/one") == connection::subscribe_result::pending);
  CHECK(client.subscribe("x", "api/ns/two") == connection::subscribe_result::duplicate_id);
  CHECK(client.subscribe("y", "api/ns/one") == connection::subscribe_result::pending);
  CHECK(client.subscribe("z", "api/ns/one") ==
        connection::subscribe_result::too_many_subscriptions);
  const token_bucket::time_point start{std::chrono::hours{1}};
  for (auto i = 0; i < 3; ++i)
    CHECK(client.actor.object->may_publish(start));
  CHECK_FALSE(client.actor.object->may_publish(start));
  client.actor.object->closed();
  node.settle();
}

namespace {

/// An edge whose socket breaks as soon as it has something to say.
class breaking_edge final : public edge {
public:
  explicit breaking_edge(connection& owner)
    : owner_(owner) {}

  void subscribed(const subscription&) override { owner_.closed(); }
  void deliver(const subscription&, const event_batch&) override { owner_.closed(); }
  void turn_ended() override {}

private:
  connection& owner_;
};

} // namespace

SCENARIO("a connection may end whatever it is told") {
  test_loops node{1};
  auto made = spawn_on<connection>(node.at(0), connection::limits{});
  made.object->begin(std::make_unique<breaking_edge>(*made.object));
  CHECK(made.object->subscribe({"x", "api/ns/one", {}, nullptr}) ==
        connection::subscribe_result::pending);
  CHECK(made.object->subscribe({"y", "api/ns/one", {}, nullptr}) ==
        connection::subscribe_result::pending);
  WHEN("it is told of a subscription that it gives up") {
    CHECK(made.object->unsubscribe("x"));
    node.settle();
  }
  WHEN("it is told of a subscription") { node.settle(); }
  CHECK(node.at(0).counters().subscriptions.get() == 0);
  CHECK(node.publish(0, "api/ns/one", {"1"}));
  node.settle();
  CHECK(node.at(0).counters().lost(telemetry::loss_reason::connection_closed).get() == 0);
}

SCENARIO("events for a connection that has just ended are counted as lost") {
  // A loop that runs one actor a phase: the second subscriber ends with the batch in its mailbox.
  loop::budget bounds;
  bounds.resumes = 1;
  test_loops node{1, {}, bounds};
  const auto first = node.connect(0);
  const auto second = node.connect(0);
  CHECK(first.subscribe("a", "api/ns/one") == connection::subscribe_result::pending);
  for (const auto* id : {"x", "y"})
    CHECK(second.subscribe(id, "api/ns/one") == connection::subscribe_result::pending);
  node.settle();
  CHECK(second.wire->take() == lines{"subscribed x", "subscribed y"});
  CHECK(node.publish(0, "api/ns/one", {"1", "2", "3"}));
  while (first.wire->said.size() < 2)
    node.turn(0);
  CHECK(second.wire->said.empty());
  second.actor.object->closed();
  node.settle();
  CHECK(node.at(0).counters().lost(telemetry::loss_reason::connection_closed).get() == 6);
  first.actor.object->closed();
  node.settle();
}

SCENARIO("nothing is handed over before the subscription is confirmed") {
  test_loops node{2};
  const auto client = node.connect(0);
  CHECK(client.subscribe("s", "api/ns/one") == connection::subscribe_result::pending);
  CHECK(node.publish(0, "api/ns/one", {"early"}));
  for (auto i = 0; i < 5; ++i)
    node.turn(0);
  CHECK(client.wire->said.empty());
  node.settle();
  CHECK(client.wire->take() == lines{"subscribed s"});
  CHECK(node.publish(0, "api/ns/one", {"late"}));
  node.settle();
  CHECK(client.wire->take() == lines{"s: late"});
  node.at(0);
  client.actor.object->closed();
  node.settle();
}

SCENARIO("many subscribers come and go in any order") {
  test_loops node{1};
  std::vector<test_connection> clients;
  for (auto i = 0; i < 50; ++i) {
    clients.push_back(node.connect(0));
    CHECK(clients.back().subscribe("s", "api/ns/one") == connection::subscribe_result::pending);
  }
  node.settle();
  // Every third goes, from both ends and from the middle.
  for (std::size_t i = 0; i < clients.size(); i += 3)
    CHECK(clients[i].actor.object->unsubscribe("s"));
  node.settle();
  for (const auto& each : clients)
    each.wire->take();
  CHECK(node.publish(0, "api/ns/one", {"1"}));
  node.settle();
  for (std::size_t i = 0; i < clients.size(); ++i)
    CHECK(clients[i].wire->take() == (i % 3 == 0 ? lines{} : lines{"s: 1"}));
  for (const auto& each : clients)
    each.actor.object->closed();
  node.settle();
  CHECK(node.channels(0).size() == 1);
  CHECK(node.at(0).counters().subscriptions.get() == 0);
}

SCENARIO("what was published before a subscriber leaves is counted") {
  test_loops node{1};
  const auto first = node.connect(0);
  const auto second = node.connect(0);
  for (const auto* each : {&first, &second})
    CHECK(each->subscribe("s", "api/ns/one") == connection::subscribe_result::pending);
  node.settle();
  first.wire->take();
  second.wire->take();
  // Published, and gone before the channel has fanned out.
  CHECK(node.publish(0, "api/ns/one", {"1", "2"}));
  WHEN("its connection ends") {
    second.actor.object->closed();
    node.settle();
    CHECK(node.at(0).counters().lost(telemetry::loss_reason::connection_closed).get() == 2);
  }
  WHEN("it only unsubscribes, and comes back") {
    CHECK(second.actor.object->unsubscribe("s"));
    CHECK(second.subscribe("again", "api/ns/one") == connection::subscribe_result::pending);
    node.settle();
    CHECK(second.wire->take().front() == "subscribed again");
    CHECK(node.publish(0, "api/ns/one", {"3"}));
    node.settle();
    CHECK(second.wire->take() == lines{"again: 3"});
    second.actor.object->closed();
  }
  CHECK(first.wire->take().front() == "s: 1 2");
  first.actor.object->closed();
  node.settle();
  CHECK(node.channels(0).size() == 1);
}
