/// Subscribing, the same for every kind of client.
#pragma once

#include "actors/connection.hpp"
#include "net/appsync/api.hpp"
#include "net/appsync/authorization.hpp"
#include "net/appsync/errors.hpp"
#include "net/appsync/operation.hpp"
#include "telemetry/counters.hpp"

#include <memory>
#include <string>

namespace actormesh::appsync {

/// Who gets the events.
struct new_subscriber {
  connection& owner;
  std::string id;                               ///< The client's name for the subscription.
  std::shared_ptr<const std::string> edge_data; ///< See `subscription`.
};

/// Loop-bound: subscribes to the channel that was asked for, if `got` allows it. `edge::subscribed`
/// tells of the success, perhaps before this returns. Counts the verdict, and audits what became of
/// the request.
[[nodiscard]] error subscribe(telemetry::loop_counters& counters, const api& to,
                              const operation& what, const prepared& known, const auth::answer& got,
                              const caller& from, new_subscriber made);

} // namespace actormesh::appsync
