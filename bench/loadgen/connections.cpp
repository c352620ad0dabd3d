#include "bench/loadgen/client_pool.hpp"
#include "bench/loadgen/protocols.hpp"
#include "bench/loadgen/scenarios.hpp"
#include "bench/measure/clock.hpp"

#include <algorithm>
#include <string>

namespace actormesh::bench {
namespace {

/// Connection i subscribes to channel i modulo `channels`.
void open_subscribers(client_pool& pool, wire::protocol& speaks, const target_options& target,
                      std::size_t connections, std::size_t channels) {
  pool.open_all(connections, target.at_once, speaks, [&target, channels](std::size_t number) {
    return channel_name(target, number % channels, channels);
  });
}

void hold(client_pool& pool, double seconds) {
  const auto end = now_ns() + seconds_to_ns(seconds);
  for (auto now = now_ns(); now < end; now = now_ns())
    pool.poll(end - now, [](client&, const wire::intake&) {});
}

} // namespace

report run_connect(const target_options& target, const connect_options& options) {
  const auto speaks = subscriber_protocol(target);
  client_pool pool{target.server, target.idle};
  std::uint64_t elapsed = 0;
  std::uint64_t server_cpu = 0;
  std::uint64_t waited = 0;
  for (std::size_t round = 0; round < options.rounds; ++round) {
    wait_until_quiet(target.pid); // the previous round's connections are gone then
    const auto server_before = usage_of(target.pid).cpu_ns;
    const auto waited_before = pool.waited_ns();
    const auto started = now_ns();
    open_subscribers(pool, *speaks, target, options.connections, 1);
    elapsed += now_ns() - started;
    waited += pool.waited_ns() - waited_before;
    server_cpu += usage_of(target.pid).cpu_ns - server_before;
    pool.close_all();
  }
  const auto connections = static_cast<double>(options.connections * options.rounds);
  report found;
  found.add("count", connections);
  found.add("per_second", connections / ns_to_seconds(elapsed));
  found.add("server_us_each", ns_to_us(server_cpu) / connections);
  found.add("server_share", static_cast<double>(server_cpu) / static_cast<double>(elapsed));
  found.add("generator_share", 1 - static_cast<double>(waited) / static_cast<double>(elapsed));
  found.add_quantiles("latency", pool.setup_time());
  return found;
}

report run_idle(const target_options& target, const idle_options& options) {
  const auto speaks = subscriber_protocol(target);
  client_pool pool{target.server, target.idle};
  const auto before = usage_of(target.pid);
  open_subscribers(pool, *speaks, target, options.connections, options.channels);
  const auto opened = usage_of(target.pid);
  hold(pool, options.hold);
  const auto after = usage_of(target.pid);

  const auto connections = static_cast<double>(options.connections);
  const auto grown = after.rss_bytes - std::min(before.rss_bytes, after.rss_bytes);
  report found;
  found.add("count", connections);
  found.add("rss_before_kib", static_cast<double>(before.rss_bytes) / 1024);
  found.add("rss_after_kib", static_cast<double>(after.rss_bytes) / 1024);
  found.add("rss_bytes_per_connection", static_cast<double>(grown) / connections);
  found.add("idle_server_share",
            static_cast<double>(after.cpu_ns - opened.cpu_ns) / (options.hold * 1e9));
  return found;
}

} // namespace actormesh::bench
