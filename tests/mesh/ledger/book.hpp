/// What was published and what came, event by event.
#pragma once

#include "tests/mesh/ledger/balance.hpp"
#include "tests/mesh/ledger/stamp.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace actormesh::ledger {

using clock = std::chrono::steady_clock;

/// What a publisher knows of an event.
enum class outcome : std::uint8_t {
  pending,      ///< No answer yet.
  acknowledged, ///< The node has taken it.
  refused,      ///< The node has not: nobody may get it.
  unknown       ///< The connection broke before the answer.
};

/// Whether a subscription to `pattern` gets events of `channel`.
[[nodiscard]] bool matches(std::string_view pattern, std::string_view channel);

/// Any thread. Publishers and subscribers write into it while they run; the balance says what
/// became of each event.
class book {
public:
  using publisher = std::size_t;
  using subscriber = std::size_t;

  // -- publishing ---------------------------------------------------------------------------------

  [[nodiscard]] publisher add_publisher(std::string name);

  /// From now on the publisher's events go through this connection.
  void open_connection(publisher who, std::string node);

  /// The connection broke at `since`, and the publisher's first answer on another one came.
  void reconnected(publisher who, clock::duration took);

  /// The stamp of the next event, whose publish starts now.
  [[nodiscard]] stamp publish(publisher who, const std::string& channel, clock::time_point now);

  void settle(const stamp& what, outcome how);

  /// What a refusal said; shown in the balance.
  void note_refusal(publisher who, const std::string& why);

  /// A node was killed: what it had taken may have gone with it.
  void node_died(std::string_view node);

  // -- subscribing --------------------------------------------------------------------------------

  [[nodiscard]] subscriber add_subscriber(std::string name, std::vector<std::string> patterns);

  /// From now on the subscriber is connected to this node.
  void open_session(subscriber who, std::string node);

  /// The subscription is confirmed: what is published from now on has to come.
  void subscribed(subscriber who, std::size_t subscription, clock::time_point now);

  /// An event came.
  void arrive(subscriber who, std::size_t subscription, std::string_view event);

  /// The connection broke: what was published last may not come.
  void close_session(subscriber who);

  void reconnected_subscriber(subscriber who, clock::duration took);

  // -- looking ------------------------------------------------------------------------------------

  [[nodiscard]] std::set<std::string> channels() const;

  /// Whether the subscriber's connection has all its subscriptions confirmed.
  [[nodiscard]] bool is_subscribed(subscriber who) const;

  /// Events of this publisher that some subscriber still waits for.
  [[nodiscard]] std::uint64_t missing_of(publisher who) const;

  /// All that were published, answered or not.
  [[nodiscard]] std::uint64_t published() const;
  [[nodiscard]] std::uint64_t acknowledged() const;
  [[nodiscard]] std::uint64_t refused() const;

  /// All that came.
  [[nodiscard]] std::uint64_t arrived() const;

  /// Compares both sides with each other, and with what the nodes have counted.
  [[nodiscard]] balance close(const node_counts& counted) const;

private:
  struct publication {
    clock::time_point started;
    std::uint32_t connection = 0;
    outcome how = outcome::pending;
  };

  /// A connection of a publisher.
  struct route {
    std::string node;
    bool died = false; ///< Its node was killed.
  };

  struct publishing_side {
    std::string name;
    std::vector<route> connections;
    std::vector<clock::duration> reconnects;
    std::map<std::string, std::uint64_t> refusals;
  };

  /// The events of one publisher to one channel.
  struct stream {
    publisher who = 0;
    std::string channel;
    std::vector<publication> events;
  };

  /// What one subscription got of a stream during one session.
  struct arrivals {
    std::vector<bool> seen;
    /// Per connection of the publisher: the highest number that came.
    std::map<std::uint32_t, std::uint64_t> highest;
    std::uint64_t duplicates = 0;
    std::uint64_t reordered = 0;

    [[nodiscard]] bool has(std::uint64_t number) const {
      return number < seen.size() && seen[number];
    }
  };

  /// A subscription during one session.
  struct view {
    subscriber who = 0;
    std::size_t subscription = 0;
    std::string pattern;
    std::string node;
    std::optional<clock::time_point> since;
    bool open = true;
    std::map<std::size_t, arrivals> streams; ///< By index.
  };

  struct subscribing_side {
    std::string name;
    std::vector<std::string> patterns;
    std::vector<std::size_t> views; ///< Of the present session, by subscription.
    std::uint64_t sessions = 0;
    std::vector<clock::duration> reconnects;
    std::uint64_t strangers = 0;     ///< Events that nobody has published, or not to this pattern.
    std::vector<std::string> faults; ///< The first ones, in words.
  };

  struct closing;

  [[nodiscard]] std::size_t stream_of(publisher who, const std::string& channel);
  [[nodiscard]] bool is_due(const view& at, std::size_t index, std::uint64_t number) const;
  void note_fault(subscribing_side& who, std::string text);
  void close_publishers(balance& into) const;
  void close_subscribers(balance& into) const;
  void close_streams(balance& into) const;

  mutable std::mutex mutex_;
  std::vector<publishing_side> publishers_;
  std::vector<stream> streams_;
  std::map<std::pair<std::string, std::string>, std::size_t> stream_index_;
  std::vector<subscribing_side> subscribers_;
  std::vector<view> views_;
  std::uint64_t published_ = 0;
  std::uint64_t acknowledged_ = 0;
  std::uint64_t refused_ = 0;
  std::uint64_t arrived_ = 0;
};

} // namespace actormesh::ledger
