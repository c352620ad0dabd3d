#include "net/appsync/subscribe.hpp"

#include <utility>

namespace actormesh::appsync {

namespace {

error carry_out(const api& to, const prepared& known, new_subscriber&& made) {
  const auto key = make_channel_key(to.id(), known.channel->text());
  switch (made.owner.subscribe(
      {std::move(made.id), key, known.space->slow_consumer, std::move(made.edge_data)})) {
  case connection::subscribe_result::pending:
    break;
  case connection::subscribe_result::duplicate_id:
    return error::duplicate_subscription;
  case connection::subscribe_result::too_many_subscriptions:
    return error::too_many_subscriptions;
  case connection::subscribe_result::too_many_channels:
    return error::unavailable;
  }
  return error::none;
}

} // namespace

error subscribe(telemetry::loop_counters& counters, const api& to, const operation& what,
                const prepared& known, const auth::answer& got, const caller& from,
                new_subscriber made) {
  count_verdict(counters, got.outcome);
  auto problem = conclude(known, got);
  if (problem == error::none)
    problem = carry_out(to, known, std::move(made));
  note(to, {audit::action::subscribe, known.space, what.channel}, problem, got.who.get(), from);
  return problem;
}

} // namespace actormesh::appsync
