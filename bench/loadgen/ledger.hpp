/// Which publishes are in flight: sent, and not yet received by all their subscribers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace actormesh::bench {

/// Counts publishes in flight to one channel, whose subscribers receive them in order.
class ledger {
public:
  ledger(std::size_t subscribers, std::size_t window)
    : received_(subscribers, 0)
    , missing_(window, 0) {}

  /// Returns how many publishes may be sent now.
  [[nodiscard]] std::size_t room() const noexcept {
    return missing_.size() - static_cast<std::size_t>(published_ - completed_);
  }

  /// Needs `room`.
  void publish() noexcept {
    missing_[published_ % missing_.size()] = received_.size();
    ++published_;
  }

  /// Notes that `subscriber` got its next `events` events.
  void receive(std::size_t subscriber, std::uint64_t events) noexcept {
    auto& position = received_[subscriber];
    for (const auto end = position + events; position != end; ++position)
      --missing_[position % missing_.size()];
    while (completed_ != published_ && missing_[completed_ % missing_.size()] == 0)
      ++completed_;
  }

private:
  std::vector<std::uint64_t> received_; ///< By subscriber: its next event.
  std::vector<std::size_t> missing_;    ///< By event in flight: subscribers without it.
  std::uint64_t published_ = 0;
  std::uint64_t completed_ = 0;
};

} // namespace actormesh::bench
