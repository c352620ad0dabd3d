/// What an audit log counts.
#pragma once

#include <atomic>
#include <cstdint>

namespace actormesh::audit {

/// Any thread reads. Totals never fall; gauges (marked) do.
struct figures {
  std::atomic<std::uint64_t> records_written{0};
  std::atomic<std::uint64_t> records_lost{0}; ///< They found no room, or the node stopped first.
  std::atomic<std::uint64_t> bytes_written{0};
  std::atomic<std::uint64_t> write_errors{0}; ///< Of writing, syncing, rotating: each attempt.
  std::atomic<std::uint64_t> rotations{0};
  std::atomic<std::uint64_t> queued_bytes{0}; ///< Gauge.
  std::atomic<bool> failing{false};           ///< Gauge: the last attempt to write failed.
};

} // namespace actormesh::audit
