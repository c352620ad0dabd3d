/// What a changed configuration means for a node that runs.
#pragma once

#include "config/settings.hpp"

#include <string>
#include <vector>

namespace actormesh::config {

/// One option that reads differently now. Values as they are written in the file.
struct change {
  std::string path; ///< E.g. `log.level` or `apis[dev].limits.connections`.
  std::string from;
  std::string to;

  friend bool operator==(const change&, const change&) = default;
};

/// The settings to go on with, and what became of every difference.
struct reload_plan {
  settings next;                     ///< The running settings with all live changes in.
  std::vector<change> applied;       ///< Differences that are in `next`.
  std::vector<change> needs_restart; ///< Differences that are not.
};

/// Compares two configurations option by option; the schema says which may change live.
[[nodiscard]] reload_plan plan_reload(const settings& running, const settings& fresh);

} // namespace actormesh::config
