#include "telemetry/counters.hpp"

#include <algorithm>

namespace actormesh::telemetry {

const char* to_string(connection_failure why) noexcept {
  switch (why) {
  case connection_failure::timeout:
    return "timeout";
  case connection_failure::tls:
    return "tls";
  case connection_failure::proxy_header:
    return "proxy_header";
  case connection_failure::count:
    break;
  }
  return "?";
}

const char* to_string(auth_refusal why) noexcept {
  switch (why) {
  case auth_refusal::missing_credentials:
    return "missing_credentials";
  case auth_refusal::wrong_credentials:
    return "wrong_credentials";
  case auth_refusal::expired:
    return "expired";
  case auth_refusal::not_permitted:
    return "not_permitted";
  case auth_refusal::refused_by_authorizer:
    return "refused_by_authorizer";
  case auth_refusal::authorizer_unavailable:
    return "authorizer_unavailable";
  case auth_refusal::throttled:
    return "throttled";
  case auth_refusal::count:
    break;
  }
  return "?";
}

const char* to_string(loss_reason why) noexcept {
  switch (why) {
  case loss_reason::slow_consumer_disconnected:
    return "slow_consumer_disconnected";
  case loss_reason::slow_consumer_dropped_oldest:
    return "slow_consumer_dropped_oldest";
  case loss_reason::slow_consumer_dropped_newest:
    return "slow_consumer_dropped_newest";
  case loss_reason::connection_closed:
    return "connection_closed";
  case loss_reason::drain_timeout:
    return "drain_timeout";
  case loss_reason::peer_down:
    return "peer_down";
  case loss_reason::peer_unconfirmed:
    return "peer_unconfirmed";
  case loss_reason::peer_queue_full:
    return "peer_queue_full";
  case loss_reason::too_large:
    return "too_large";
  case loss_reason::count:
    break;
  }
  return "?";
}

const char* to_string(publish_result how) noexcept {
  switch (how) {
  case publish_result::accepted:
    return "accepted";
  case publish_result::partly_failed:
    return "partly_failed";
  case publish_result::invalid:
    return "invalid";
  case publish_result::unauthorized:
    return "unauthorized";
  case publish_result::rate_limited:
    return "rate_limited";
  case publish_result::unavailable:
    return "unavailable";
  case publish_result::count:
    break;
  }
  return "?";
}

const char* to_string(connect_result how) noexcept {
  switch (how) {
  case connect_result::accepted:
    return "accepted";
  case connect_result::unauthorized:
    return "unauthorized";
  case connect_result::rate_limited:
    return "rate_limited";
  case connect_result::too_many:
    return "too_many";
  case connect_result::bad_request:
    return "bad_request";
  case connect_result::count:
    break;
  }
  return "?";
}

void latency_histogram::observe(std::chrono::nanoseconds elapsed, std::uint64_t times) noexcept {
  const auto seconds = std::chrono::duration<double>(elapsed).count();
  const auto bound = std::lower_bound(bounds.begin(), bounds.end(), seconds);
  buckets_[static_cast<std::size_t>(bound - bounds.begin())].add(times);
  sum_nanoseconds_.add(static_cast<std::uint64_t>(elapsed.count()) * times);
}

} // namespace actormesh::telemetry
