#include "net/appsync/publish.hpp"

#include <utility>

namespace actormesh::appsync {

namespace {

using telemetry::publish_result;

/// Why nothing can be published now, although the caller may.
error check_node(const api& to, const prepared& known) {
  if (to.audit_log() != nullptr && to.audit_log()->refuses() &&
      known.space->audit != config::audit_level::off)
    return error::unavailable;
  return error::none;
}

void note_publish(const api& to, const prepared& known, const auth::answer& got, const caller& from,
                  const operation& what, const publish_outcome& outcome,
                  const std::vector<std::size_t>& sizes) {
  audited noted{audit::action::publish, known.space, what.channel, {}};
  std::vector<audit::event_note> events;
  for (std::size_t i = 0; i < outcome.entries.size(); ++i)
    if (outcome.entries[i].outcome == error::none)
      events.push_back({outcome.entries[i].identifier, sizes[i]});
  noted.events = events;
  note(to, noted, outcome.problem, got.who.get(), from);
}

} // namespace

publish_outcome publish(net::event_loop& loop, const api& to, operation&& what,
                        const prepared& known, const auth::answer& got, const caller& from,
                        std::chrono::steady_clock::time_point received) {
  publish_outcome outcome;
  count_verdict(loop.counters(), got.outcome);
  outcome.problem = conclude(known, got);
  if (outcome.problem == error::none)
    outcome.problem = check_node(to, known);
  const auto is_audited = is_noted(to, known.space, outcome.problem);
  const auto refuse = [&] {
    count_publish(loop.counters(), outcome.problem);
    if (is_noted(to, known.space, outcome.problem))
      note_publish(to, known, got, from, what, outcome, {});
    return std::move(outcome);
  };
  if (outcome.problem != error::none)
    return refuse();
  std::vector<event_ptr> accepted;
  std::vector<std::size_t> sizes;
  accepted.reserve(what.events.size());
  outcome.identifiers.reserve(what.events.size());
  outcome.entries.reserve(what.events.size());
  for (auto& text : what.events) {
    outcome.identifiers.push_back(loop.uuids().next());
    auto& entry = outcome.entries.emplace_back();
    entry.identifier = outcome.identifiers.back().view();
    if (is_audited)
      sizes.push_back(text.size());
    if (text.size() > to.settings().limits.event_bytes)
      entry.outcome = error::event_too_large;
    else
      accepted.emplace_back(caf::make_counted<event>(std::move(text), received));
  }
  const auto all = accepted.size() == what.events.size();
  const auto number = accepted.size();
  if (!accepted.empty() &&
      !loop.actors().channels().publish(caf::make_counted<event_batch>(
          make_channel_key(to.id(), known.channel->text()), std::move(accepted)))) {
    outcome = {};
    outcome.problem = error::unavailable;
    return refuse();
  }
  loop.counters().events_published.add(number);
  loop.counters().published(all ? publish_result::accepted : publish_result::partly_failed).add();
  if (is_audited)
    note_publish(to, known, got, from, what, outcome, sizes);
  return outcome;
}

void count_publish(telemetry::loop_counters& counters, error problem) {
  switch (problem) {
  case error::rate_limited:
  case error::throttled:
    return counters.published(publish_result::rate_limited).add();
  case error::unavailable:
  case error::internal:
    return counters.published(publish_result::unavailable).add();
  default:
    return counters
        .published(is_unauthorized(problem) ? publish_result::unauthorized
                                            : publish_result::invalid)
        .add();
  }
}

} // namespace actormesh::appsync
