#include "net/appsync/publish.hpp"

#include "actors/channel_path.hpp"

#include <utility>

namespace actormesh::appsync {

namespace {

using telemetry::publish_result;

std::chrono::sys_seconds wall_clock() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

/// Why the request as a whole is refused; fills in the channel's canonical name.
error check(const api& to, const operation& what, std::optional<channel_path>& channel) {
  const auto shown =
      to.authenticate(what.authorization ? &*what.authorization : nullptr, wall_clock());
  if (shown.problem != error::none)
    return shown.problem;
  if (what.problem != error::none)
    return what.problem;
  channel = channel_path::parse_channel(what.channel);
  if (!channel)
    return error::invalid_channel;
  const auto* space = to.find_namespace(channel->name_space());
  if (space == nullptr) {
    // Somebody without credentials learns nothing about which namespaces there are.
    return shown.who.mode == config::auth_mode::none ? error::unauthorized
                                                     : error::unknown_namespace;
  }
  return api::authorize(shown.who, space->publish);
}

} // namespace

publish_outcome publish(net::event_loop& loop, const api& to, operation&& what,
                        std::chrono::steady_clock::time_point received) {
  publish_outcome outcome;
  std::optional<channel_path> channel;
  outcome.problem = check(to, what, channel);
  if (outcome.problem != error::none) {
    count_publish(loop.counters(), outcome.problem);
    return outcome;
  }
  std::vector<event_ptr> accepted;
  accepted.reserve(what.events.size());
  outcome.identifiers.reserve(what.events.size());
  outcome.entries.reserve(what.events.size());
  for (auto& text : what.events) {
    outcome.identifiers.push_back(loop.uuids().next());
    auto& entry = outcome.entries.emplace_back();
    entry.identifier = outcome.identifiers.back().view();
    if (text.size() > to.settings().limits.event_bytes)
      entry.outcome = error::event_too_large;
    else
      accepted.emplace_back(caf::make_counted<event>(std::move(text), received));
  }
  const auto all = accepted.size() == what.events.size();
  const auto number = accepted.size();
  if (!accepted.empty() && !loop.actors().channels().publish(caf::make_counted<event_batch>(
                               make_channel_key(to.id(), channel->text()), std::move(accepted)))) {
    outcome = {};
    outcome.problem = error::unavailable;
    count_publish(loop.counters(), outcome.problem);
    return outcome;
  }
  loop.counters().events_published.add(number);
  loop.counters().published(all ? publish_result::accepted : publish_result::partly_failed).add();
  return outcome;
}

void count_publish(telemetry::loop_counters& counters, error problem) {
  switch (problem) {
  case error::unauthorized:
  case error::unknown_namespace:
  case error::mode_not_allowed:
    return counters.published(publish_result::unauthorized).add();
  case error::rate_limited:
    return counters.published(publish_result::rate_limited).add();
  case error::unavailable:
  case error::internal:
    return counters.published(publish_result::unavailable).add();
  default:
    return counters.published(publish_result::invalid).add();
  }
}

} // namespace actormesh::appsync
