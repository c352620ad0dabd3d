/// What a node as a whole has subscribers for.
#pragma once

#include <boost/container_hash/hash.hpp>
#include <boost/unordered/unordered_flat_map.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace actormesh::mesh {

/// Sums up the interest of a node's loops, numbers its changes, and knows who waits until all other
/// nodes have seen one. Not bound to a thread.
class local_interest {
public:
  /// Asked on a loop, with a ticket of its own.
  struct waiter {
    std::size_t loop = 0;
    std::uint64_t ticket = 0;
  };

  /// A loop got its first subscriber of a channel or pattern. Returns whether the node did. `who`
  /// waits from now on.
  bool gained(std::string_view key, waiter who);

  /// A loop lost its last subscriber. Returns whether the node did.
  bool lost(std::string_view key, std::size_t loop);

  /// The number of the last change.
  [[nodiscard]] std::uint64_t version() const noexcept { return version_; }

  /// Takes out everybody who waited for a change up to this one.
  [[nodiscard]] std::vector<waiter> take_confirmed(std::uint64_t version);

  [[nodiscard]] bool anybody_waits() const noexcept { return !waiting_.empty(); }

  /// A bit for each loop that has subscribers for a channel, under its name or under a pattern.
  [[nodiscard]] std::uint64_t loops_of(std::string_view channel);

  /// All channels and patterns that have subscribers.
  [[nodiscard]] std::vector<std::string> keys() const;

  [[nodiscard]] std::size_t channels() const noexcept { return interest_.size() - patterns_; }
  [[nodiscard]] std::size_t patterns() const noexcept { return patterns_; }

private:
  struct entry {
    std::uint64_t loops = 0; ///< A bit for each.
    std::uint64_t since = 0; ///< The change that the other nodes have to know.
  };
  struct text_hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
      return boost::hash<std::string_view>{}(text);
    }
  };

  boost::unordered_flat_map<std::string, entry, text_hash, std::equal_to<>> interest_;
  std::size_t patterns_ = 0;
  std::uint64_t version_ = 0;
  std::multimap<std::uint64_t, waiter> waiting_; ///< By the change they wait for.
  std::string scratch_;
};

} // namespace actormesh::mesh
