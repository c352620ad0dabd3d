#include "service/session_guard.hpp"

#include "service/notes.hpp"
#include "telemetry/log.hpp"

#include <utility>

namespace actormesh::service {

namespace {

namespace log = telemetry::log;

/// One place for what is counted and written down of every connection that was asked for.
void note_connect(telemetry::loop_counters& counters, const tenant& to, failure outcome,
                  const auth::answer& got, const caller& from) {
  count_verdict(counters, got.outcome);
  note(to, {audit::action::connect}, outcome, got.who.get(), from);
  counters.connected(connect_result_of(outcome)).add();
}

} // namespace

arrival::arrival(tenant_ptr to, visitor who, std::chrono::steady_clock::time_point now)
  : to_(std::move(to))
  , who_(std::move(who)) {
  using verdict = admission::verdict;
  auto asked = to_->door().ask(who_.remote, now);
  if (asked.outcome == verdict::admitted)
    place_ = std::move(asked.admitted);
  else
    refused_ = asked.outcome == verdict::rate_limited ? failure::rate_limited
                                                      : failure::too_many_connections;
}

void arrival::refuse(failure why) noexcept {
  if (refused_ == failure::none)
    refused_ = why;
}

void arrival::decide(const auth::credentials* shown, const auth::signed_request& over) {
  if (refused_ != failure::none)
    return; // Credentials are not the reason.
  if (shown == nullptr) {
    got_ = {auth::verdict::rejected};
  } else {
    auto decided = decide_connect(*to_, *shown, from(), over);
    got_ = std::move(decided.now);
    deciding_ = std::move(decided.later);
  }
  if (!deciding_)
    refused_ = failure_of(got_.outcome);
}

void arrival::note_outcome(telemetry::loop_counters& counters) const {
  note_connect(counters, *to_, refused_, got_, from());
}

session_guard::session_guard(net::event_loop& loop, connection& whose, watcher& edge, arrival&& who)
  : loop_(loop)
  , owner_(whose)
  , edge_(edge)
  , turn_(edge)
  , to_(who.to_)
  , place_(std::move(who.place_))
  , arrived_(std::make_unique<arrival>(std::move(who))) {}

void session_guard::begin() {
  if (!arrived_->deciding_)
    return decided();
  turn_.wait(loop_, to_, std::exchange(arrived_->deciding_, {}), [this](const auth::answer& got) {
    arrived_->got_ = got;
    arrived_->refused_ = failure_of(got.outcome);
    decided();
  });
}

caller session_guard::from() const { return {owner_.remote(), owner_.id(), owner_.id()}; }

void session_guard::decided() {
  const auto& who = *arrived_;
  refused_ = who.refused_;
  note_connect(loop_.counters(), *to_, refused_, who.got_, from());
  log::info("connection opened", {{"connection", owner_.id()},
                                  {"api", to_->id()},
                                  {"remote", owner_.remote().to_string()},
                                  {"transport", who.who_.transport},
                                  {"result", to_string(connect_result_of(refused_))}});
  identify(who.got_.who);
  if (refused_ == failure::none)
    arrived_ = nullptr;
  edge_.on_decided();
}

void session_guard::identify(auth::identity_ptr who) {
  owner_.who(std::move(who));
  net::timer_wheel::drop(*this);
  watch_expiry();
}

void session_guard::watch_expiry() {
  const auto* const who = owner_.who();
  if (who == nullptr || !who->close_on_expiry || !who->expires)
    return;
  const auto left = *who->expires - std::chrono::system_clock::now();
  loop_.timers().set(*this, std::chrono::steady_clock::now() +
                                std::chrono::ceil<std::chrono::milliseconds>(left));
}

void session_guard::expired(net::timer_wheel::time_point) {
  if (std::chrono::system_clock::now() < *owner_.who()->expires)
    return watch_expiry(); // The clock was set back.
  edge_.on_expired();
}

bool session_guard::refresh(const tenant_table& all) {
  auto fresh = all.find(to_->id());
  if (fresh == nullptr)
    return false;
  to_ = std::move(fresh);
  const auto& limits = to_->settings().limits;
  owner_.change_limits({limits.subscriptions, limits.publishes_per_second});
  return true;
}

void session_guard::end(close_reason why) {
  turn_.cancel();
  net::timer_wheel::drop(*this);
  place_ = {};
  arrived_ = nullptr;
  note(*to_, {audit::action::disconnect}, failure::none, owner_.who(), from());
  log::info("connection closed",
            {{"connection", owner_.id()}, {"api", to_->id()}, {"reason", to_string(why)}});
}

} // namespace actormesh::service
