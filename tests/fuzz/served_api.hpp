/// An API for fuzz targets, and what holds of every operation on it.
#pragma once

#include "net/appsync/api.hpp"
#include "net/appsync/authorization.hpp"
#include "net/appsync/operation.hpp"
#include "tests/fuzz/input.hpp"

namespace actormesh::fuzz {

inline const appsync::api& served_api() {
  static const appsync::api made = [] {
    config::api_settings settings;
    settings.id = "default";
    settings.namespaces.resize(2);
    settings.namespaces[0].name = "default";
    settings.namespaces[1].name = "plain";
    settings.namespaces[1].wildcards = false;
    return appsync::api{std::move(settings), nullptr, nullptr};
  }();
  return made;
}

/// An operation that may be carried out is one that says the same to everybody who looks at it.
inline void check_operation(const appsync::operation& what, const appsync::operation_limits& limits,
                            appsync::operation_parser& parser) {
  using appsync::operation_type;
  if (what.type != operation_type::publish && what.type != operation_type::subscribe)
    return;
  const auto known = appsync::prepare(served_api(), what);
  require(what.problem == appsync::error::none || known.problem == what.problem,
          "what could not be read is not carried out");
  if (known.problem != appsync::error::none)
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
  for (const auto& event : what.events)
    require(parser.is_event(event), "an event is JSON");
}

} // namespace actormesh::fuzz
