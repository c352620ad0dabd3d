/// The text of a file of keys. Any thread: pure functions. Nothing here throws.
#pragma once

#include "config/keys/key_ring.hpp"
#include "config/problem.hpp"

#include <string>
#include <string_view>

namespace actormesh::config {

/// Reads and checks the text of a file of keys. `source` is for errors.
[[nodiscard]] result<key_ring> parse_key_ring(std::string_view text, const std::string& source);

/// The text of a file of keys. `parse_key_ring` reads it back.
[[nodiscard]] std::string format_key_ring(const key_ring& ring);

/// Returns whether a text can describe a key: 200 bytes at most, without control characters.
[[nodiscard]] bool is_key_description(std::string_view text) noexcept;

} // namespace actormesh::config
