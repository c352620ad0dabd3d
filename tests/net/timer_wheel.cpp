#include "net/timer_wheel.hpp"

#include <catch2/catch.hpp>

#include <memory>
#include <vector>

using namespace actormesh::net;
using namespace std::chrono_literals;

namespace {

using time_point = timer_wheel::time_point;

constexpr std::size_t unbounded = 1'000'000;

struct alarm_clock final : timer_wheel::entry {
  std::vector<time_point> fired;

  void expired(time_point now) override { fired.push_back(now); }
};

} // namespace

SCENARIO("a time-out fires once, never early, at most a tick late") {
  const time_point start{1h};
  for (const auto delay : {0ms, 1ms, 99ms, 100ms, 101ms, 2500ms, 102'300ms, 102'400ms, 250'000ms}) {
    timer_wheel wheel{start};
    alarm_clock alarm;
    wheel.set(alarm, start + delay);
    auto now = start;
    while (alarm.fired.empty() && now < start + delay + 1s) {
      now += 7ms;
      wheel.advance(now, unbounded);
    }
    INFO("delay " << delay.count() << " ms");
    REQUIRE(alarm.fired.size() == 1);
    CHECK(alarm.fired[0] >= start + delay);
    CHECK(alarm.fired[0] <= start + delay + timer_wheel::tick + 7ms);
    wheel.advance(now + 1h, unbounded);
    CHECK(alarm.fired.size() == 1);
  }
}

SCENARIO("a time-out is moved and dropped") {
  const time_point start{1h};
  timer_wheel wheel{start};
  alarm_clock alarm;
  wheel.set(alarm, start + 1s);

  WHEN("it is moved") {
    wheel.set(alarm, start + 5s);
    wheel.advance(start + 4s, unbounded);
    CHECK(alarm.fired.empty());
    wheel.advance(start + 6s, unbounded);
    CHECK(alarm.fired.size() == 1);
  }
  WHEN("it is dropped") {
    timer_wheel::drop(alarm);
    wheel.advance(start + 1h, unbounded);
    CHECK(alarm.fired.empty());
  }
  WHEN("it is destroyed") {
    auto gone = std::make_unique<alarm_clock>();
    wheel.set(*gone, start + 1s);
    gone.reset();
    wheel.advance(start + 1h, unbounded);
    CHECK(alarm.fired.size() == 1);
  }
}

SCENARIO("many time-outs at once are fired in slices") {
  const time_point start{1h};
  timer_wheel wheel{start};
  std::vector<alarm_clock> alarms(10);
  for (auto& each : alarms)
    wheel.set(each, start + 1s);
  const auto fired = [&] {
    std::size_t n = 0;
    for (const auto& each : alarms)
      n += each.fired.size();
    return n;
  };
  CHECK(wheel.advance(start + 2s, 4));
  CHECK(fired() == 4);
  CHECK(wheel.advance(start + 2s, 4));
  CHECK(fired() == 8);
  CHECK_FALSE(wheel.advance(start + 2s, 4));
  CHECK(fired() == 10);
}

SCENARIO("a loop that slept for long catches up") {
  const time_point start{1h};
  timer_wheel wheel{start};
  std::vector<alarm_clock> alarms(200);
  for (std::size_t i = 0; i < alarms.size(); ++i)
    wheel.set(alarms[i], start + std::chrono::seconds{i});
  wheel.advance(start + 24h, unbounded);
  for (const auto& each : alarms)
    CHECK(each.fired.size() == 1);
}
