/// Frames and HTTP bodies. What is accepted keeps its promises, and the replies made from it are
/// JSON that says the same.
#include "net/appsync/format.hpp"
#include "net/appsync/operation.hpp"
#include "text/json.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using namespace actormesh::appsync;

void require(bool holds) {
  if (!holds)
    std::abort();
}

bool is_id(std::string_view text) {
  constexpr std::string_view allowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_+";
  return !text.empty() && text.size() <= 128 &&
         text.find_first_not_of(allowed) == std::string_view::npos;
}

boost::json::object parsed(std::string_view text) {
  boost::json::error_code ec;
  auto value = boost::json::parse({text.data(), text.size()}, ec);
  require(!ec && value.is_object());
  return value.as_object();
}

void check_data_frame(std::string_view event) {
  auto frame = data_prefix("id");
  append_data_tail(frame, event);
  require(frame.size() == data_prefix("id").size() + actormesh::text::json_escaped_size(event) + 2);
  require(std::string_view{parsed(frame).at("event").as_string()} == event);
}

void check_events(const operation& what, const operation_limits& limits) {
  if (what.problem != failure::none)
    require(what.events.empty());
  require(what.events.size() <= limits.events_per_publish);
  if (what.problem == failure::none && what.type == operation_type::publish)
    require(!what.events.empty());
  for (const auto& event : what.events)
    check_data_frame(event);
}

void check_credentials(const operation& what) {
  if (!what.authorization)
    return;
  for (const auto* value : {&what.authorization->api_key, &what.authorization->authorization,
                            &what.authorization->host}) {
    require(!*value || std::none_of((*value)->begin(), (*value)->end(),
                                    [](char c) { return (c >= 0 && c < 0x20) || c == 0x7F; }));
  }
}

void check_frame(const operation& what) {
  require(what.id.empty() || is_id(what.id));
  check_credentials(what);
  if (what.problem == failure::none) {
    require(what.type != operation_type::unknown);
    require(what.type == operation_type::connection_init || !what.id.empty());
    return;
  }
  std::string reply;
  append_operation_error(reply, "publish_error", what.id, what.problem);
  require(parsed(reply).contains("id") == !what.id.empty());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static operation_parser parser;
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const operation_limits limits;

  const auto frame = parser.parse_frame(text, limits);
  check_frame(frame);
  check_events(frame, limits);

  const auto body = parser.parse_http_publish(text, limits);
  require(body.type == operation_type::publish && body.id.empty() && !body.authorization);
  check_events(body, limits);
  return 0;
}
