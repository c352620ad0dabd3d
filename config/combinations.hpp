/// What is wrong with options that are each right on their own.
#pragma once

#include "config/problem.hpp"
#include "config/settings.hpp"

#include <string>
#include <vector>

namespace actormesh::config {

/// A combination that cannot be, or that is better not.
struct combination {
  severity level = severity::error;
  /// The options it is about, by path (`apis[1].id`); the first one that was written
  /// somewhere is where the user should look.
  std::vector<std::string> paths;
  std::string message;
};

[[nodiscard]] std::vector<combination> check_combinations(const settings& values);

} // namespace actormesh::config
