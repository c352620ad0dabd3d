/// What a problem of the configuration means.
#pragma once

#include <cstdint>

namespace actormesh::config {

/// What a problem means for the caller.
enum class severity : std::uint8_t {
  warning, ///< The node can run with it.
  error,   ///< The node must not start with it.
};

} // namespace actormesh::config
