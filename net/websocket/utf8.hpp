/// UTF-8 as RFC 3629 defines it. Pure function.
#pragma once

#include <string_view>

namespace actormesh::websocket {

/// Returns whether `text` is well-formed UTF-8: no overlong forms, no surrogates, nothing above
/// U+10FFFF. Fast on ASCII (eight bytes at a time).
[[nodiscard]] bool is_utf8(std::string_view text) noexcept;

} // namespace actormesh::websocket
