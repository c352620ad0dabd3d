#include "service/notes.hpp"

#include "audit/log.hpp"

namespace actormesh::service {

using auth::verdict;

telemetry::connect_result connect_result_of(failure refused) noexcept {
  using telemetry::connect_result;
  switch (refused) {
  case failure::none:
    return connect_result::accepted;
  case failure::rate_limited:
  case failure::throttled:
    return connect_result::rate_limited;
  case failure::too_many_connections:
    return connect_result::too_many;
  default:
    return is_unauthorized(refused) ? connect_result::unauthorized : connect_result::bad_request;
  }
}

void count_verdict(telemetry::loop_counters& counters, auth::verdict what) {
  using telemetry::auth_refusal;
  switch (what) {
  case verdict::allowed:
    return;
  case verdict::missing:
    return counters.refused(auth_refusal::missing_credentials).add();
  case verdict::mode_not_allowed:
  case verdict::access_denied:
    return counters.refused(auth_refusal::not_permitted).add();
  case verdict::signature_expired:
  case verdict::token_expired:
    return counters.refused(auth_refusal::expired).add();
  case verdict::refused_by_hook:
    return counters.refused(auth_refusal::refused_by_authorizer).add();
  case verdict::unavailable:
    return counters.refused(auth_refusal::authorizer_unavailable).add();
  case verdict::throttled:
    return counters.refused(auth_refusal::throttled).add();
  case verdict::rejected:
  case verdict::incomplete_signature:
  case verdict::unknown_access_key:
  case verdict::bad_signature:
  case verdict::invalid_token:
    return counters.refused(auth_refusal::wrong_credentials).add();
  }
}

void count_refused_publish(telemetry::loop_counters& counters, failure problem) {
  using telemetry::publish_result;
  switch (problem) {
  case failure::rate_limited:
  case failure::throttled:
    return counters.published(publish_result::rate_limited).add();
  case failure::unavailable:
  case failure::internal:
    return counters.published(publish_result::unavailable).add();
  default:
    return counters
        .published(is_unauthorized(problem) ? publish_result::unauthorized
                                            : publish_result::invalid)
        .add();
  }
}

bool is_noted(const tenant& of, const name_space* space, failure outcome) noexcept {
  if (of.audit_log() == nullptr)
    return false;
  return audit::wants(space == nullptr ? of.audit_level() : space->audit,
                      outcome == failure::none ? audit::outcome::allowed : audit::outcome::denied);
}

void note(const tenant& of, const audited& what, failure outcome, const auth::identity* who,
          const caller& from) {
  if (!is_noted(of, what.space, outcome))
    return;
  audit::record made;
  made.what = what.what;
  made.result = outcome == failure::none ? audit::outcome::allowed : audit::outcome::denied;
  if (outcome != failure::none)
    made.reason = to_string(outcome);
  made.api = of.id();
  if (who != nullptr) {
    made.mode = config::to_string(who->mode);
    made.who = who->name;
  }
  made.channel = what.channel;
  made.events = what.events;
  const auto remote = from.remote.to_string();
  made.remote = remote;
  made.connection = from.connection;
  if (from.connection.empty())
    made.request = from.request;
  // A record that finds no room is counted by the log.
  static_cast<void>(of.audit_log()->write(made));
}

} // namespace actormesh::service
