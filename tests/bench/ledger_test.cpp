#include "bench/loadgen/ledger.hpp"

#include <catch2/catch.hpp>

using actormesh::bench::ledger;

SCENARIO("a publish is in flight until the last subscriber has it") {
  GIVEN("three subscribers and a window of two, both in flight") {
    ledger flights{3, 2};
    flights.publish();
    flights.publish();
    REQUIRE(flights.room() == 0);

    WHEN("two subscribers have received both") {
      flights.receive(0, 2);
      flights.receive(1, 2);
      THEN("there is no room") { CHECK(flights.room() == 0); }

      AND_WHEN("the third receives the first") {
        flights.receive(2, 1);
        THEN("one may be sent") { CHECK(flights.room() == 1); }
      }
      AND_WHEN("the third receives both") {
        flights.receive(2, 2);
        THEN("two may be sent") { CHECK(flights.room() == 2); }
      }
    }
    WHEN("the window has been used many times over") {
      for (int turn = 0; turn < 100; ++turn) {
        for (std::size_t subscriber = 0; subscriber < 3; ++subscriber)
          flights.receive(subscriber, 2);
        REQUIRE(flights.room() == 2);
        flights.publish();
        flights.publish();
      }
      THEN("it is full again") { CHECK(flights.room() == 0); }
    }
  }
}
