/// A namespace of an API: the channels that begin with its name.
#pragma once

#include "config/settings/audit.hpp"
#include "config/settings/auth.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace actormesh::config {

/// What happens to an event that no longer fits into a subscriber's queue.
enum class slow_consumer_policy : std::uint8_t {
  disconnect,  ///< The subscriber's connection is closed.
  drop_oldest, ///< Events that wait longest make room.
  drop_newest, ///< The event itself is dropped.
};

/// As it is written in the configuration: `drop_oldest`.
[[nodiscard]] std::string_view to_string(slow_consumer_policy value) noexcept;

struct namespace_settings {
  std::string name;
  std::vector<auth_mode> publish_auth;   ///< Empty: inherits from the API.
  std::vector<auth_mode> subscribe_auth; ///< Empty: inherits from the API.
  slow_consumer_policy slow_consumer = slow_consumer_policy::disconnect;
  bool wildcards = true; ///< Whether subscriptions may end in `/*`.
  /// Channels of this form only, with claims of the caller's identity in them: `/user/{sub}/*`.
  /// Empty: every channel of the namespace.
  std::vector<std::string> channels = {};
  audit_level audit = audit_level::denied;

  friend bool operator==(const namespace_settings&, const namespace_settings&) = default;
};

} // namespace actormesh::config
