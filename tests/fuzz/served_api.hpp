/// An API for fuzz targets, and what holds of every operation on it.
#pragma once

#include "net/appsync/operation.hpp"
#include "service/decide.hpp"
#include "service/event_check.hpp"
#include "service/tenant.hpp"
#include "tests/fuzz/input.hpp"

namespace actormesh::fuzz {

inline const service::tenant& served_api() {
  static const service::tenant made = [] {
    config::api_settings settings;
    settings.id = "default";
    settings.namespaces.resize(2);
    settings.namespaces[0].name = "default";
    settings.namespaces[1].name = "plain";
    settings.namespaces[1].wildcards = false;
    return service::tenant{std::move(settings), nullptr, nullptr};
  }();
  return made;
}

/// An operation that may be carried out is one that says the same to everybody who looks at it.
inline void check_operation(const appsync::operation& what,
                            const appsync::operation_limits& limits) {
  using appsync::operation_type;
  if (what.type != operation_type::publish && what.type != operation_type::subscribe)
    return;
  const auto known =
      service::prepare(served_api(),
                       what.type == operation_type::publish ? service::channel_action::publish
                                                            : service::channel_action::subscribe,
                       what);
  require(what.problem == service::failure::none || known.problem == what.problem,
          "what could not be read is not carried out");
  if (known.problem != service::failure::none)
    return;
  require(known.channel.has_value() && known.space != nullptr, "it goes somewhere");
  const auto& channel = *known.channel;
  require(channel.name_space() == known.space->name, "it goes to its namespace");
  const auto again = channel_path::parse_subscription(channel.text());
  require(again && again->text() == channel.text(), "a channel has one name");
  require(channel.segments() <= channel_path::max_segments, "a channel is short");
  const auto pattern = channel.text().find('*') != std::string::npos;
  require(!pattern || (what.type == operation_type::subscribe && known.space->wildcards),
          "patterns are for those who may subscribe to them");
  if (what.type == operation_type::subscribe)
    return;
  require(!what.events.empty() && what.events.size() <= limits.events_per_publish,
          "events are as many as they may be");
  static service::event_check events;
  for (const auto& event : what.events)
    require(events.is_event(event), "an event is JSON");
}

} // namespace actormesh::fuzz
