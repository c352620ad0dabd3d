/// Names of HTTP and WebSocket: ASCII, compared without regard to case. Pure functions.
#pragma once

#include <algorithm>
#include <string_view>

namespace actormesh::net {

[[nodiscard]] constexpr char to_lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// Returns whether two texts differ in case at most. (Beast's `iequals` of 1.81 reads a byte beyond
/// the end of texts that do.)
[[nodiscard]] constexpr bool same_name(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
           return to_lower(x) == to_lower(y);
         });
}

} // namespace actormesh::net
