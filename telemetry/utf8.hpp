/// Characters of texts that come from anybody, for logs.
#pragma once

#include <cstddef>
#include <string_view>

namespace actormesh::telemetry {

/// Returns the length of the UTF-8 character (RFC 3629) that a text begins with; 0 if there is
/// none. The text must not be empty.
[[nodiscard]] std::size_t utf8_character_size(std::string_view text) noexcept;

} // namespace actormesh::telemetry
