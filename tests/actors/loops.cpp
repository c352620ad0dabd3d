#include "tests/actors/fixture.hpp"

#include <catch2/catch.hpp>

using namespace actormesh;
using namespace actormesh::test;

SCENARIO("events cross to the loops that have subscribers") {
  GIVEN("subscribers on two of three loops") {
    test_loops node{3};
    const auto a = node.connect(0);
    const auto b = node.connect(1);
    CHECK(a.subscribe("a", "api/ns/one") == connection::subscribe_result::pending);
    node.at(1);
    CHECK(b.subscribe("b", "api/ns/*") == connection::subscribe_result::pending);
    node.settle();
    CHECK(a.wire->take() == lines{"subscribed a"});
    CHECK(b.wire->take() == lines{"subscribed b"});

    WHEN("the third loop publishes") {
      CHECK(node.publish(2, "api/ns/one", {"1", "2"}));
      node.settle();
      THEN("each gets every event once") {
        CHECK(a.wire->take() == lines{"a: 1 2"});
        CHECK(b.wire->take() == lines{"b: 1 2"});
      }
    }
    WHEN("a loop with a subscriber publishes") {
      CHECK(node.publish(0, "api/ns/one", {"1"}));
      node.settle();
      THEN("nothing comes back to it") {
        CHECK(a.wire->take() == lines{"a: 1"});
        CHECK(b.wire->take() == lines{"b: 1"});
      }
    }
    WHEN("one loop publishes in many turns, the other falls behind") {
      lines expected;
      for (auto i = 0; i < 50; ++i) {
        CHECK(node.publish(2, "api/ns/one", {std::to_string(i)}));
        node.turn(2);
        expected.push_back("a: " + std::to_string(i));
      }
      node.settle();
      THEN("the order holds") {
        std::string seen;
        for (const auto& line : a.wire->take())
          seen += line.substr(2);
        std::string all;
        for (auto i = 0; i < 50; ++i)
          all += " " + std::to_string(i);
        CHECK(seen == all);
      }
    }
    WHEN("the last subscriber of a loop goes") {
      node.at(1);
      b.actor.object->closed();
      node.settle();
      CHECK(node.publish(2, "api/ns/one", {"1"}));
      node.settle();
      THEN("nothing is routed there any more, the other still gets everything") {
        CHECK(node.channels(2).route_of("api/ns/one").loops == 1);
        CHECK(a.wire->take() == lines{"a: 1"});
      }
    }
    node.at(0);
    a.actor.object->closed();
    node.at(1);
    b.actor.object->closed();
    node.settle();
  }
}

SCENARIO("a subscription is confirmed when every loop knows of it") {
  test_loops node{2};
  const auto client = node.connect(0);
  CHECK(client.subscribe("s", "api/ns/one") == connection::subscribe_result::pending);

  // As long as the other loop has not run, it would route nothing here.
  for (auto i = 0; i < 5; ++i)
    node.turn(0);
  CHECK(client.wire->take().empty());
  CHECK(node.channels(1).route_of("api/ns/one").loops == 0);

  node.turn(1);
  CHECK(node.channels(1).route_of("api/ns/one").loops == 1);
  node.settle();
  CHECK(client.wire->take() == lines{"subscribed s"});

  WHEN("a second one comes to the same channel") {
    const auto second = node.connect(0);
    CHECK(second.subscribe("t", "api/ns/one") == connection::subscribe_result::pending);
    for (auto i = 0; i < 5; ++i)
      node.turn(0);
    THEN("it waits for nobody") { CHECK(second.wire->take() == lines{"subscribed t"}); }
    second.actor.object->closed();
  }
  WHEN("the channel loses its subscriber and gets another before the loops have agreed") {
    node.at(0);
    CHECK(client.actor.object->unsubscribe("s"));
    CHECK(client.subscribe("again", "api/ns/one") == connection::subscribe_result::pending);
    for (auto i = 0; i < 5; ++i)
      node.turn(0);
    THEN("it waits for the news to arrive") {
      CHECK(client.wire->take().empty());
      node.settle();
      CHECK(client.wire->take() == lines{"subscribed again"});
      CHECK(node.channels(1).route_of("api/ns/one").loops == 1);
    }
  }
  node.at(0);
  client.actor.object->closed();
  node.settle();
}

SCENARIO("channels that nobody needs go away") {
  using std::chrono::steady_clock;
  directory::limits limits;
  limits.channels = 100;
  limits.idle_channels = 10;
  test_loops node{1, limits};
  auto& channels = node.channels(0);

  GIVEN("many channels that saw one publish each") {
    for (auto i = 0; i < 60; ++i) {
      CHECK(node.publish(0, "api/ns/c" + std::to_string(i), {"1"}));
      node.settle();
    }
    THEN("only a bounded number is kept") {
      CHECK(channels.size() == 10);
      CHECK(node.at(0).counters().channels.get() == 10);
    }
    THEN("the rest goes after a while") {
      channels.sweep(steady_clock::now() + limits.idle_time);
      node.settle();
      CHECK(channels.size() == 0);
      CHECK(node.at(0).counters().channels.get() == 0);
    }
  }
  GIVEN("a channel with a subscriber") {
    const auto client = node.connect(0);
    CHECK(client.subscribe("s", "api/ns/one") == connection::subscribe_result::pending);
    node.settle();
    channels.sweep(steady_clock::now() + std::chrono::hours{1});
    CHECK(channels.size() == 1);
    client.actor.object->closed();
    node.settle();
    channels.sweep(steady_clock::now() + std::chrono::hours{1});
    CHECK(channels.size() == 0);
  }
  GIVEN("messages on their way to channels that are many") {
    for (auto i = 0; i < 60; ++i)
      CHECK(node.publish(0, "api/ns/c" + std::to_string(i), {"1"}));
    THEN("none of them ends before its message has come") {
      channels.sweep(steady_clock::now() + std::chrono::hours{1});
      CHECK(channels.size() == 60);
    }
    node.settle();
  }
  GIVEN("as many channels as there may be") {
    for (auto i = 0; i < 100; ++i)
      CHECK(node.publish(0, "api/ns/c" + std::to_string(i), {"1"}));
    THEN("a new one is refused, one that exists is not") {
      CHECK_FALSE(node.publish(0, "api/ns/new", {"1"}));
      CHECK(node.publish(0, "api/ns/c7", {"1"}));
    }
    node.settle();
  }
}

SCENARIO("a turn is bounded") {
  GIVEN("a loop that may run two actors a phase") {
    loop::budget bounds;
    bounds.resumes = 2;
    loop home{system(), 0, [] {}, bounds};
    home.bind_to_this_thread();
    const auto channels = spawn_on<directory>(home, directory::limits{});
    channels.object->connect({channels.handle});
    home.settle();
    std::vector<test_connection> clients;
    for (auto i = 0; i < 5; ++i) {
      auto made = spawn_on<connection>(home, connection::limits{});
      auto wire = std::make_unique<recording_edge>();
      auto* seen = wire.get();
      made.object->begin(std::move(wire));
      clients.push_back({std::move(made), seen});
      CHECK(clients.back().subscribe("s", "api/ns/one") == connection::subscribe_result::pending);
    }
    home.settle();
    const auto publish = [&](const char* payload) {
      std::vector<event_ptr> events;
      events.emplace_back(caf::make_counted<event>(payload, std::chrono::steady_clock::now()));
      const auto batch = caf::make_counted<event_batch>("api/ns/one", std::move(events));
      CHECK(channels.object->publish(batch));
    };
    publish("1");
    CHECK(home.finish_turn());
    WHEN("more is published while the fan-out is under way") {
      publish("2");
      publish("3");
      home.settle();
      THEN("the channel waits, and then fans out all of it at once") {
        for (const auto& each : clients)
          CHECK(each.wire->take() == lines{"subscribed s", "s: 1", "s: 2 3"});
      }
    }
    for (const auto& each : clients)
      each.actor.object->closed();
    home.settle();
    channels.object->clear();
    tell_to_exit(channels.handle);
    home.settle();
  }
}

SCENARIO("a loop that cannot keep up stops publishes on the others") {
  test_loops node{2};
  const auto waiting = static_cast<std::ptrdiff_t>(4 * loop::budget{}.pending_bytes + 1);
  node.at(0).pending_bytes_changed(waiting);
  CHECK_FALSE(node.publish(1, "api/ns/one", {"1"}));
  CHECK(node.publish(0, "api/ns/one", {"1"}));
  node.at(0).pending_bytes_changed(-waiting);
  CHECK(node.publish(1, "api/ns/one", {"1"}));
  node.settle();
}
