/// The `Date` header (RFC 9110 section 6.6.1).
#pragma once

#include <string_view>

namespace actormesh::http {

/// Returns the current time as HTTP writes it, e.g. `Sat, 21 Nov 2026 19:45:00 GMT`. Formatted at
/// most once a second for each thread; holds until the thread's next call.
[[nodiscard]] std::string_view date_now();

} // namespace actormesh::http
