#include "bench/loadgen/report.hpp"

#include "bench/loadgen/client_pool.hpp"
#include "bench/measure/clock.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <thread>

namespace actormesh::bench {
namespace {

double share(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

} // namespace

void report::add(std::string_view name, double value) {
  std::array<char, 64> number{};
  std::snprintf(number.data(), number.size(), "=%.4f\n", value);
  text_ += name;
  text_ += number.data();
}

void report::add_quantiles(std::string_view name, const histogram& of) {
  const std::string prefix{name};
  add(prefix + "_p50_us", ns_to_us(of.quantile(0.5)));
  add(prefix + "_p99_us", ns_to_us(of.quantile(0.99)));
  add(prefix + "_p999_us", ns_to_us(of.quantile(0.999)));
}

stopwatch::stopwatch(pid_t server, const client_pool& generator)
  : server_{server}
  , generator_{generator}
  , usage_{usage_of(server)}
  , waited_ns_{generator.waited_ns()}
  , started_{now_ns()} {}

void stopwatch::finish(report& into, std::uint64_t count) const {
  const auto elapsed = now_ns() - started_;
  const auto waited = generator_.waited_ns() - waited_ns_;
  const auto usage = usage_of(server_);
  const auto spent = usage.cpu_ns - usage_.cpu_ns;
  const auto user = usage.user_ticks - usage_.user_ticks;
  const auto system = usage.system_ticks - usage_.system_ticks;
  into.add("seconds", ns_to_seconds(elapsed));
  into.add("count", static_cast<double>(count));
  into.add("per_second", static_cast<double>(count) / ns_to_seconds(elapsed));
  into.add("server_us_each", share(spent, count) / 1e3);
  into.add("per_cpu_second", share(count, spent) * 1e9);
  into.add("server_share", share(spent, elapsed));
  into.add("server_user_share", share(user, user + system)); // of its CPU time
  into.add("generator_share", 1 - share(waited, elapsed));
}

void wait_until_quiet(pid_t server) {
  using namespace std::chrono_literals;
  constexpr std::uint64_t quiet_ns = 1'000'000;
  constexpr int attempts = 100;
  auto before = usage_of(server).cpu_ns;
  for (int i = 0; i < attempts; ++i) {
    std::this_thread::sleep_for(50ms);
    const auto after = usage_of(server).cpu_ns;
    if (after - before < quiet_ns)
      return;
    before = after;
  }
}

} // namespace actormesh::bench
