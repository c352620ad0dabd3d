/// How clients of Event APIs sign (appsync-events protocol section 5.4).
#pragma once

#include "net/access/dialect.hpp"

namespace actormesh::appsync {

inline constexpr access::dialect event_api{.service = "appsync"};

} // namespace actormesh::appsync
