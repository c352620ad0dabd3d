/// The first stages of a call: what is it about, who asks, and may they?
#pragma once

#include "actors/channel_path.hpp"
#include "auth/signed_request.hpp"
#include "service/access/authority.hpp"
#include "service/caller.hpp"
#include "service/operation.hpp"
#include "service/tenant.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace actormesh::service {

enum class channel_action : std::uint8_t { subscribe, publish };

/// What can be said of an operation before anybody knows who asks.
struct prepared {
  failure problem = failure::none; ///< The operation's own, or one found by looking closer.
  std::optional<channel_path> channel;
  const name_space* space = nullptr; ///< Lives as long as the tenant.
};

/// Looks at the channel of an operation.
[[nodiscard]] prepared prepare(const tenant& to, channel_action action,
                               const channel_operation& what);

/// What a signature of the operation has to be over, should one be shown. The edge says it.
struct signed_target {
  auth::signed_request over;
  /// It can't be told, since the operation could not be read: a signature is not looked at, and the
  /// operation fails anyway.
  bool unknown = false;
};

/// Asks who the caller is, and whether it may. All views need to live during the call only; `to`
/// until an answer that comes later is there.
[[nodiscard]] access::decision decide(const tenant& to, channel_action action,
                                      const channel_operation& what, const prepared& known,
                                      const caller& who, const signed_target& target);

/// The same for a connection.
[[nodiscard]] access::decision decide_connect(const tenant& to, const auth::credentials& shown,
                                              const caller& who, const auth::signed_request& over);

/// What all of it comes to.
[[nodiscard]] failure conclude(const prepared& known, const auth::answer& got);

/// The failure of a verdict.
[[nodiscard]] failure failure_of(auth::verdict what) noexcept;

} // namespace actormesh::service
