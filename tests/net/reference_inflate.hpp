/// A second, slow and simple decoder of RFC 1951, to check what ours accepts and writes.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace actormesh::tests {

/// Decodes blocks until the input ends at the end of a block.
[[nodiscard]] std::optional<std::string> reference_inflate(std::string_view data);

} // namespace actormesh::tests
