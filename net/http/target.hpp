/// What a request asks for: RFC 9112 section 3.2.
#pragma once

#include <optional>
#include <string_view>

namespace actormesh::http {

/// Path and query of a target, as they were sent, escapes and all.
struct target_parts {
  std::string_view path;  ///< Begins with a slash.
  std::string_view query; ///< Without the `?`. Whatever the client wrote; it is not read here.
};

/// Splits a target in origin-form (`/path?query`), or in absolute-form (`http://host/path?query`,
/// as to a proxy), of which the authority is passed over. Nothing for other forms, and for a path
/// with characters that RFC 3986 does not allow. Any thread: a pure function that returns views
/// into the target and allocates nothing.
[[nodiscard]] std::optional<target_parts> split_target(std::string_view target);

} // namespace actormesh::http
