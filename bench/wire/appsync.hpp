/// The AppSync Event API as a client speaks it: realtime by WebSocket, publishing by HTTP.
#pragma once

#include "bench/wire/protocol.hpp"
#include "bench/wire/stamp_reader.hpp"

#include <cstdint>
#include <random>
#include <string>

namespace actormesh::bench::wire {

/// Where the API is and what is sent to it.
struct appsync_options {
  std::string host;        ///< `address:port`, for the Host header.
  std::string path_prefix; ///< Of the API, e.g. `/v/dev`; usually empty.
  std::string api_key;
  std::size_t event_bytes = 128;
};

/// `GET /event/realtime`, subscriptions and publishes as frames.
class appsync_realtime final : public protocol {
public:
  explicit appsync_realtime(const appsync_options& options);

  [[nodiscard]] std::string opening() const override;
  [[nodiscard]] std::size_t opened(std::string_view bytes) const override;
  [[nodiscard]] std::string greeting(std::string_view channel, std::size_t number) const override;
  void append_publish(std::string& out, std::string_view channel, std::uint64_t number,
                      std::uint64_t moment) override;
  intake read(std::string_view bytes, std::uint64_t now, histogram& latency) override;

private:
  appsync_options options_;
  std::string event_; ///< Escaped; only its moment changes.
  std::size_t stamp_at_ = 0;
  stamp_reader stamps_;
  std::mt19937 masks_{1};
};

/// `POST /event` on a connection that is kept alive.
class appsync_http final : public protocol {
public:
  explicit appsync_http(const appsync_options& options);

  [[nodiscard]] std::string opening() const override { return {}; }
  [[nodiscard]] std::size_t opened(std::string_view) const override { return 0; }
  [[nodiscard]] std::string greeting(std::string_view, std::size_t) const override { return {}; }
  void append_publish(std::string& out, std::string_view channel, std::uint64_t number,
                      std::uint64_t moment) override;
  intake read(std::string_view bytes, std::uint64_t now, histogram& latency) override;

private:
  std::string head_;  ///< Up to the value of Content-Length.
  std::string event_; ///< Escaped; only its moment changes.
  std::size_t stamp_at_ = 0;
};

/// Returns the length of the `101` response at the front of `bytes`, 0 for "more needed".
/// Throws `protocol_error` for any other status.
[[nodiscard]] std::size_t upgrade_response_size(std::string_view bytes);

} // namespace actormesh::bench::wire
