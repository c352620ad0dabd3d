/// Limits of the WebSocket side, for every listener.
#pragma once

#include <chrono>
#include <cstddef>

namespace actormesh::config {

struct websocket_settings {
  /// amplify-js doubles a publish frame, so twice 1.2 MB plus JSON escaping.
  std::size_t message_bytes = 8 * 1024 * 1024;
  /// Bytes that may wait for one subscriber before its slow-consumer policy applies. Centrifugo and
  /// soketi bound a client's queue at the same size.
  std::size_t queue_bytes = 1024 * 1024;
  /// `ka` frames: AWS sends one a minute.
  std::chrono::milliseconds keep_alive_interval{60'000};
  /// What `connection_ack` tells the client: AWS says five minutes.
  std::chrono::milliseconds connection_timeout{300'000};
  /// AWS ends a connection after 24 hours.
  std::chrono::milliseconds connection_lifetime = std::chrono::hours{24};
  /// How long the node waits for the peer's close frame, and for the last bytes to leave.
  std::chrono::milliseconds close_timeout{5'000};
  /// What a message that has begun gets to become whole, at least; at most twice this. As long as a
  /// body of HTTP may take.
  std::chrono::milliseconds message_timeout{30'000};
  /// Off: compression costs CPU, and memory at the client, for small events.
  bool compression = false;
  /// Smallest event that is compressed, in bytes. Below this size deflate gains nothing.
  std::size_t compression_threshold = 256;

  friend bool operator==(const websocket_settings&, const websocket_settings&) = default;
};

} // namespace actormesh::config
