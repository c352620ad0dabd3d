#include "net/admin/metrics.hpp"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <limits>

namespace actormesh::admin {

namespace {

using prometheus::MetricFamily;
using prometheus::MetricType;
using telemetry::counter;
using telemetry::loop_counters;

/// Builds the families one after the other.
class page {
public:
  explicit page(std::span<const loop_counters* const> loops)
    : loops_(loops) {}

  void total(const char* name, const char* help, counter loop_counters::*member) {
    auto& metric = family(name, help, MetricType::Counter).metric.emplace_back();
    metric.counter.value = sum(member);
  }

  void gauge(const char* name, const char* help, counter loop_counters::*member) {
    auto& metric = family(name, help, MetricType::Gauge).metric.emplace_back();
    metric.gauge.value = sum(member);
  }

  template <class Enum>
  void totals(const char* name, const char* help, const char* label,
              telemetry::counters_by<Enum> loop_counters::*member) {
    auto& made = family(name, help, MetricType::Counter);
    for (std::size_t i = 0; i < static_cast<std::size_t>(Enum::count); ++i) {
      auto& metric = made.metric.emplace_back();
      metric.label.push_back({label, to_string(static_cast<Enum>(i))});
      for (const auto* each : loops_)
        metric.counter.value += static_cast<double>((each->*member)[i].get());
    }
  }

  void latency(const char* name, const char* help) {
    using histogram = telemetry::latency_histogram;
    auto& metric = family(name, help, MetricType::Histogram).metric.emplace_back();
    std::uint64_t so_far = 0;
    for (std::size_t i = 0; i <= histogram::bounds.size(); ++i) {
      for (const auto* each : loops_)
        so_far += each->publish_latency.in_bucket(i);
      const auto bound = i < histogram::bounds.size() ? histogram::bounds[i]
                                                      : std::numeric_limits<double>::infinity();
      metric.histogram.bucket.push_back({so_far, bound});
    }
    metric.histogram.sample_count = so_far;
    for (const auto* each : loops_)
      metric.histogram.sample_sum += each->publish_latency.sum_seconds();
  }

  MetricFamily& family(const char* name, const char* help, MetricType type) {
    auto& made = families_.emplace_back();
    made.name = name;
    made.help = help;
    made.type = type;
    return made;
  }

  [[nodiscard]] std::string text() const {
    return prometheus::TextSerializer{}.Serialize(families_);
  }

private:
  [[nodiscard]] double sum(counter loop_counters::*member) const {
    double result = 0;
    for (const auto* each : loops_)
      result += static_cast<double>((each->*member).get());
    return result;
  }

  std::span<const loop_counters* const> loops_;
  std::vector<MetricFamily> families_;
};

} // namespace

std::string format_metrics(std::span<const loop_counters* const> loops, const node_figures& node) {
  page out{loops};
  out.gauge("actormesh_http_connections", "HTTP connections that are open",
            &loop_counters::http_connections);
  out.total("actormesh_http_requests_total", "HTTP requests that were handled",
            &loop_counters::http_requests);
  out.total("actormesh_http_errors_total", "HTTP answers with status 400 or above",
            &loop_counters::http_errors);
  out.gauge("actormesh_websocket_connections", "WebSocket connections that are open",
            &loop_counters::connections);
  out.gauge("actormesh_mesh_clients", "C++ clients that are connected to the mesh port",
            &loop_counters::mesh_clients);
  out.totals<telemetry::connect_result>("actormesh_connects_total",
                                        "Connections of clients asked for, by result", "result",
                                        &loop_counters::connects);
  auto& by_api = out.family("actormesh_api_connections", "Admitted WebSocket connections by API",
                            MetricType::Gauge);
  for (const auto& [id, number] : node.connections_of_apis) {
    auto& metric = by_api.metric.emplace_back();
    metric.label.push_back({"api", id});
    metric.gauge.value = static_cast<double>(number);
  }
  out.gauge("actormesh_subscriptions", "Subscriptions of all connections",
            &loop_counters::subscriptions);
  out.gauge("actormesh_channels", "Channels and patterns that have an actor, on all loops",
            &loop_counters::channels);
  out.totals<telemetry::auth_refusal>("actormesh_auth_refusals_total",
                                      "Operations refused to their callers, by reason", "reason",
                                      &loop_counters::auth_refusals);
  out.totals<telemetry::connection_failure>("actormesh_connection_failures_total",
                                            "Connections that ended before their first request",
                                            "reason", &loop_counters::connection_failures);
  out.totals<telemetry::publish_result>("actormesh_publishes_total", "Publish requests by result",
                                        "result", &loop_counters::publishes);
  out.total("actormesh_events_published_total", "Events accepted from publishers",
            &loop_counters::events_published);
  out.total("actormesh_deliveries_total", "Events given to the sockets of subscribers",
            &loop_counters::deliveries);
  out.totals<telemetry::loss_reason>("actormesh_losses_total",
                                     "Events that did not reach a subscriber, by reason", "reason",
                                     &loop_counters::losses);
  out.total("actormesh_received_bytes_total", "Bytes read from clients",
            &loop_counters::bytes_received);
  out.total("actormesh_sent_bytes_total", "Bytes given to the sockets of clients",
            &loop_counters::bytes_sent);
  out.total("actormesh_protocol_errors_total", "Requests and frames refused as malformed",
            &loop_counters::protocol_errors);
  out.latency("actormesh_publish_latency_seconds",
              "From the last byte of a publish request to the hand-over to its subscribers");
  out.family("actormesh_lost_log_lines_total", "Log lines dropped because stderr was slow",
             MetricType::Counter)
      .metric.emplace_back()
      .counter.value = static_cast<double>(node.lost_log_lines);
  if (node.audit != nullptr) {
    const auto total = [&](const char* name, const char* help, std::uint64_t value) {
      out.family(name, help, MetricType::Counter).metric.emplace_back().counter.value =
          static_cast<double>(value);
    };
    total("actormesh_audit_records_total", "Records written to the audit log",
          node.audit->records_written);
    total("actormesh_audit_records_lost_total", "Records that found no room in the audit log",
          node.audit->records_lost);
    total("actormesh_audit_write_errors_total", "Attempts to write the audit log that failed",
          node.audit->write_errors);
    out.family("actormesh_audit_failing", "1 while the audit log can't be written",
               MetricType::Gauge)
        .metric.emplace_back()
        .gauge.value = node.audit->failing ? 1 : 0;
  }
  out.family("actormesh_start_time_seconds", "When the node started, in seconds since the epoch",
             MetricType::Gauge)
      .metric.emplace_back()
      .gauge.value = node.started;
  return out.text();
}

} // namespace actormesh::admin
