/// What a caller shows to prove who it is.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace actormesh::auth {

/// The credentials of one operation: an `authorization` object, a `header-…` sub-protocol, or HTTP
/// headers. Names are compared in any case.
struct credentials {
  std::optional<std::string> api_key;       ///< `x-api-key`.
  std::optional<std::string> authorization; ///< `authorization`.
  std::optional<std::string> host;          ///< `host`; may choose the API, and is signed.

  /// What else came with them, names as they were sent: what a signature is over, and what a web
  /// hook is told. May be empty where there is no `authorization`.
  std::vector<std::pair<std::string, std::string>> others = {};

  /// Whether nothing was shown at all.
  [[nodiscard]] bool empty() const noexcept { return !api_key && !authorization; }
};

} // namespace actormesh::auth
