/// What a changed configuration means for a node that runs.
#pragma once

#include "config/settings.hpp"

#include <string>
#include <vector>

namespace actormesh::config {

struct struct_ref;
struct struct_view;

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

/// Compares two configurations option by option; their descriptors say what may change live.
/// Items of lists are known by their identity.
[[nodiscard]] reload_plan plan_reload(const settings& running, const settings& fresh);

/// The differences of two structs.
struct reload_changes {
  std::vector<change> applied;
  std::vector<change> needs_restart;
};

/// Takes what may change live from `fresh` into `next`, a struct of the same type, and returns
/// every difference.
[[nodiscard]] reload_changes take_changes(struct_view fresh, struct_ref next);

} // namespace actormesh::config
