/// What the node says to clients, byte for byte (appsync-events protocol sections 2.2, 2.3
/// and 3.6). Pure functions. `append_*` adds to `out` and allocates nothing else.
#pragma once

#include "config/defaults.hpp"
#include "net/appsync/errors.hpp"
#include "service/call.hpp"

#include <chrono>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace actormesh::appsync {

/// What messages name besides. The defaults give AWS's own texts.
struct stated_details {
  std::size_t events_per_publish = config::defaults::events_per_publish;
  std::size_t event_bytes = config::defaults::event_bytes;
  std::string_view denied = {}; ///< Who may not do what: the message of `access_denied`.
};

/// `{"type":"data","id":"<id>","event":"` — what comes before the shared part of a data frame.
[[nodiscard]] std::string data_prefix(std::string_view id);

/// `<escaped event>"}` — the part of a data frame that all subscribers share.
void append_data_tail(std::string& out, std::string_view event);

void append_connection_ack(std::string& out, std::chrono::milliseconds connection_timeout);
void append_keep_alive(std::string& out);
void append_subscribe_success(std::string& out, std::string_view id);
void append_unsubscribe_success(std::string& out, std::string_view id);
void append_publish_success(std::string& out, std::string_view id,
                            std::span<const service::published_event> entries,
                            const stated_details& limits = {});

/// connection_error with errorType, message and errorCode at top level of `errors[0]`.
void append_connection_error(std::string& out, failure what, const stated_details& limits = {});
/// subscribe_error, unsubscribe_error, publish_error: `kind` is the type member; `id` is left out
/// if empty. An unknown subscription's message names the id.
void append_operation_error(std::string& out, std::string_view kind, std::string_view id,
                            failure what, const stated_details& limits = {});
/// The generic `error` frame; `id` is left out if empty.
void append_error(std::string& out, std::string_view id, failure what);
/// broadcast_error.
void append_broadcast_error(std::string& out, std::string_view id);

/// The body of a successful `POST /event`: `{"failed":[…],"successful":[…]}`.
void append_publish_result(std::string& out, std::span<const service::published_event> entries,
                           const stated_details& limits = {});

/// The body of an HTTP error: `{"errors":[{"errorType":…,"message":…}],"message":…}`.
void append_http_error(std::string& out, failure what, const stated_details& limits = {});

} // namespace actormesh::appsync
