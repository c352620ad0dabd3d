#include "net/appsync/authorization.hpp"

#include "audit/log.hpp"
#include "auth/sigv4.hpp"
#include "net/appsync/signed_operation.hpp"
#include "net/appsync/vocabulary.hpp"

#include <utility>

namespace actormesh::appsync {

namespace {

using auth::verdict;

auth::signed_payload payload_of(const operation& what, const signed_target& target) {
  if (target.body)
    return auth::signed_payload::of_body(*target.body);
  return what.type == operation_type::publish ? signed_publish(what.channel, what.events)
                                              : signed_subscribe(what.channel);
}

auth::signed_request request_of(const signed_target& target, auth::signed_payload payload) {
  return {.method = signed_method, .path = target.path, .query = target.query, .payload = payload};
}

} // namespace

prepared prepare(const api& to, const operation& what) {
  prepared made;
  made.problem = what.problem;
  if (made.problem != error::none)
    return made;
  made.channel = what.type == operation_type::publish
                     ? channel_path::parse_channel(what.channel)
                     : channel_path::parse_subscription(what.channel);
  if (!made.channel) {
    made.problem = error::invalid_channel;
    return made;
  }
  made.space = to.find_namespace(made.channel->name_space());
  if (made.space == nullptr)
    made.problem = error::unknown_namespace;
  else if (what.type == operation_type::subscribe && made.channel->text().ends_with('*') &&
           !made.space->wildcards)
    made.problem = error::access_denied;
  return made;
}

access::decision ask(const api& to, const operation& what, const prepared& known, const caller& who,
                     const signed_target& target) {
  const auto* const shown = what.authorization ? &*what.authorization : nullptr;
  // What was signed can't be written again from an operation that could not be read.
  if (what.problem != error::none && !target.body && shown != nullptr && shown->authorization &&
      auth::is_sigv4(*shown->authorization))
    return {{verdict::allowed, nullptr}, {}};
  const auto publishes = what.type == operation_type::publish;
  access::permission wanted{.what = publishes ? publish_action : subscribe_action,
                            .identify_only = known.problem != error::none};
  if (!wanted.identify_only) {
    wanted.modes = publishes ? known.space->publish : known.space->subscribe;
    wanted.name_space = known.channel->name_space();
    wanted.channel = known.channel->text();
    wanted.forms = known.space->forms.empty() ? nullptr : &known.space->forms;
  }
  return to.who().decide({.wanted = wanted,
                          .over = request_of(target, payload_of(what, target)),
                          .shown = shown,
                          .remote = who.remote,
                          .request_id = who.request});
}

access::decision ask_connect(const api& to, const auth::credentials& shown, const caller& who,
                             const signed_target& target) {
  return to.who().decide({.wanted = {.what = connect_action, .modes = to.settings().auth.connect},
                          .over = request_of(target, signed_connect()),
                          .shown = &shown,
                          .remote = who.remote,
                          .request_id = who.request});
}

error conclude(const prepared& known, const auth::answer& got) {
  if (got.outcome != verdict::allowed)
    return error_of(got.outcome);
  // Somebody without credentials learns nothing about which namespaces there are.
  if (known.problem == error::unknown_namespace &&
      (got.who == nullptr || got.who->mode == config::auth_mode::none))
    return error::unauthorized;
  return known.problem;
}

error error_of(auth::verdict what) noexcept {
  switch (what) {
  case verdict::allowed:
    return error::none;
  case verdict::mode_not_allowed:
    return error::mode_not_allowed;
  case verdict::access_denied:
    return error::access_denied;
  case verdict::incomplete_signature:
    return error::incomplete_signature;
  case verdict::unknown_access_key:
    return error::unknown_access_key;
  case verdict::bad_signature:
    return error::bad_signature;
  case verdict::signature_expired:
    return error::signature_expired;
  case verdict::token_expired:
    return error::token_expired;
  case verdict::throttled:
    return error::throttled;
  case verdict::missing:
  case verdict::rejected:
  case verdict::invalid_token:
  case verdict::refused_by_hook:
  case verdict::unavailable:
    break;
  }
  return error::unauthorized;
}

telemetry::connect_result connect_result_of(error refused) noexcept {
  using telemetry::connect_result;
  switch (refused) {
  case error::none:
    return connect_result::accepted;
  case error::rate_limited:
  case error::throttled:
    return connect_result::rate_limited;
  case error::too_many_connections:
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

bool is_noted(const api& of, const name_space* space, error outcome) noexcept {
  if (of.audit_log() == nullptr)
    return false;
  return audit::wants(space == nullptr ? of.audit_level() : space->audit,
                      outcome == error::none ? audit::outcome::allowed : audit::outcome::denied);
}

void note(const api& of, const audited& what, error outcome, const auth::identity* who,
          const caller& from) {
  if (!is_noted(of, what.space, outcome))
    return;
  audit::record made;
  made.what = what.what;
  made.result = outcome == error::none ? audit::outcome::allowed : audit::outcome::denied;
  if (outcome != error::none)
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

} // namespace actormesh::appsync
