#include "tests/service/fixture.hpp"

#include <catch2/catch.hpp>

#include <functional>
#include <string>
#include <utility>
#include <vector>

using namespace actormesh;
using namespace actormesh::test;
using namespace std::chrono_literals;
using service::failure;
using telemetry::connect_result;

namespace {

using lines = std::vector<std::string>;

std::uint64_t connected(session& with, connect_result how) {
  return with.counters().connected(how).get();
}

auth::answer good(auth::identity who = {}) {
  return {auth::verdict::allowed, std::make_shared<const auth::identity>(std::move(who)), {}};
}

} // namespace

SCENARIO("a client with a good key is let in, counted and has a place until it is gone") {
  session one;
  auto who = one.arrive();
  const auto shown = key(right_key);
  who.decide(&shown, nothing_signed());
  CHECK(who.refused() == failure::none);
  CHECK(one.to->door().connections() == 1);
  one.connect(std::move(who));
  CHECK(one.take() == lines{"decided none"});
  CHECK(connected(one, connect_result::accepted) == 1);
  REQUIRE(one.owner.object->who() != nullptr);
  CHECK(one.owner.object->who()->name == "key-1");
  one.end();
  CHECK(one.to->door().connections() == 0);
}

namespace {

/// Who comes in, what it does wrong, and what becomes of it.
void check_refused(const std::function<void(service::arrival&)>& come, failure expected,
                   connect_result counted) {
  session one;
  auto who = one.arrive();
  come(who);
  one.connect(std::move(who));
  CHECK(one.take() == lines{std::string{"decided "} + to_string(expected)});
  CHECK(connected(one, counted) == 1);
  CHECK(one.to->door().connections() == 1);
  one.end();
  CHECK(one.to->door().connections() == 0);
}

} // namespace

SCENARIO("who is refused keeps its place until it is gone, too") {
  const auto wrong = key(wrong_key);
  SECTION("for a wrong key") {
    check_refused([&](auto& who) { who.decide(&wrong, nothing_signed()); }, failure::unauthorized,
                  connect_result::unauthorized);
  }
  SECTION("for credentials that can't be read") {
    check_refused([](auto& who) { who.decide(nullptr, nothing_signed()); }, failure::unauthorized,
                  connect_result::unauthorized);
  }
  SECTION("for the first reason of its edge, whatever its key") {
    check_refused(
        [&](auto& who) {
          who.refuse(failure::subprotocol_not_supported);
          who.refuse(failure::origin_not_allowed);
          who.decide(&wrong, nothing_signed());
        },
        failure::subprotocol_not_supported, connect_result::bad_request);
  }
}

SCENARIO("who finds no place is refused before anybody looks at its key") {
  session one;
  config::api_settings settings;
  settings.limits.connections = 1;
  one.to = make_tenant(settings);
  const auto first = one.arrive();
  auto second = one.arrive();
  CHECK(second.refused() == failure::too_many_connections);
  const auto shown = key(wrong_key);
  second.decide(&shown, nothing_signed());
  CHECK(second.refused() == failure::too_many_connections);
  second.note_outcome(one.counters());
  CHECK(connected(one, connect_result::too_many) == 1);
}

SCENARIO("a connection whose operation waits is held, and goes on in order") {
  session one;
  one.connect(one.arrive());
  one.take();
  oracle somebody;
  auto& turn = one.wire->guard.turn();
  turn.wait(one.loop, one.to, somebody.ask(),
            [&](const auth::answer&) { one.said.emplace_back("answered"); });
  CHECK(turn.busy());
  CHECK(one.take() == lines{"hold"});

  GIVEN("an answer") {
    somebody.say(good());
    CHECK(one.take().empty()); // It comes on the loop, whoever gave it.
    one.run();
    CHECK(one.take() == lines{"answered", "go on"});
    CHECK_FALSE(turn.busy());
  }
  GIVEN("a connection that ends before the answer") {
    one.end();
    somebody.say(good());
    one.run();
    CHECK(one.take().empty());
  }
  GIVEN("an answer that is on its way when the connection ends") {
    somebody.say(good());
    one.wire->end();
    one.run();
    CHECK(one.take().empty());
  }
}

SCENARIO("a connection ends with the token that it came in with, if that is wanted") {
  session one;
  auto who = one.arrive();
  const auto shown = key(right_key);
  who.decide(&shown, nothing_signed());
  one.connect(std::move(who));
  one.take();
  const auto now = std::chrono::steady_clock::now();
  const auto expire = [&](bool closes) {
    auth::identity with_token;
    with_token.expires = std::chrono::system_clock::now() - 1s;
    with_token.close_on_expiry = closes;
    one.wire->guard.identify(std::make_shared<const auth::identity>(std::move(with_token)));
    one.loop.timers().advance(now + 10s, 100);
  };
  SECTION("it is") {
    expire(true);
    CHECK(one.take() == lines{"expired"});
  }
  SECTION("it isn't") {
    expire(false);
    CHECK(one.take().empty());
  }
}

SCENARIO("a connection goes on with what its tenant is now") {
  session one;
  one.connect(one.arrive());
  const auto other = make_tenant();
  CHECK(one.wire->guard.refresh(service::tenant_table{{other}}));
  CHECK(one.wire->guard.to() == other);
  CHECK_FALSE(one.wire->guard.refresh(service::tenant_table{{}}));
}
