/// One run of the ledger: clients, the book they write, and the nodes' own numbers.
#pragma once

#include "tests/mesh/ledger/book.hpp"
#include "tests/mesh/ledger/counters.hpp"
#include "tests/mesh/ledger/publisher.hpp"
#include "tests/mesh/ledger/subscriber.hpp"
#include "tests/process/program.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace actormesh::ledger {

/// Operations that wait throw after `limit`, with what they have seen last.
class run {
public:
  static inline const auto limit = process::patience;

  explicit run(std::string key)
    : key_(std::move(key)) {}

  [[nodiscard]] ledger::book& book() noexcept { return book_; }
  [[nodiscard]] ledger::counters& counters() noexcept { return counters_; }

  /// Start a client; the name and the key are filled in where they are empty.
  publisher& publish(publisher_options options);
  subscriber& subscribe(subscriber_options options);

  /// Until every subscriber has its subscriptions.
  void wait_until_subscribed();

  /// Until so many events more have been acknowledged.
  void wait_for_acknowledged(std::uint64_t more);

  /// Until so many events more have been refused.
  void wait_for_refused(std::uint64_t more);

  /// Until publishers that end by themselves have ended.
  void wait_for_publishers();

  /// Ends the publishers when they have their answers.
  void stop_publishing();

  /// Waits until everything that is on its way has come. `nodes` are those that are up: each
  /// publishes one last event to every channel, and these have to come. What is missing after them
  /// gets another moment.
  void settle(const std::vector<place>& nodes);

  /// Ends everything and closes the book.
  [[nodiscard]] balance finish();

private:
  [[nodiscard]] std::string last_errors() const;
  void fill_in(client_options& options, std::string_view kind, std::size_t number) const;

  std::string key_;
  ledger::book book_;
  ledger::counters counters_;
  std::size_t publishers_made_ = 0;
  std::vector<std::unique_ptr<publisher>> publishers_;
  std::vector<std::unique_ptr<subscriber>> subscribers_;
};

} // namespace actormesh::ledger
