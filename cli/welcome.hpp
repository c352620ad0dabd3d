/// What a first start tells a new user: three lines to paste.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace actormesh::cli {

/// A curl publish, a wscat subscribe and the Amplify configuration for a node on `host:port`.
[[nodiscard]] std::vector<std::string> welcome_lines(std::string_view host, std::uint16_t port,
                                                     std::string_view key);

} // namespace actormesh::cli
