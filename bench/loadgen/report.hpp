/// What a run found, as lines `name=value` that a script can read.
#pragma once

#include "bench/measure/histogram.hpp"
#include "bench/measure/process_usage.hpp"

#include <cstdint>
#include <string>
#include <string_view>

#include <sys/types.h>

namespace actormesh::bench {

class report {
public:
  void add(std::string_view name, double value);

  /// Adds `<name>_p50_us`, `_p99_us` and `_p999_us`.
  void add_quantiles(std::string_view name, const histogram& of);

  [[nodiscard]] const std::string& text() const noexcept { return text_; }

private:
  std::string text_;
};

class client_pool;

/// Time, CPU of the server and work of the generator between two moments.
class stopwatch {
public:
  /// Starts at once.
  stopwatch(pid_t server, const client_pool& generator);

  /// Ends it and adds what is the same for all scenarios: how many things happened, how many per
  /// second, the server's CPU time for each, and how busy either side was.
  void finish(report& into, std::uint64_t count) const;

private:
  pid_t server_;
  const client_pool& generator_;
  process_usage usage_;
  std::uint64_t waited_ns_;
  std::uint64_t started_;
};

/// Waits until the server has used next to no CPU for a moment, at most some seconds.
void wait_until_quiet(pid_t server);

} // namespace actormesh::bench
