/// Clients everywhere, for a run of the ledger.
#pragma once

#include "tests/mesh/ledger/run.hpp"
#include "tests/mesh/mesh_nodes.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace actormesh::mesh_tests {

/// Whether clients go to another node when theirs is gone.
enum class failover : std::uint8_t { no, yes };

struct traffic {
  std::vector<std::string> channels{"/default/x", "/default/y/z"};
  std::string pattern{"/default/*"};
  failover on_break = failover::no;
  double publishes_per_second = 0;
  std::uint64_t events = 0; ///< Of each publisher; 0: until it is stopped.
  std::chrono::milliseconds patience{10'000};
  std::chrono::milliseconds silence{0}; ///< See `subscriber_options`.

  /// Channels and patterns of each node with such subscribers.
  [[nodiscard]] std::uint64_t interest() const { return channels.size() + 1; }
};

/// A run that counts what the nodes that run count.
[[nodiscard]] std::unique_ptr<ledger::run> start_run(const mesh_nodes& on);

/// At each node that runs a subscriber to every channel and one to the pattern. Waits until they
/// have their subscriptions.
void subscribe_everywhere(ledger::run& run, const mesh_nodes& on, const traffic& how);

/// At each node that runs a publisher by HTTP and one by WebSocket. Their names begin with the
/// name of their first node.
void publish_everywhere(ledger::run& run, const mesh_nodes& on, const traffic& how);

/// Fails unless the sums agree; says all of them if they don't.
void require_agreement(const ledger::balance& sums);

/// And unless nothing is missing.
void require_all(const ledger::balance& sums);

/// Publishes and subscribes everywhere: each event comes once and in order.
void require_that_all_comes(const mesh_nodes& on, std::uint64_t events_of_each_publisher);

} // namespace actormesh::mesh_tests
