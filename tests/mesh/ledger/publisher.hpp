/// Publishes numbered events.
#pragma once

#include "tests/mesh/ledger/client.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace actormesh::ledger {

enum class transport : std::uint8_t {
  http,     ///< One connection that is kept alive.
  websocket ///< Publish messages on one connection.
};

struct publisher_options {
  client_options client = {};
  transport how = transport::http;
  /// It publishes to each in turn.
  std::vector<std::string> channels = {};
  /// 0: as fast as answers come.
  double publishes_per_second = 0;
  /// Publishes that may wait for their answers.
  std::size_t in_flight = 1;
  std::size_t events_per_publish = 1;
  std::size_t event_bytes = 0; ///< At least so many.
  /// Events until it ends by itself; 0: until it is stopped.
  std::uint64_t events = 0;
};

/// A connection that publishes.
class publish_wire;

/// Runs from its construction on; what becomes of its events is in the book. When it is stopped it
/// still waits for the answers to what it has sent.
class publisher : public client {
public:
  publisher(publisher_options options, book& into);
  ~publisher() override;

  [[nodiscard]] book::publisher id() const noexcept { return id_; }

private:
  struct flight {
    std::uint64_t id = 0;
    std::vector<stamp> events;
    clock::time_point sent;
  };

  void run_session(const session& now) override;
  void reconnected(clock::duration took) override;

  [[nodiscard]] bool has_more() const;
  void exchange(publish_wire& with, const session& now);
  void send_next(publish_wire& with);
  void take_answer(publish_wire& with, const session& now);
  void give_up();

  publisher_options how_;
  book& book_;
  book::publisher id_;
  std::deque<flight> flights_;
  std::uint64_t publishes_ = 0;
  std::uint64_t events_ = 0;
  clock::time_point due_{};
};

} // namespace actormesh::ledger
