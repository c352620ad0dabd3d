/// Wildcards as IAM has them: `*` stands for any text, slashes included, `?` for any one character.
#pragma once

#include <string_view>

namespace actormesh::auth {

/// Whether a pattern matches the whole of a text. Never takes more steps than the product of the
/// two sizes.
[[nodiscard]] bool matches_wildcard(std::string_view pattern, std::string_view text) noexcept;

/// Whether a pattern matches every text that begins with `prefix` and goes on.
[[nodiscard]] bool covers_all_below(std::string_view pattern, std::string_view prefix);

/// Whether a pattern matches any text that begins with `prefix` and goes on.
[[nodiscard]] bool touches_any_below(std::string_view pattern, std::string_view prefix) noexcept;

} // namespace actormesh::auth
