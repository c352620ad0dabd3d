/// From an operation that was read to one that may be carried out.
#pragma once

#include "actors/channel_path.hpp"
#include "audit/record.hpp"
#include "net/access/authority.hpp"
#include "net/appsync/api.hpp"
#include "net/appsync/errors.hpp"
#include "net/appsync/operation.hpp"
#include "telemetry/counters.hpp"

#include <boost/asio/ip/address.hpp>

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace actormesh::appsync {

/// Where an operation comes from.
struct caller {
  boost::asio::ip::address remote = {};
  std::string_view connection = {}; ///< Its id; empty over HTTP.
  std::string_view request = {};    ///< Its id; over WebSocket that of the connection.
};

/// What is known of an operation on a channel before anybody was asked who the caller is.
struct prepared {
  error problem = error::none; ///< Why it fails, whoever asks.
  std::optional<channel_path> channel;
  const name_space* space = nullptr; ///< Lives as long as the API.
};

/// Looks at the channel of a subscribe or a publish.
[[nodiscard]] prepared prepare(const api& to, const operation& what);

/// How a request was made, for signatures.
struct signed_target {
  std::string_view path; ///< Without the query.
  std::string_view query = {};
  /// Nothing: the operation's own, as it is signed over WebSocket.
  std::optional<std::string_view> body = std::nullopt;
};

/// Asks who the caller is, and whether it may. All views need to live during the call only; `to`
/// until an answer that comes later is there.
[[nodiscard]] access::decision ask(const api& to, const operation& what, const prepared& known,
                                   const caller& who, const signed_target& target);

/// The same for a connection.
[[nodiscard]] access::decision ask_connect(const api& to, const auth::credentials& shown,
                                           const caller& who, const signed_target& target);

/// What all of it comes to.
[[nodiscard]] error conclude(const prepared& known, const auth::answer& got);

/// The error of a verdict.
[[nodiscard]] error error_of(auth::verdict what) noexcept;

/// How a connection that was refused with this error, or not, is counted.
[[nodiscard]] telemetry::connect_result connect_result_of(error refused) noexcept;

/// Counts a refusal by its reason; an allowed operation is not counted here.
void count_verdict(telemetry::loop_counters& counters, auth::verdict what);

/// What goes into the audit log besides who, where and what became of it.
struct audited {
  audit::action what = audit::action::connect;
  const name_space* space = nullptr; ///< Null: none, or none that exists.
  std::string_view channel = {};
  std::span<const audit::event_note> events = {};
};

/// Writes an operation down, if the level of its namespace says so. `who` may be null.
void note(const api& of, const audited& what, error outcome, const auth::identity* who,
          const caller& from);

/// Whether an operation of this outcome is written down: to be asked before events are listed.
[[nodiscard]] bool is_noted(const api& of, const name_space* space, error outcome) noexcept;

} // namespace actormesh::appsync
