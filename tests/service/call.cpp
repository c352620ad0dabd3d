#include "service/call.hpp"

#include "tests/service/fixture.hpp"

#include <catch2/catch.hpp>

using namespace actormesh;
using namespace actormesh::test;
using namespace std::chrono_literals;
using service::failure;
using telemetry::publish_result;

namespace {

using lines = std::vector<std::string>;

service::publish_request publish_of(const std::string& channel, std::vector<std::string> events,
                                    const char* with = right_key) {
  service::publish_request made{{}, std::chrono::steady_clock::now()};
  made.what.channel = channel;
  made.what.events = std::move(events);
  if (with != nullptr)
    made.what.authorization = key(with);
  return made;
}

service::subscribe_request subscribe_to(const std::string& channel) {
  service::subscribe_request made{{}, {"s-1", nullptr}};
  made.what.channel = channel;
  made.what.authorization = key(right_key);
  return made;
}

struct connected : session {
  connected() {
    connect(arrive());
    take();
  }

  failure publish(service::publish_request&& asked) {
    auto result = failure::internal;
    service::publish(wire->guard.site(), wire->guard.turn(), std::move(asked), {nothing_signed()},
                     [&](const service::publish_outcome& outcome) { result = outcome.problem; });
    return result;
  }

  failure subscribe(service::subscribe_request&& asked) {
    auto result = failure::internal;
    service::subscribe(
        wire->guard.site(), wire->guard.turn(), std::move(asked), {nothing_signed()},
        [&](const service::subscribe_outcome& outcome) { result = outcome.problem; });
    return result;
  }

  std::uint64_t published(publish_result how) { return counters().published(how).get(); }
};

} // namespace

SCENARIO("an event that may be published arrives") {
  connected one;
  CHECK(one.subscribe(subscribe_to("/ns/*")) == failure::none);
  one.run();
  CHECK(one.publish(publish_of("/ns/a", {"1", "2"})) == failure::none);
  one.run();
  CHECK(one.take() == lines{"subscribed s-1", "event s-1 1", "event s-1 2"});
  CHECK(one.published(publish_result::accepted) == 1);
}

SCENARIO("what is wrong with a publish is told and counted, and nothing arrives") {
  connected one;
  REQUIRE(one.subscribe(subscribe_to("/ns/*")) == failure::none);
  one.run();
  one.take();
  SECTION("the key") {
    CHECK(one.publish(publish_of("/ns/a", {"1"}, wrong_key)) == failure::unauthorized);
    CHECK(one.published(publish_result::unauthorized) == 1);
    CHECK(one.counters().refused(telemetry::auth_refusal::wrong_credentials).get() == 1);
  }
  SECTION("there is none") {
    CHECK(one.publish(publish_of("/ns/a", {"1"}, nullptr)) == failure::unauthorized);
  }
  SECTION("the channel") {
    CHECK(one.publish(publish_of("/ns/*", {"1"})) == failure::invalid_channel);
    CHECK(one.published(publish_result::invalid) == 1);
  }
  SECTION("the namespace, which only those with a key are told") {
    CHECK(one.publish(publish_of("/other/a", {"1"})) == failure::unknown_namespace);
    CHECK(one.publish(publish_of("/other/a", {"1"}, nullptr)) == failure::unauthorized);
  }
  SECTION("what the edge has found") {
    auto asked = publish_of("/ns/a", {});
    asked.what.problem = failure::no_events;
    const auto got = one.publish(std::move(asked));
    CHECK(got == failure::no_events);
  }
  SECTION("the rate") {
    one.owner.object->change_limits({200, 1});
    CHECK(one.publish(publish_of("/other/a", {"1"})) == failure::unknown_namespace);
    CHECK(one.publish(publish_of("/ns/a", {"1"})) == failure::rate_limited);
    CHECK(one.published(publish_result::rate_limited) == 1);
  }
  one.run();
  CHECK(one.take().empty());
}

SCENARIO("an event that is too large fails alone") {
  connected one;
  config::api_settings settings;
  settings.limits.event_bytes = 3;
  CHECK(one.wire->guard.refresh(service::tenant_table{{make_tenant(settings)}}));
  lines outcomes;
  service::publish(one.wire->guard.site(), one.wire->guard.turn(),
                   publish_of("/ns/a", {"123", "1234"}), {nothing_signed()},
                   [&](const service::publish_outcome& outcome) {
                     for (const auto& each : outcome.entries)
                       outcomes.emplace_back(to_string(each.outcome));
                   });
  CHECK(outcomes == lines{"none", "event_too_large"});
  CHECK(one.published(publish_result::partly_failed) == 1);
}

SCENARIO("a key that was good is remembered until it may no longer be") {
  access::key_slot memo;
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const auto decide = [&](const service::tenant& to, const char* with) {
    service::channel_operation asked;
    asked.channel = "/ns/a";
    asked.authorization = key(with);
    const auto known = service::prepare(to, service::channel_action::publish, asked);
    return service::decide(to, service::channel_action::publish, asked, known, {{}, {}, {}, &memo},
                           {nothing_signed()})
        .now;
  };
  const auto first = make_tenant();
  const auto fresh = decide(*first, right_key);
  REQUIRE(fresh.outcome == auth::verdict::allowed);

  GIVEN("the same key") {
    const auto again = decide(*first, right_key);
    CHECK(again.outcome == auth::verdict::allowed);
    CHECK(again.who == fresh.who);
  }
  GIVEN("another key") {
    CHECK(decide(*first, wrong_key).outcome == auth::verdict::rejected);
    CHECK(decide(*first, right_key).outcome == auth::verdict::allowed);
  }
  GIVEN("an authority that no longer knows it") {
    const auto expired = make_tenant({}, make_ring(now - 1s));
    CHECK(decide(*expired, right_key).outcome == auth::verdict::rejected);
  }
}
