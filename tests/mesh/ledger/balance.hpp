/// What a run of the ledger comes to.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace actormesh::ledger {

/// What the nodes have counted themselves during a run, all of them together.
struct node_counts {
  std::map<std::string, std::uint64_t> losses = {}; ///< By reason.

  /// Events published; only known if every node lived through the whole run.
  std::uint64_t published = 0;
  bool published_is_known = false;

  [[nodiscard]] std::uint64_t loss(std::string_view reason) const;
  [[nodiscard]] std::uint64_t peer_losses() const {
    return loss("peer_down") + loss("peer_unconfirmed");
  }
  [[nodiscard]] std::uint64_t other_losses() const;
};

struct number_range {
  std::uint64_t first = 0;
  std::uint64_t last = 0;

  friend bool operator==(const number_range&, const number_range&) = default;
};

/// Consecutive events that did not come.
struct gap {
  std::string publisher;
  std::string channel;
  number_range numbers;

  friend bool operator==(const gap&, const gap&) = default;
};

struct publisher_balance {
  std::string name;
  std::uint64_t published = 0;
  std::uint64_t acknowledged = 0;
  std::uint64_t refused = 0;
  std::uint64_t unknown = 0;
  std::map<std::string, std::uint64_t> refusals; ///< By what they said.
  std::vector<std::chrono::steady_clock::duration> reconnects;
};

/// One subscription; of a subscriber that reconnects, all its sessions.
struct subscription_balance {
  std::string name;
  std::string pattern;
  std::string nodes;           ///< Where it was, in order.
  std::uint64_t due = 0;       ///< Acknowledged events that had to come.
  std::uint64_t delivered = 0; ///< Those of them that did.
  std::uint64_t beyond = 0;    ///< Came without being due, such as those of unknown outcome.
  std::uint64_t missing = 0;
  std::uint64_t duplicates = 0;
  std::uint64_t reordered = 0;
  std::vector<gap> gaps;
  std::vector<std::chrono::steady_clock::duration> reconnects;
};

/// `disagreements` is what matters: nothing there means that each event is where it should be or
/// is a counted loss.
struct balance {
  std::vector<publisher_balance> publishers;
  std::vector<subscription_balance> subscriptions;
  node_counts counted;

  std::uint64_t refused_but_delivered = 0;
  std::uint64_t strangers = 0; ///< Events that nobody published, or to other channels.

  /// Pairs of an event and a node other than that which took it, where the event was due and no
  /// subscriber of that node got it: what a link has lost.
  std::uint64_t missing_at_peers = 0;
  /// Such pairs whose event went down with the node that had taken it.
  std::uint64_t lost_with_nodes = 0;
  /// Missing at single subscribers: others at the same node got it, or the node itself took it.
  std::uint64_t missing_locally = 0;
  /// Pairs of an event that may have been taken and another node with subscribers, none of which
  /// got it, due or not: no more than that can be counted as `peer_down`.
  std::uint64_t undelivered_at_peers = 0;

  std::vector<std::string> faults;        ///< The first single ones, in words.
  std::vector<std::string> disagreements; ///< What does not add up.

  [[nodiscard]] std::uint64_t published() const;
  [[nodiscard]] std::uint64_t acknowledged() const;
  [[nodiscard]] std::uint64_t refused() const;
  [[nodiscard]] std::uint64_t unknown() const;
  [[nodiscard]] std::uint64_t due() const;
  [[nodiscard]] std::uint64_t delivered() const;
  [[nodiscard]] std::uint64_t missing() const;
  [[nodiscard]] std::uint64_t duplicates() const;
  [[nodiscard]] std::uint64_t reordered() const;

  [[nodiscard]] bool agrees() const { return disagreements.empty(); }
};

/// Fills `disagreements` from the rest.
void check(balance& what);

/// For people.
[[nodiscard]] std::string to_table(const balance& what);

/// For programs: one object.
[[nodiscard]] std::string to_json(const balance& what);

} // namespace actormesh::ledger
