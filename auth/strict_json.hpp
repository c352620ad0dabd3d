/// JSON from people who may mean us harm.
#pragma once

#include <boost/json/object.hpp>

#include <cstddef>
#include <optional>
#include <string_view>

namespace actormesh::auth {

/// Claims are flat; some providers nest them three or four deep.
inline constexpr std::size_t strict_json_depth = 32;

/// Reads a text that is one JSON object. Nothing if it is anything else, is not valid UTF-8, is
/// nested too deeply, or has a number too large for a double; or if a member of any object in it
/// comes twice: readers differ on which of the two counts, and that is how a token means one thing
/// to us and another to its maker.
[[nodiscard]] std::optional<boost::json::object> parse_strict_object(std::string_view text);

} // namespace actormesh::auth
