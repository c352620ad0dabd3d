/// Answers that come on other threads.
#pragma once

#include "actors/connection.hpp"
#include "auth/verdict.hpp"
#include "net/appsync/api.hpp"
#include "net/event_loop.hpp"

#include <functional>

namespace actormesh::appsync {

/// Loop-bound: asks by `later`, and calls `then` with the answer on the loop, unless the
/// connection has ended by then. The connection and the API live until the answer is there.
void answer_on_loop(net::event_loop& loop, connection& owner, api_ptr to,
                    const std::function<void(auth::answer_handler)>& later,
                    std::function<void(const auth::answer&)> then);

} // namespace actormesh::appsync
