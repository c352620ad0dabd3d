/// Every way a connection ends. Seen in logs and, as a close code, by the client.
#pragma once

#include <cstdint>

namespace actormesh {

enum class close_reason : std::uint8_t {
  client_closed,   ///< The client sent a close frame.
  client_gone,     ///< The socket ended or failed without one.
  unauthorized,    ///< After `connection_error`.
  refused,         ///< After `connection_error` for a limit.
  protocol_error,  ///< A frame broke the protocol; the close code says how.
  message_timeout, ///< It began a message and did not end it in time.
  ping_timeout,    ///< Nothing was heard of it in time after a ping.
  slow_consumer,   ///< Its queue was full and its policy is to disconnect.
  token_expired,   ///< The token it began with has, and its issuer's settings want that.
  lifetime_over,   ///< It has lived as long as a connection may.
  going_away,      ///< The node stops.
  drain_timeout,   ///< The node stopped before everything was sent.
  close_timeout,   ///< The client did not answer a close frame in time.
};

[[nodiscard]] constexpr const char* to_string(close_reason why) noexcept {
  switch (why) {
  case close_reason::client_closed:
    return "client_closed";
  case close_reason::client_gone:
    return "client_gone";
  case close_reason::unauthorized:
    return "unauthorized";
  case close_reason::refused:
    return "refused";
  case close_reason::protocol_error:
    return "protocol_error";
  case close_reason::message_timeout:
    return "message_timeout";
  case close_reason::ping_timeout:
    return "ping_timeout";
  case close_reason::slow_consumer:
    return "slow_consumer";
  case close_reason::token_expired:
    return "token_expired";
  case close_reason::lifetime_over:
    return "lifetime_over";
  case close_reason::going_away:
    return "going_away";
  case close_reason::drain_timeout:
    return "drain_timeout";
  case close_reason::close_timeout:
    return "close_timeout";
  }
  return "?";
}

} // namespace actormesh
