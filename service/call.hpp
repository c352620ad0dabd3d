/// The corridor of every operation on a channel, whatever edge it comes in by:
///
///     prepare → decide → carry out → note → answer
///
/// `decide` answers now or later. What comes behind it is then done on the same loop, unless the
/// client has gone. Connections have a corridor of their own (session_guard.hpp).
#pragma once

#include "actors/connection.hpp"
#include "net/event_loop.hpp"
#include "net/uuid_source.hpp"
#include "service/decide.hpp"
#include "service/pending.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace actormesh::service {

/// Where a call comes from. Needs to live during the call only; what is kept for later is copied.
struct call_site {
  net::event_loop& loop;
  const tenant_ptr& to;
  caller from;
  actormesh::connection* owner = nullptr; ///< Null: a request of its own, without a connection.
};

/// One event of a publish.
struct published_event {
  std::string_view identifier; ///< UUID.
  failure outcome = failure::none;
};

struct publish_outcome {
  failure problem = failure::none; ///< Of the whole request; then there are no entries.
  std::string detail;              ///< What the caller may be told besides; may be empty.
  std::vector<net::uuid_text> identifiers;
  std::vector<published_event> entries; ///< Refer to `identifiers`.
};

struct subscribe_outcome {
  failure problem = failure::none; ///< `none`: `edge::subscribed` follows when it is confirmed.
  std::string detail;
};

/// The name of a subscription in its connection, and what its edge keeps with it.
struct subscription_name {
  std::string id;
  std::shared_ptr<const std::string> edge_data;
};

/// A publish with what belongs to it.
struct publish_request {
  channel_operation what;
  std::chrono::steady_clock::time_point received; ///< When its last byte was read.
};

struct subscribe_request {
  channel_operation what;
  subscription_name name;
};

namespace detail {

/// The stages behind `decide`.
[[nodiscard]] publish_outcome carry_out(const call_site& at, publish_request&& asked,
                                        const prepared& known, const auth::answer& got);
[[nodiscard]] subscribe_outcome carry_out(const call_site& at, subscribe_request&& asked,
                                          const prepared& known, const auth::answer& got);

/// Whether the connection may publish once more now. Counts it, and a refusal.
[[nodiscard]] bool is_within_rate(const call_site& at, const publish_request& asked);

/// A call that waits.
template <class Request> struct kept_call {
  net::event_loop& loop;
  tenant_ptr to;
  boost::asio::ip::address remote;
  std::string connection;
  std::string request;
  actormesh::connection* owner; ///< Lives as long as what waits is not cancelled.
  Request asked;
  prepared known;

  [[nodiscard]] call_site site() const { return {loop, to, {remote, connection, request}, owner}; }
};

/// `asked` is moved from.
template <class Turn, class Request, class Answer>
void run(const call_site& at, Turn& turn, channel_action action, Request& asked,
         const signed_target& over, Answer&& answer) {
  auto known = prepare(*at.to, action, asked.what);
  auto decided = decide(*at.to, action, asked.what, known, at.from, over);
  if (!decided.later)
    return answer(carry_out(at, std::move(asked), known, decided.now));
  auto held = std::make_shared<kept_call<Request>>(kept_call<Request>{
      at.loop, at.to, at.from.remote, std::string{at.from.connection}, std::string{at.from.request},
      at.owner, std::move(asked), std::move(known)});
  turn.wait(at.loop, at.to, decided.later,
            [held, answer = std::forward<Answer>(answer)](const auth::answer& got) mutable {
              answer(carry_out(held->site(), std::move(held->asked), held->known, got));
            });
}

} // namespace detail

/// Loop-bound: sends the events of a publish to their channel, if the caller may. An event that is
/// too large fails alone. Counts the request by its result, and audits it. `answer` is called with
/// a `publish_outcome`, at once or, if somebody has to be asked, by `turn` later. `turn` is a
/// `pending`, or whatever else has its `wait`.
template <class Turn, class Answer>
void publish(const call_site& at, Turn& turn, publish_request&& asked, const signed_target& over,
             Answer&& answer) {
  if (!detail::is_within_rate(at, asked))
    return answer(publish_outcome{failure::rate_limited, {}, {}, {}});
  detail::run(at, turn, channel_action::publish, asked, over, std::forward<Answer>(answer));
}

/// Loop-bound: lets the connection subscribe, if it may, and audits that. `answer` is called with a
/// `subscribe_outcome`, as for `publish`.
template <class Turn, class Answer>
void subscribe(const call_site& at, Turn& turn, subscribe_request&& asked,
               const signed_target& over, Answer&& answer) {
  detail::run(at, turn, channel_action::subscribe, asked, over, std::forward<Answer>(answer));
}

} // namespace actormesh::service
