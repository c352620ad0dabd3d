/// What loops and a link to another node share.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace actormesh {

/// The place of another node in the masks of interest. Reused when a node is forgotten.
using peer_slot = std::size_t;

/// Interest of other nodes is kept as a bit for each.
inline constexpr std::size_t max_peers = 64;

/// Any thread: how much waits for a link. The loops put in, the link takes out.
class link_flow {
public:
  explicit link_flow(std::size_t limit) noexcept
    : limit_(limit) {}

  void put(std::size_t bytes) noexcept { waiting_.fetch_add(bytes, std::memory_order_relaxed); }
  void take(std::size_t bytes) noexcept { waiting_.fetch_sub(bytes, std::memory_order_relaxed); }

  [[nodiscard]] std::size_t waiting() const noexcept {
    return waiting_.load(std::memory_order_relaxed);
  }

  /// Publishers whose events go here should come again later.
  [[nodiscard]] bool full() const noexcept { return waiting() > limit_; }

  /// What was accepted before the queue was full has its place above the limit, as far as this.
  [[nodiscard]] bool overflowing() const noexcept { return waiting() > 2 * limit_; }

private:
  std::atomic<std::size_t> waiting_{0};
  std::size_t limit_;
};

using link_flow_ptr = std::shared_ptr<link_flow>;

/// Any thread: how the node stands with its mesh.
struct mesh_standing {
  /// Whether the nodes that could be found know what this one is interested in, and it knows of
  /// theirs. Before that nothing may be published here: it would be lost.
  std::atomic<bool> joined{false};
};

} // namespace actormesh
