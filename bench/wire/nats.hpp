/// The NATS client protocol, plain or inside WebSocket frames, for comparison.
#pragma once

#include "bench/wire/protocol.hpp"
#include "bench/wire/stamp_reader.hpp"

#include <cstdint>
#include <random>
#include <string>

namespace actormesh::bench::wire {

enum class nats_transport : std::uint8_t { plain, websocket };

class nats final : public protocol {
public:
  nats(nats_transport transport, std::string host, std::size_t event_bytes);

  [[nodiscard]] std::string opening() const override;
  [[nodiscard]] std::size_t opened(std::string_view bytes) const override;
  [[nodiscard]] std::string greeting(std::string_view channel, std::size_t number) const override;
  void append_publish(std::string& out, std::string_view channel, std::uint64_t number,
                      std::uint64_t moment) override;
  intake read(std::string_view bytes, std::uint64_t now, histogram& latency) override;

private:
  /// Counts the whole protocol lines and messages at the front of `bytes`.
  intake read_lines(std::string_view bytes, std::uint64_t now, histogram& latency);
  intake read_frames(std::string_view bytes, std::uint64_t now, histogram& latency);

  nats_transport transport_;
  std::string host_;
  std::string event_; ///< Only its moment changes.
  std::size_t stamp_at_ = 0;
  stamp_reader stamps_;
  std::mt19937 masks_{1};
};

} // namespace actormesh::bench::wire
