#include "service/call.hpp"

#include "actors/directory.hpp"
#include "audit/log.hpp"
#include "service/notes.hpp"

#include <cstddef>
#include <span>

namespace actormesh::service {

namespace {

using telemetry::publish_result;

/// Why nothing can be published now, although the caller may.
failure check_node(const tenant& to, const prepared& known) {
  if (to.audit_log() != nullptr && to.audit_log()->refuses() &&
      known.space->audit != config::audit_level::off)
    return failure::unavailable;
  return failure::none;
}

void note_publish(const call_site& at, const prepared& known, const auth::answer& got,
                  std::string_view channel, const publish_outcome& outcome,
                  std::span<const std::size_t> sizes) {
  audited noted{audit::action::publish, known.space, channel, {}};
  std::vector<audit::event_note> events;
  for (std::size_t i = 0; i < outcome.entries.size(); ++i)
    if (outcome.entries[i].outcome == failure::none)
      events.push_back({outcome.entries[i].identifier, sizes[i]});
  noted.events = events;
  note(*at.to, noted, outcome.problem, got.who.get(), at.from);
}

/// Makes the events that are small enough, and an entry for each.
std::vector<event_ptr> make_events(const call_site& at, publish_request& asked,
                                   publish_outcome& outcome) {
  auto& events = asked.what.events;
  std::vector<event_ptr> accepted;
  accepted.reserve(events.size());
  outcome.identifiers.reserve(events.size());
  outcome.entries.reserve(events.size());
  for (auto& text : events) {
    outcome.identifiers.push_back(at.loop.uuids().next());
    auto& entry = outcome.entries.emplace_back();
    entry.identifier = outcome.identifiers.back().view();
    if (text.size() > at.to->settings().limits.event_bytes)
      entry.outcome = failure::event_too_large;
    else
      accepted.emplace_back(caf::make_counted<event>(std::move(text), asked.received));
  }
  return accepted;
}

failure join(const call_site& at, const prepared& known, subscription_name&& name) {
  using result = actormesh::connection::subscribe_result;
  const auto key = make_channel_key(at.to->id(), known.channel->text());
  switch (at.owner->subscribe(
      {std::move(name.id), key, known.space->slow_consumer, std::move(name.edge_data)})) {
  case result::pending:
    break;
  case result::duplicate_id:
    return failure::duplicate_subscription;
  case result::too_many_subscriptions:
    return failure::too_many_subscriptions;
  case result::too_many_channels:
    return failure::unavailable;
  }
  return failure::none;
}

} // namespace

namespace detail {

bool is_within_rate(const call_site& at, const publish_request& asked) {
  if (at.owner == nullptr || at.owner->may_publish(asked.received))
    return true;
  count_refused_publish(at.loop.counters(), failure::rate_limited);
  return false;
}

publish_outcome carry_out(const call_site& at, publish_request&& asked, const prepared& known,
                          const auth::answer& got) {
  publish_outcome outcome;
  auto& counters = at.loop.counters();
  count_verdict(counters, got.outcome);
  outcome.problem = conclude(known, got);
  if (outcome.problem == failure::none)
    outcome.problem = check_node(*at.to, known);
  const auto refuse = [&] {
    count_refused_publish(counters, outcome.problem);
    if (is_noted(*at.to, known.space, outcome.problem))
      note_publish(at, known, got, asked.what.channel, outcome, {});
    outcome.detail = got.detail;
    return std::move(outcome);
  };
  if (outcome.problem != failure::none)
    return refuse();
  const auto is_audited = is_noted(*at.to, known.space, outcome.problem);
  std::vector<std::size_t> sizes;
  if (is_audited)
    for (const auto& text : asked.what.events)
      sizes.push_back(text.size());
  auto accepted = make_events(at, asked, outcome);
  const auto all = accepted.size() == asked.what.events.size();
  const auto number = accepted.size();
  if (!accepted.empty() &&
      !at.loop.actors().channels().publish(caf::make_counted<event_batch>(
          make_channel_key(at.to->id(), known.channel->text()), std::move(accepted)))) {
    outcome = {};
    outcome.problem = failure::unavailable;
    return refuse();
  }
  counters.events_published.add(number);
  counters.published(all ? publish_result::accepted : publish_result::partly_failed).add();
  if (is_audited)
    note_publish(at, known, got, asked.what.channel, outcome, sizes);
  return outcome;
}

subscribe_outcome carry_out(const call_site& at, subscribe_request&& asked, const prepared& known,
                            const auth::answer& got) {
  count_verdict(at.loop.counters(), got.outcome);
  auto problem = conclude(known, got);
  if (problem == failure::none)
    problem = join(at, known, std::move(asked.name));
  note(*at.to, {audit::action::subscribe, known.space, asked.what.channel}, problem, got.who.get(),
       at.from);
  return {problem, problem == failure::none ? std::string{} : got.detail};
}

} // namespace detail

} // namespace actormesh::service
