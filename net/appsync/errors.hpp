/// The one place where a failure takes the Event API's shape (appsync-events protocol sections 2.3
/// and 3.7).
#pragma once

#include "service/failure.hpp"

#include <cstdint>
#include <string_view>

namespace actormesh::appsync {

using service::failure;

/// Where a failure is told: the shapes differ.
enum class surface : std::uint8_t { http, websocket };

/// What a client gets to see of a failure.
struct error_shape {
  std::string_view type;    ///< `errorType`.
  std::string_view message; ///< Empty: the member is left out.
  unsigned status = 400;    ///< HTTP status, and `errorCode` of a `connection_error`.
};

/// The shape of `what` on `where`.
[[nodiscard]] error_shape shape_of(failure what, surface where) noexcept;

} // namespace actormesh::appsync
