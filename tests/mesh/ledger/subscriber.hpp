/// Subscribes, and writes down what comes.
#pragma once

#include "tests/mesh/ledger/client.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace actormesh::process {
class web_socket;
}

namespace actormesh::ledger {

struct subscriber_options {
  client_options client = {};
  /// Exact channels and patterns, one subscription each on one WebSocket.
  std::vector<std::string> channels = {};
  /// Silence after which the connection counts as broken; keep-alives count. 0: never.
  std::chrono::milliseconds silence{0};
};

/// Runs from its construction on; connects again whenever the connection breaks.
class subscriber : public client {
public:
  subscriber(subscriber_options options, book& into);
  ~subscriber() override;

  [[nodiscard]] book::subscriber id() const noexcept { return id_; }

private:
  void run_session(const session& now) override;
  void reconnected(clock::duration took) override;

  void receive(process::web_socket& from, const session& now);
  void take(std::string_view text, const session& now);

  subscriber_options how_;
  book& book_;
  book::subscriber id_;
};

} // namespace actormesh::ledger
