/// What a loop counts. Written by its own loop only, read by anybody.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace actormesh::telemetry {

/// A number with one writer and many readers: no locked instruction.
class counter {
public:
  /// The writing thread only.
  void add(std::uint64_t n = 1) noexcept {
    value_.store(value_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }
  /// The writing thread only.
  void sub(std::uint64_t n = 1) noexcept {
    value_.store(value_.load(std::memory_order_relaxed) - n, std::memory_order_relaxed);
  }
  /// Any thread.
  [[nodiscard]] std::uint64_t get() const noexcept {
    return value_.load(std::memory_order_relaxed);
  }

private:
  std::atomic<std::uint64_t> value_{0};
};

/// Why an event that matched a subscription did not reach its client. Nothing is lost without one.
enum class loss_reason : std::uint8_t {
  slow_consumer_disconnected, ///< It was queued or came when the policy closed the connection.
  slow_consumer_dropped_oldest,
  slow_consumer_dropped_newest,
  connection_closed, ///< It was queued when the connection ended for another reason.
  drain_timeout,     ///< It was queued when a stopping node ran out of time.
  peer_down,         ///< A node that wants it could not be reached. Counted for each such node.
  peer_unconfirmed,  ///< It was sent to a node, and the link broke before that said it had it.
  peer_queue_full,   ///< Too much waited for a node.
  too_large,         ///< It is larger than a frame between nodes may be.
  count,
};

/// How a publish request ended.
enum class publish_result : std::uint8_t {
  accepted,
  partly_failed, ///< Some events were accepted, some not.
  invalid,
  unauthorized,
  rate_limited,
  unavailable,
  count,
};

/// How a connection attempt ended.
enum class connect_result : std::uint8_t {
  accepted,
  unauthorized,
  rate_limited,
  too_many,
  bad_request,
  count,
};

/// Why a connection ended before its first request.
enum class connection_failure : std::uint8_t {
  timeout,      ///< It said too little, for too long.
  tls,          ///< The handshake failed.
  proxy_header, ///< A proxy sent no PROXY protocol header.
  count,
};

/// Why credentials did not suffice.
enum class auth_refusal : std::uint8_t {
  missing_credentials,
  wrong_credentials,
  expired,
  not_permitted, ///< They were good, and do not cover the operation.
  refused_by_authorizer,
  authorizer_unavailable,
  throttled, ///< Too many wrong ones came from the address.
  count,
};

[[nodiscard]] const char* to_string(connection_failure) noexcept;
[[nodiscard]] const char* to_string(auth_refusal) noexcept;
[[nodiscard]] const char* to_string(loss_reason) noexcept;
[[nodiscard]] const char* to_string(publish_result) noexcept;
[[nodiscard]] const char* to_string(connect_result) noexcept;

/// Time from the last byte of a publish request to its events being handed to their subscribers.
class latency_histogram {
public:
  /// Upper bounds of the buckets in seconds; one more bucket is open.
  static constexpr std::array<double, 14> bounds{0.00005, 0.0001, 0.00025, 0.0005, 0.001,
                                                 0.0025,  0.005,  0.01,    0.025,  0.05,
                                                 0.1,     0.25,   1.0,     5.0};

  /// The writing thread only.
  void observe(std::chrono::nanoseconds elapsed, std::uint64_t times) noexcept;

  [[nodiscard]] std::uint64_t in_bucket(std::size_t index) const noexcept {
    return buckets_[index].get();
  }
  [[nodiscard]] double sum_seconds() const noexcept {
    return static_cast<double>(sum_nanoseconds_.get()) * 1e-9;
  }

private:
  std::array<counter, bounds.size() + 1> buckets_;
  counter sum_nanoseconds_;
};

template <class Enum>
using counters_by = std::array<counter, static_cast<std::size_t>(Enum::count)>;

/// Everything one loop counts. Totals never fall; gauges (marked) do.
struct loop_counters {
  counter http_connections; ///< Gauge.
  counters_by<connection_failure> connection_failures;
  counter http_requests;
  counter http_errors;
  counter connections;  ///< Gauge: WebSocket connections that are open.
  counter mesh_clients; ///< Gauge: C++ clients on the mesh port.
  counters_by<connect_result> connects;
  counter subscriptions; ///< Gauge.
  counter channels;      ///< Gauge.
  counter bytes_received;
  counter bytes_sent;
  counters_by<publish_result> publishes;
  counters_by<auth_refusal> auth_refusals;
  counter events_published;
  counter deliveries; ///< Events whose frames the sockets of subscribers took.
  counters_by<loss_reason> losses;
  counter protocol_errors; ///< Frames and requests that were refused as malformed.
  latency_histogram publish_latency;

  [[nodiscard]] counter& lost(loss_reason why) noexcept {
    return losses[static_cast<std::size_t>(why)];
  }
  [[nodiscard]] counter& published(publish_result how) noexcept {
    return publishes[static_cast<std::size_t>(how)];
  }
  [[nodiscard]] counter& failed(connection_failure why) noexcept {
    return connection_failures[static_cast<std::size_t>(why)];
  }
  [[nodiscard]] counter& refused(auth_refusal why) noexcept {
    return auth_refusals[static_cast<std::size_t>(why)];
  }
  [[nodiscard]] counter& connected(connect_result how) noexcept {
    return connects[static_cast<std::size_t>(how)];
  }
};

} // namespace actormesh::telemetry
