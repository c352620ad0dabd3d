/// What the generator was told to do.
#pragma once

#include "bench/loadgen/socket.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include <sys/types.h>

namespace actormesh::bench {

enum class dialect : std::uint8_t {
  appsync,        ///< AppSync Event API, publishes by WebSocket.
  appsync_http,   ///< AppSync Event API, publishes by HTTP.
  nats,           ///< NATS, plain.
  nats_websocket, ///< NATS in WebSocket frames.
};

/// What the generator does while nothing arrives.
enum class waiting : std::uint8_t {
  spin,  ///< Looks again at once. Wakes nobody, so the server's writes cost it no wake-ups.
  sleep, ///< Lets the kernel wake it: where it has no core to itself.
};

/// Which server, and how to talk to it.
struct target_options {
  endpoint server;
  dialect speaks = dialect::appsync;
  std::string path_prefix; ///< Of the Event API.
  std::string api_key;
  std::string channel = "/default/bench"; ///< Or the parent of many channels.
  pid_t pid = 0;                          ///< The server's process.
  std::optional<endpoint> publish_server; ///< Where publishes of a stream go, if elsewhere,
  pid_t publish_pid = 0;                  ///< and that server's process.
  std::size_t payload = 128;              ///< Bytes of an event's JSON text.
  waiting idle = waiting::spin;
  std::size_t at_once = 128; ///< Connections that may be opening at the same time.
};

/// `fanout` and `channels`: publishes go to subscribers.
struct stream_options {
  std::size_t connections = 100;
  std::size_t channels = 1; ///< Connection i subscribes to channel i modulo this.
  std::size_t window = 16;  ///< Publishes not yet received by all their subscribers.
  double rate = 0;          ///< Publishes per second; replaces the window unless 0.
  double warmup = 1;        ///< Seconds that are not measured.
  double duration = 5;      ///< Seconds that are.
};

/// `publish`: publishes to a channel without subscribers.
struct publish_options {
  std::size_t connections = 8;
  std::size_t depth = 1; ///< Requests in flight on each connection.
  double warmup = 1;
  double duration = 5;
};

/// `connect`: connections that open and subscribe, all at the same time open.
struct connect_options {
  std::size_t connections = 5'000;
  std::size_t rounds = 3;
};

/// `idle`: connections that subscribe and wait.
struct idle_options {
  std::size_t connections = 10'000;
  std::size_t channels = 1; ///< Connection i subscribes to channel i modulo this.
  double hold = 3;          ///< Seconds to wait before memory is read.
};

} // namespace actormesh::bench
