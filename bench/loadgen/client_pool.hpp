/// Client connections on one epoll instance.
#pragma once

#include "bench/loadgen/options.hpp"
#include "bench/loadgen/socket.hpp"
#include "bench/measure/histogram.hpp"
#include "bench/wire/protocol.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <sys/epoll.h>

namespace actormesh::bench {

/// One connection to the server.
struct client {
  enum class stage : std::uint8_t { connecting, opening, greeting, ready };

  descriptor socket;
  wire::protocol* speaks = nullptr;
  std::size_t number = 0;    ///< In its pool, from 0 on, in the order of opening.
  std::uint64_t started = 0; ///< When it began to connect.
  std::string channel;       ///< That it subscribes to; empty for a publisher.
  std::string carry;         ///< Start of a message whose end has not come yet.
  std::string unsent;        ///< What the kernel did not take.
  stage at = stage::connecting;
};

/// One thread: opens connections, reads whatever is readable, hands out what was counted.
class client_pool {
public:
  /// Is told what each read of a ready connection contained.
  using listener = std::function<void(client&, const wire::intake&)>;

  client_pool(endpoint server, waiting idle);

  /// Where connections that are opened from now on go.
  void server(endpoint where) { server_ = std::move(where); }

  /// Starts one connection; it is ready after some `poll`.
  client& open(wire::protocol& speaks, std::string channel);

  /// Opens `count` connections, at most `at_once` of them unfinished, and waits for all.
  /// `channel_of` maps a connection's number to its channel.
  void open_all(std::size_t count, std::size_t at_once, wire::protocol& speaks,
                const std::function<std::string(std::size_t)>& channel_of);

  /// Waits at most `timeout_ns` and reads every readable connection once.
  void poll(std::uint64_t timeout_ns, const listener& heard);

  /// Sends `bytes`, keeping what the kernel does not take now.
  void send(client& to, std::string_view bytes);

  /// Closes all connections.
  void close_all();

  [[nodiscard]] std::size_t size() const noexcept { return clients_.size(); }
  [[nodiscard]] std::size_t ready() const noexcept { return ready_; }
  [[nodiscard]] client& at(std::size_t number) { return clients_[number]; }

  /// Returns how long `poll` has waited with nothing to do, in nanoseconds.
  [[nodiscard]] std::uint64_t waited_ns() const noexcept { return waited_ns_; }

  /// Ages of received events, in nanoseconds.
  [[nodiscard]] histogram& latency() noexcept { return latency_; }

  /// Times from `connect` to ready, in nanoseconds.
  [[nodiscard]] histogram& setup_time() noexcept { return setup_time_; }

private:
  /// Returns how many `events_` there are, after at most `timeout_ns`.
  std::size_t wait(std::uint64_t timeout_ns);
  void on_ready(std::uint32_t flags, client& which, const listener& heard);
  void on_connected(client& which);
  void on_readable(client& which, const listener& heard);
  void greet(client& which);
  void finish_setup(client& which, const wire::intake& found);
  void watch(client& which, std::uint32_t flags, int operation);

  /// Large enough for the largest event and for thousands of small ones in one read.
  static constexpr std::size_t read_bytes = 4 * 1024 * 1024;
  static constexpr std::size_t events_at_once = 4096;

  endpoint server_;
  waiting idle_;
  descriptor epoll_;
  std::deque<client> clients_; ///< Addresses stay: epoll holds them.
  std::size_t ready_ = 0;
  std::uint64_t waited_ns_ = 0;
  histogram latency_;
  histogram setup_time_;
  std::unique_ptr<char[]> buffer_;
  std::array<epoll_event, events_at_once> events_{};
};

} // namespace actormesh::bench
