/// What clients sign for an operation over WebSocket, instead of the frame or the upgrade that
/// carries it (appsync-events protocol section 5.4).
#pragma once

#include "auth/signed_payload.hpp"

#include <span>
#include <string>
#include <string_view>

namespace actormesh::appsync {

/// A request that the operation would be by HTTP.
inline constexpr std::string_view signed_method = "POST";

/// `{}`.
[[nodiscard]] auth::signed_payload signed_connect() noexcept;

/// `{"channel":"…"}`, with the channel as it was sent, which has to outlive the result.
[[nodiscard]] auth::signed_payload signed_subscribe(std::string_view channel) noexcept;

/// `{"channel":"…","events":["…"]}`, with the channel as it was sent and the events decoded from
/// the frame's strings. Both have to outlive the result.
[[nodiscard]] auth::signed_payload signed_publish(std::string_view channel,
                                                  std::span<const std::string> events) noexcept;

} // namespace actormesh::appsync
