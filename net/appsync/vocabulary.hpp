/// What policies about Event APIs are made of (appsync-events protocol section 5.4). Other than
/// with AWS they can tell channels apart, and not only namespaces.
#pragma once

#include "auth/vocabulary.hpp"

#include <array>
#include <string_view>

namespace actormesh::appsync {

inline constexpr std::array<std::string_view, 3> action_names{
    "appsync:EventConnect", "appsync:EventPublish", "appsync:EventSubscribe"};

/// What is wrong with a resource, which has to be one of these, with or without `*` and `?`:
/// - `apis/API`: connecting to an API; `apis/API/*`: that and everything in it.
/// - `apis/API/channelNamespace/NAME`: a namespace and all of its channels.
/// - `apis/API/channelNamespace/NAME/PATH`: channels, e.g. `…/channelNamespace/chat/room/*` for all
///   below `/chat/room`, but not `/chat/room` itself.
[[nodiscard]] std::string_view problem_of_resource(std::string_view resource) noexcept;

/// The name of an API, if it is to be connected to; of a channel; or of all channels of a pattern.
[[nodiscard]] auth::resource_name resource_of(const auth::access& wanted);

inline constexpr auth::vocabulary event_api_words{.service = "appsync",
                                                  .kind = "an Event API",
                                                  .actions = action_names,
                                                  .problem_of = problem_of_resource,
                                                  .name_of = resource_of};

inline constexpr auth::action connect_action{event_api_words, "appsync:EventConnect"};
inline constexpr auth::action publish_action{event_api_words, "appsync:EventPublish"};
inline constexpr auth::action subscribe_action{event_api_words, "appsync:EventSubscribe"};

} // namespace actormesh::appsync
