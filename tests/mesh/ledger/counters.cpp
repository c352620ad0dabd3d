#include "tests/mesh/ledger/counters.hpp"

#include "tests/mesh/ledger/network_namespace.hpp"
#include "tests/process/metrics.hpp"

#include <string_view>
#include <utility>

namespace actormesh::ledger {

counters::numbers counters::read(const place& node) {
  constexpr std::string_view start{"actormesh_losses_total{reason=\""};
  const network_namespace::visit there{node.where};
  process::http_client http{node.port};
  const auto page = process::read_metrics(http);
  numbers found;
  for (const auto& [name, value] : page.values())
    if (name.starts_with(start))
      found.losses[name.substr(start.size(), name.find('"', start.size()) - start.size())] =
          static_cast<std::uint64_t>(value);
  found.published = static_cast<std::uint64_t>(page["actormesh_events_published_total"]);
  return found;
}

void counters::begin(const place& node) {
  running_[node.node] = {node, read(node)};
  any_began_ = true;
}

void counters::begin_at_start(const place& node) { running_[node.node] = {node, {}}; }

void counters::take(const running& node) {
  const auto now = read(node.where);
  for (const auto& [reason, count] : now.losses) {
    const auto before = node.at_begin.losses.find(reason);
    sums_.losses[reason] += count - (before == node.at_begin.losses.end() ? 0 : before->second);
  }
  sums_.published += now.published - node.at_begin.published;
}

void counters::end(const place& node) {
  take(running_.at(node.node));
  forget(node.node);
}

void counters::forget(const std::string& node) {
  running_.erase(node);
  all_lived_ = false;
}

node_counts counters::finish() {
  for (const auto& [name, node] : std::exchange(running_, {}))
    take(node);
  auto sums = sums_;
  sums.published_is_known = any_began_ && all_lived_ && !others_publish_;
  return sums;
}

} // namespace actormesh::ledger
