/// What is counted and written down of clients' operations: the last stage before the answer.
#pragma once

#include "audit/record.hpp"
#include "auth/verdict.hpp"
#include "service/caller.hpp"
#include "service/failure.hpp"
#include "service/tenant.hpp"
#include "telemetry/counters.hpp"

#include <span>
#include <string_view>

namespace actormesh::service {

/// How a connection that was refused for this reason, or not, is counted.
[[nodiscard]] telemetry::connect_result connect_result_of(failure refused) noexcept;

/// Counts a refusal by its reason; an allowed operation is not counted here.
void count_verdict(telemetry::loop_counters& counters, auth::verdict what);

/// Counts a publish that was refused. `service::publish` does it for all that get that far.
void count_refused_publish(telemetry::loop_counters& counters, failure problem);

/// What goes into the audit log besides who, where and what became of it.
struct audited {
  audit::action what = audit::action::connect;
  const name_space* space = nullptr; ///< Null: none, or none that exists.
  std::string_view channel = {};
  std::span<const audit::event_note> events = {};
};

/// Writes an operation down, if the level of its namespace says so. `who` may be null.
void note(const tenant& of, const audited& what, failure outcome, const auth::identity* who,
          const caller& from);

/// Whether an operation of this outcome is written down: to be asked before events are listed.
[[nodiscard]] bool is_noted(const tenant& of, const name_space* space, failure outcome) noexcept;

} // namespace actormesh::service
