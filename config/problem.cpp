#include "config/problem.hpp"

#include <algorithm>

namespace actormesh::config {

std::string to_string(const problem& value) {
  std::string text = value.source;
  if (value.line != 0)
    text += ":" + std::to_string(value.line) + ":" + std::to_string(value.column);
  text += value.level == severity::warning ? ": warning: " : ": ";
  return text + value.message;
}

bool has_errors(const problems& list) noexcept {
  return std::any_of(list.begin(), list.end(),
                     [](const problem& each) { return each.level == severity::error; });
}

} // namespace actormesh::config
