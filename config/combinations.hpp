/// What is wrong with options that are each right on their own.
#pragma once

#include "config/severity.hpp"

#include <string>
#include <vector>

namespace actormesh::config {

struct settings;
struct struct_view;

/// A combination that cannot be, or that is better not.
struct combination {
  severity level = severity::error;
  /// The options it is about, by path (`apis[1].id`); the first one that was written
  /// somewhere is where the user should look.
  std::vector<std::string> paths;
  std::string message;
};

using combinations = std::vector<combination>;

/// Checks a struct and all below it: lists that need an item, items that should differ, and what
/// each descriptor checks itself.
[[nodiscard]] combinations check_combinations(struct_view root);

[[nodiscard]] combinations check_combinations(const settings& values);

/// Returns the path of an item: `apis[1]`.
[[nodiscard]] std::string item_path(const std::string& list, std::size_t index);

} // namespace actormesh::config
