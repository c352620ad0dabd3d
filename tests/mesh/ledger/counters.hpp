/// What nodes count during a run.
#pragma once

#include "tests/mesh/ledger/balance.hpp"
#include "tests/mesh/ledger/place.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace actormesh::ledger {

/// Reads `/metrics` of each node when it joins the run and at the end, or before a node is stopped.
class counters {
public:
  /// Counts what the node counts from now on.
  void begin(const place& node);

  /// Counts all that the node has counted since its start.
  void begin_at_start(const place& node);

  /// Takes the node's losses as they are now: it is about to be stopped.
  void end(const place& node);

  /// The node is gone, and its numbers since `begin` with it.
  void forget(const std::string& node);

  /// Not all that is published is in the book: it is not compared with what the nodes count.
  void expect_others() { others_publish_ = true; }

  /// Takes the numbers of all that have not ended; the sums of all.
  [[nodiscard]] node_counts finish();

private:
  struct numbers {
    std::map<std::string, std::uint64_t> losses;
    std::uint64_t published = 0;
  };

  struct running {
    place where;
    numbers at_begin;
  };

  [[nodiscard]] static numbers read(const place& node);
  void take(const running& node);

  std::map<std::string, running> running_;
  node_counts sums_;
  bool all_lived_ = true;
  bool any_began_ = false;
  bool others_publish_ = false;
};

} // namespace actormesh::ledger
