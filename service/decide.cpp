#include "service/decide.hpp"

#include "auth/sigv4.hpp"

namespace actormesh::service {

using auth::verdict;

prepared prepare(const tenant& to, channel_action action, const channel_operation& what) {
  prepared made;
  made.problem = what.problem;
  if (made.problem != failure::none)
    return made;
  made.channel = action == channel_action::publish ? channel_path::parse_channel(what.channel)
                                                   : channel_path::parse_subscription(what.channel);
  if (!made.channel) {
    made.problem = failure::invalid_channel;
    return made;
  }
  made.space = to.find_namespace(made.channel->name_space());
  if (made.space == nullptr)
    made.problem = failure::unknown_namespace;
  else if (action == channel_action::subscribe && made.channel->text().ends_with('*') &&
           !made.space->wildcards)
    made.problem = failure::access_denied;
  return made;
}

access::decision decide(const tenant& to, channel_action action, const channel_operation& what,
                        const prepared& known, const caller& who, const signed_target& target) {
  const auto* const shown = what.authorization ? &*what.authorization : nullptr;
  if (target.unknown && shown != nullptr && shown->authorization &&
      auth::is_sigv4(*shown->authorization))
    return {{verdict::allowed, nullptr}, {}};
  const auto publishes = action == channel_action::publish;
  const auto& words = to.who().speaks();
  access::permission wanted{.what = publishes ? words.publish : words.subscribe,
                            .identify_only = known.problem != failure::none};
  if (!wanted.identify_only) {
    wanted.modes = publishes ? known.space->publish : known.space->subscribe;
    wanted.name_space = known.channel->name_space();
    wanted.channel = known.channel->text();
    wanted.forms = known.space->forms.empty() ? nullptr : &known.space->forms;
  }
  return to.who().decide({.wanted = wanted,
                          .over = target.over,
                          .shown = shown,
                          .remote = who.remote,
                          .request_id = who.request,
                          .memo = publishes ? who.memo : nullptr});
}

access::decision decide_connect(const tenant& to, const auth::credentials& shown, const caller& who,
                                const auth::signed_request& over) {
  return to.who().decide(
      {.wanted = {.what = to.who().speaks().connect, .modes = to.settings().auth.connect},
       .over = over,
       .shown = &shown,
       .remote = who.remote,
       .request_id = who.request,
       .memo = nullptr});
}

failure conclude(const prepared& known, const auth::answer& got) {
  if (got.outcome != verdict::allowed)
    return failure_of(got.outcome);
  // Somebody without credentials learns nothing about which namespaces there are.
  if (known.problem == failure::unknown_namespace &&
      (got.who == nullptr || got.who->mode == config::auth_mode::none))
    return failure::unauthorized;
  return known.problem;
}

failure failure_of(auth::verdict what) noexcept {
  switch (what) {
  case verdict::allowed:
    return failure::none;
  case verdict::mode_not_allowed:
    return failure::mode_not_allowed;
  case verdict::access_denied:
    return failure::access_denied;
  case verdict::incomplete_signature:
    return failure::incomplete_signature;
  case verdict::unknown_access_key:
    return failure::unknown_access_key;
  case verdict::bad_signature:
    return failure::bad_signature;
  case verdict::signature_expired:
    return failure::signature_expired;
  case verdict::token_expired:
    return failure::token_expired;
  case verdict::throttled:
    return failure::throttled;
  case verdict::missing:
  case verdict::rejected:
  case verdict::invalid_token:
  case verdict::refused_by_hook:
  case verdict::unavailable:
    break;
  }
  return failure::unauthorized;
}

} // namespace actormesh::service
