/// The measurements the generator can make. Each returns what it found or throws.
#pragma once

#include "bench/loadgen/options.hpp"
#include "bench/loadgen/report.hpp"

namespace actormesh::bench {

/// Publishes to subscribers, with a window or at a rate, and measures deliveries.
[[nodiscard]] report run_stream(const target_options& target, const stream_options& options);

/// Publishes to a channel without subscribers and waits for the server's acknowledgements.
[[nodiscard]] report run_publish(const target_options& target, const publish_options& options);

/// Opens and subscribes connections as fast as the server lets them.
[[nodiscard]] report run_connect(const target_options& target, const connect_options& options);

/// Reads the server's memory before and after many connections subscribed.
[[nodiscard]] report run_idle(const target_options& target, const idle_options& options);

} // namespace actormesh::bench
