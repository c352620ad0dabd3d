/// `/metrics`: what the loops have counted, for Prometheus.
#pragma once

#include "audit/log.hpp"
#include "telemetry/counters.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace actormesh::admin {

/// What a node knows of itself beside its loops' counters.
struct node_figures {
  std::vector<std::pair<std::string, std::size_t>> connections_of_apis;
  std::uint64_t lost_log_lines = 0;
  double started = 0;                    ///< Seconds since the epoch.
  const audit::figures* audit = nullptr; ///< Null: nothing is audited.
};

/// Any thread: the sums over all loops, in the Prometheus text format, version 0.0.4.
[[nodiscard]] std::string format_metrics(std::span<const telemetry::loop_counters* const> loops,
                                         const node_figures& node);

} // namespace actormesh::admin
