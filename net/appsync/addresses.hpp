/// Under which addresses the Event API is served (appsync-events protocol sections 2.1 and 3.1),
/// and what is signed for them.
#pragma once

#include "net/appsync/format.hpp"
#include "net/appsync/operation.hpp"
#include "service/call.hpp"
#include "service/tenant.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace actormesh::appsync {

/// Behind the API's prefix.
inline constexpr std::string_view publish_address = "/event";
inline constexpr std::string_view realtime_address = "/event/realtime";

/// What a signature of an operation over WebSocket is over (section 5.4): the publish address, and
/// the body that the same operation would have by HTTP. Writes the path into `path`; the result
/// refers to it and to what is asked.
[[nodiscard]] service::signed_target
signed_over(const service::tenant& to, const service::publish_request& asked, std::string& path);
[[nodiscard]] service::signed_target
signed_over(const service::tenant& to, const service::subscribe_request& asked, std::string& path);

/// The same for connecting.
[[nodiscard]] auth::signed_request signed_over_connect(const service::tenant& to,
                                                       std::string& path);

/// What the messages of its failures name.
[[nodiscard]] stated_details details_of(const service::tenant& of,
                                        std::string_view denied) noexcept;

} // namespace actormesh::appsync
