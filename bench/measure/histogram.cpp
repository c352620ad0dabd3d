#include "bench/measure/histogram.hpp"

#include <algorithm>
#include <cmath>

namespace actormesh::bench {

void histogram::clear() noexcept {
  counts_.fill(0);
  total_ = 0;
}

std::uint64_t histogram::quantile(double fraction) const noexcept {
  if (total_ == 0)
    return 0;
  const auto exact = std::ceil(fraction * static_cast<double>(total_));
  const auto rank = std::clamp<std::uint64_t>(static_cast<std::uint64_t>(exact), 1, total_);
  std::uint64_t seen = 0;
  for (std::size_t bucket = 0; bucket < counts_.size(); ++bucket) {
    seen += counts_[bucket];
    if (seen >= rank)
      return upper_end(bucket);
  }
  return upper_end(counts_.size() - 1);
}

} // namespace actormesh::bench
