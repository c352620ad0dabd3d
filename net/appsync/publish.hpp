/// Publishing, the same for every kind of client.
#pragma once

#include "actors/directory.hpp"
#include "net/appsync/api.hpp"
#include "net/appsync/authorization.hpp"
#include "net/appsync/format.hpp"
#include "net/appsync/operation.hpp"
#include "net/event_loop.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace actormesh::appsync {

/// What became of a publish request.
struct publish_outcome {
  error problem = error::none; ///< Of the whole request; then there are no entries.
  std::vector<net::uuid_text> identifiers;
  std::vector<publish_entry> entries; ///< Refer to `identifiers`.
};

/// Loop-bound: sends the events of a publish request to their channel, if `got` allows it. An event
/// that is too large fails alone. Counts the request by its result, and audits it.
[[nodiscard]] publish_outcome publish(net::event_loop& loop, const api& to, operation&& what,
                                      const prepared& known, const auth::answer& got,
                                      const caller& from,
                                      std::chrono::steady_clock::time_point received);

/// Counts a request that did not get as far as `publish`.
void count_publish(telemetry::loop_counters& counters, error problem);

} // namespace actormesh::appsync
