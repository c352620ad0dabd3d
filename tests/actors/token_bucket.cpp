#include "actors/token_bucket.hpp"

#include <catch2/catch.hpp>

using namespace actormesh;
using namespace std::chrono_literals;

SCENARIO("a token bucket limits a rate") {
  const token_bucket::time_point start{1h};

  GIVEN("ten a second") {
    token_bucket bucket{10};
    for (auto i = 0; i < 10; ++i)
      CHECK(bucket.take(start));
    CHECK_FALSE(bucket.take(start));

    THEN("it refills with time") {
      CHECK(bucket.take(start + 100ms));
      CHECK_FALSE(bucket.take(start + 100ms));
    }
    THEN("it saves up no more than a second's worth") {
      for (auto i = 0; i < 10; ++i)
        CHECK(bucket.take(start + 1h));
      CHECK_FALSE(bucket.take(start + 1h));
    }
    THEN("a clock that does not move gives nothing") { CHECK_FALSE(bucket.take(start - 1s)); }
    THEN("a higher rate counts from now on") {
      bucket.rate(1000);
      CHECK_FALSE(bucket.take(start));
      CHECK(bucket.take(start + 1ms));
    }
    THEN("it can be switched off and on") {
      bucket.rate(0);
      for (auto i = 0; i < 100; ++i)
        CHECK(bucket.take(start));
      bucket.rate(2);
      CHECK(bucket.take(start));
      CHECK(bucket.take(start));
      CHECK_FALSE(bucket.take(start));
    }
  }
  GIVEN("a rate of 0") {
    token_bucket bucket{0};
    for (auto i = 0; i < 1000; ++i)
      CHECK(bucket.take(start));
  }
}
