/// What is wrong with something a user wrote, and where.
#pragma once

#include "config/severity.hpp"

#include <boost/system/result.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace actormesh::config {

/// One thing that a user has to put right.
struct problem {
  severity level = severity::error;
  std::string source;     ///< A file, an environment variable or a flag.
  std::size_t line = 0;   ///< From 1; 0 when the source has no lines.
  std::size_t column = 0; ///< From 1; 0 when the source has no lines.
  std::string message;

  friend bool operator==(const problem&, const problem&) = default;
};

using problems = std::vector<problem>;

/// Either a value, or everything that stands in its way.
template <class T> using result = boost::system::result<T, problems>;

/// Formats as `FILE:LINE:COLUMN: message`, or `SOURCE: message` without lines.
[[nodiscard]] std::string to_string(const problem& value);

/// Returns whether any of them is an error.
[[nodiscard]] bool has_errors(const problems& list) noexcept;

} // namespace actormesh::config
