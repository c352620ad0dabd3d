/// What clients ask for over WebSocket, from the text of a frame (appsync-events protocol sections
/// 3.4 to 3.6). Pure functions of bytes.
#pragma once

#include "auth/credentials.hpp"
#include "net/appsync/errors.hpp"
#include "service/operation.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace actormesh::appsync {

using auth::credentials;

enum class operation_type : std::uint8_t {
  connection_init,
  subscribe,
  unsubscribe,
  publish,
  unknown, ///< See `operation::problem`.
};

/// One frame. Which members mean something depends on the type.
///
/// `problem` is one of malformed_json, missing_field, bad_id, no_events, too_many_events,
/// event_not_json, unsupported_operation. `type` and `id` are set as far as they could be read, so
/// that the reply is of the right type and names the id.
struct operation : service::channel_operation {
  operation_type type = operation_type::unknown;
  std::string id; ///< Empty if absent or not a valid id.
};

struct operation_limits {
  std::size_t events_per_publish = 5;
};

/// Loop-bound: parses frames; keeps scratch memory from one to the next (bounded: memory above 64
/// KiB is given back).
class operation_parser {
public:
  operation_parser();
  ~operation_parser();
  operation_parser(const operation_parser&) = delete;
  operation_parser& operator=(const operation_parser&) = delete;

  /// Parses one frame. Only top-level members count; the `payload` object that amplify-js adds is
  /// ignored. Every event must be a string that holds valid JSON of any type, strictly read: what
  /// stands for no character (half of a surrogate pair) or for no number that anybody can hold (an
  /// exponent beyond 32 bits) is refused too.
  [[nodiscard]] operation parse_frame(std::string_view text, const operation_limits& limits);

  /// Parses the body of `POST /event`: `{"channel","events"}`. The result's type is publish.
  [[nodiscard]] operation parse_http_publish(std::string_view body, const operation_limits& limits);

private:
  struct scratch;
  std::unique_ptr<scratch> scratch_;
};

/// Decodes the `header-<base64url>` sub-protocol (the part after `header-`): base64url with or
/// without padding, of a JSON object. Nothing if it is neither.
[[nodiscard]] std::optional<credentials> decode_header_protocol(std::string_view base64url);

} // namespace actormesh::appsync
