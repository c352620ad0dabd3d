/// The node's numbers, as /metrics has them.
#pragma once

#include "tests/process/http_client.hpp"

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace actormesh::process {

/// Values by name with labels: `actormesh_losses_total{reason="drain_timeout"}`.
class metrics {
public:
  /// Parses the text format 0.0.4; throws at a line that is not in it.
  explicit metrics(std::string_view page);

  /// Throws if there is no such value.
  [[nodiscard]] double operator[](const std::string& name) const;

  /// The sum of all values of a family, whatever their labels.
  [[nodiscard]] double sum(std::string_view family) const;

  [[nodiscard]] const std::map<std::string, double>& values() const noexcept { return values_; }

private:
  std::map<std::string, double> values_;
};

[[nodiscard]] metrics read_metrics(http_client& from);

/// Reads again and again until the numbers are as wanted; throws with the last ones.
metrics wait_for_metrics(http_client& from, const std::function<bool(const metrics&)>& wanted);

} // namespace actormesh::process
