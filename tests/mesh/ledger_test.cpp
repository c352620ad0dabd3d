#include "tests/mesh/ledger/book.hpp"

#include <catch2/catch.hpp>

using namespace actormesh::ledger;
using namespace std::chrono_literals;

namespace {

/// A publisher on node a, and subscribers elsewhere. Time passes with every operation.
struct scene {
  scene() {
    events.open_connection(sender, "a");
    subscribe(exact, "b");
  }

  void subscribe(book::subscriber who, const std::string& node) {
    events.open_session(who, node);
    events.subscribed(who, 0, now += 1ms);
  }

  stamp publish(outcome how = outcome::acknowledged, const std::string& channel = "/default/x") {
    auto made = events.publish(sender, channel, now += 1ms);
    events.settle(made, how);
    return made;
  }

  void arrive(book::subscriber who, const stamp& what) { events.arrive(who, 0, to_event(what)); }

  [[nodiscard]] balance close(const std::map<std::string, std::uint64_t>& losses = {}) const {
    return events.close({.losses = losses});
  }

  clock::time_point now{1h};
  book events;
  book::publisher sender = events.add_publisher("p");
  book::subscriber exact = events.add_subscriber("exact", {"/default/x"});
};

} // namespace

TEST_CASE("an event says whose it is, whatever its size") {
  const stamp what{.publisher = "p\"1", .connection = 3, .channel = "/default/x", .number = 17};
  REQUIRE(parse_stamp(to_event(what)) == what);
  REQUIRE(parse_stamp(to_event(what, 1'000)) == what);
  REQUIRE(to_event(what, 1'000).size() == 1'000);
  for (const auto* other : {"", "7", "{}", R"({"publisher":"p"})", "{"})
    REQUIRE_FALSE(parse_stamp(other));
}

TEST_CASE("a pattern matches what is below it") {
  CHECK(matches("/default/x", "/default/x"));
  CHECK_FALSE(matches("/default/x", "/default/x/y"));
  CHECK(matches("/default/*", "/default/x"));
  CHECK(matches("/default/*", "/default/x/y"));
  CHECK_FALSE(matches("/default/*", "/default"));
  CHECK_FALSE(matches("/default/x/*", "/default/xy"));
}

SCENARIO("the ledger compares what was published with what came") {
  scene at;

  GIVEN("three events that were taken") {
    const auto first = at.publish();
    const auto second = at.publish();
    const auto third = at.publish();

    WHEN("all come") {
      for (const auto& each : {first, second, third})
        at.arrive(at.exact, each);
      THEN("the sums agree") {
        const auto sums = at.close();
        CHECK(sums.agrees());
        CHECK(sums.published() == 3);
        CHECK(sums.acknowledged() == 3);
        CHECK(sums.due() == 3);
        CHECK(sums.delivered() == 3);
        CHECK(sums.missing() == 0);
        CHECK(to_table(sums).ends_with("the sums agree\n"));
      }
      THEN("losses that are counted nevertheless don't agree") {
        CHECK_FALSE(at.close({{"peer_down", 1}}).agrees());
      }
    }
    WHEN("one comes twice") {
      for (const auto& each : {first, second, second, third})
        at.arrive(at.exact, each);
      THEN("it is found") {
        const auto sums = at.close();
        CHECK_FALSE(sums.agrees());
        CHECK(sums.duplicates() == 1);
        CHECK(sums.reordered() == 0);
        CHECK(sums.missing() == 0);
        REQUIRE(sums.faults.size() == 1);
        CHECK(sums.faults[0].starts_with("exact: came twice: "));
      }
    }
    WHEN("two come in the other order") {
      for (const auto& each : {first, third, second})
        at.arrive(at.exact, each);
      THEN("it is found") {
        const auto sums = at.close();
        CHECK_FALSE(sums.agrees());
        CHECK(sums.reordered() == 1);
        CHECK(sums.duplicates() == 0);
        CHECK(sums.missing() == 0);
      }
    }
    WHEN("two never come") {
      at.arrive(at.exact, first);
      const auto gaps = std::vector<gap>{{"p", "/default/x", {1, 2}}};
      THEN("they are found") {
        const auto sums = at.close();
        CHECK_FALSE(sums.agrees());
        CHECK(sums.missing() == 2);
        CHECK(sums.missing_at_peers == 2);
        CHECK(sums.subscriptions[0].gaps == gaps);
        CHECK(at.events.missing_of(at.sender) == 2);
      }
      THEN("counted losses explain them") {
        CHECK(at.close({{"peer_down", 2}}).agrees());
        CHECK(at.close({{"peer_unconfirmed", 2}}).agrees());
        CHECK(at.close({{"peer_down", 1}, {"peer_unconfirmed", 3}}).agrees());
      }
      THEN("too few or too many don't") {
        CHECK_FALSE(at.close({{"peer_down", 1}}).agrees());
        CHECK_FALSE(at.close({{"peer_down", 3}}).agrees());
      }
      THEN("the death of the node that had taken them explains them") {
        at.events.node_died("a");
        const auto sums = at.close();
        CHECK(sums.agrees());
        CHECK(sums.lost_with_nodes == 2);
        CHECK(sums.missing() == 2);
      }
      THEN("the death of another node doesn't") {
        at.events.node_died("c");
        CHECK_FALSE(at.close().agrees());
      }
    }
    WHEN("one before the last never comes, and the node dies") {
      at.arrive(at.exact, first);
      at.arrive(at.exact, third);
      at.events.node_died("a");
      THEN("that explains nothing: later ones came") {
        const auto sums = at.close();
        CHECK_FALSE(sums.agrees());
        CHECK(sums.missing_at_peers == 1);
        CHECK(sums.lost_with_nodes == 0);
      }
    }
    WHEN("a second subscriber of the node gets what the first does not") {
      const auto pattern = at.events.add_subscriber("pattern", {"/default/*"});
      at.subscribe(pattern, "b");
      const auto fourth = at.publish();
      for (const auto& each : {first, second, third})
        at.arrive(at.exact, each);
      at.arrive(pattern, fourth);
      THEN("no link has lost it") {
        const auto sums = at.close();
        CHECK(sums.missing() == 1);
        CHECK(sums.missing_locally == 1);
        CHECK(sums.missing_at_peers == 0);
        CHECK_FALSE(sums.agrees());
        CHECK_FALSE(at.close({{"peer_unconfirmed", 1}}).agrees());
        CHECK(at.close({{"slow_consumer_disconnected", 1}}).agrees());
      }
    }
    WHEN("a late subscriber gets nothing of them") {
      const auto late = at.events.add_subscriber("late", {"/default/x"});
      at.subscribe(late, "c");
      for (const auto& each : {first, second, third})
        at.arrive(at.exact, each);
      THEN("nothing was due") {
        CHECK(at.close().agrees());
        CHECK(at.events.missing_of(at.sender) == 0);
      }
    }
    WHEN("a subscriber reconnects in between") {
      at.arrive(at.exact, first);
      at.arrive(at.exact, third);
      at.events.close_session(at.exact);
      const auto fourth = at.publish();
      at.subscribe(at.exact, "c");
      const auto fifth = at.publish();
      AND_WHEN("it gets what is published from then on") {
        at.arrive(at.exact, fifth);
        THEN("only what came before the last event of the first session is missing") {
          const auto sums = at.close();
          CHECK(sums.missing() == 1);
          CHECK(sums.subscriptions[0].gaps == std::vector<gap>{{"p", "/default/x", {1, 1}}});
          CHECK(sums.subscriptions[0].nodes == "b c");
        }
      }
      AND_WHEN("an event comes again") {
        at.arrive(at.exact, third);
        at.arrive(at.exact, fourth);
        at.arrive(at.exact, fifth);
        THEN("that is no duplicate: nobody promises this across connections") {
          CHECK(at.close().duplicates() == 0);
        }
      }
    }
  }

  GIVEN("an event that was refused") {
    const auto refused = at.publish(outcome::refused);
    THEN("it may not come") {
      CHECK(at.close().agrees());
      at.arrive(at.exact, refused);
      const auto sums = at.close();
      CHECK(sums.refused_but_delivered == 1);
      CHECK_FALSE(sums.agrees());
    }
  }

  GIVEN("an event whose answer never came") {
    const auto unknown = at.publish(outcome::unknown);
    THEN("it may come or not") {
      CHECK(at.close().agrees());
      CHECK(at.close({{"peer_down", 1}}).agrees());
      at.arrive(at.exact, unknown);
      CHECK(at.close().agrees());
      CHECK(at.close().subscriptions[0].beyond == 1);
    }
  }

  GIVEN("events of two connections of a publisher") {
    const auto first = at.publish();
    at.events.open_connection(at.sender, "c");
    const auto second = at.publish();
    THEN("they may overtake each other") {
      at.arrive(at.exact, second);
      at.arrive(at.exact, first);
      CHECK(at.close().agrees());
    }
  }

  GIVEN("events that nobody published") {
    THEN("they are found") {
      at.arrive(at.exact, {.publisher = "q", .channel = "/default/x"});
      at.arrive(at.exact, {.publisher = "p", .channel = "/default/x", .number = 9});
      at.arrive(at.exact, at.publish(outcome::acknowledged, "/default/y"));
      at.events.arrive(at.exact, 0, "1");
      const auto sums = at.close();
      CHECK(sums.strangers == 4);
      CHECK_FALSE(sums.agrees());
    }
  }

  GIVEN("what the nodes count as published") {
    at.arrive(at.exact, at.publish());
    at.publish(outcome::unknown);
    at.publish(outcome::refused);
    const auto agrees = [&](std::uint64_t counted) {
      return at.events.close({.published = counted, .published_is_known = true}).agrees();
    };
    THEN("it lies between what was taken and what may have been taken") {
      CHECK_FALSE(agrees(0));
      CHECK(agrees(1));
      CHECK(agrees(2));
      CHECK_FALSE(agrees(3));
    }
  }
}
