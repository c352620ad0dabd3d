#include "net/appsync/request_scope.hpp"

#include "telemetry/log.hpp"

#include <boost/beast/http/field.hpp>

namespace actormesh::appsync {

namespace {

namespace log = telemetry::log;
using boost::beast::http::field;

/// Which origin the answer names: with a list of them, the one that asked (and is on it), so that
/// no page reads what another was told.
std::string allowed_origin(const http::exchange& what, const service::tenant* to) {
  const auto origin = what.what()[field::origin];
  if (to == nullptr || to->settings().origins.empty())
    return "*";
  return origin.empty() || !to->allows_origin(origin) ? std::string{} : std::string{origin};
}

} // namespace

request_scope::request_scope(http::exchange& what, const service::tenant* to,
                             const net::uuid_text& id, const boost::asio::ip::address& client)
  : id_(id)
  , client_(client)
  , allowed_origin_(allowed_origin(what, to)) {}

std::string_view request_scope::common_headers(answer_scratch& scratch,
                                               std::string_view more) const {
  auto& headers = scratch.headers;
  headers.assign("x-amzn-RequestId: ");
  headers.append(id_.view()).append("\r\n");
  if (!allowed_origin_.empty())
    headers.append("Access-Control-Allow-Origin: ")
        .append(allowed_origin_)
        .append("\r\nAccess-Control-Expose-Headers: x-amzn-RequestId,x-amzn-ErrorType\r\n");
  if (allowed_origin_ != "*")
    headers.append("Vary: Origin\r\n");
  headers.append(more);
  return headers;
}

void request_scope::refuse(http::exchange& what, failure why, answer_scratch& scratch,
                           const refusal_options& how) const {
  const auto shape = shape_of(why, surface::http);
  std::string more{"x-amzn-ErrorType: "};
  more.append(shape.type).append("\r\n").append(how.headers);
  scratch.body.clear();
  append_http_error(scratch.body, why, how.details);
  log::debug("refused a request", {{"error", service::to_string(why)},
                                   {"request", id_.view()},
                                   {"remote", client_.to_string()}});
  what.respond({how.status != 0 ? how.status : shape.status, "application/json",
                common_headers(scratch, more), scratch.body});
}

void request_scope::answer(http::exchange& what, answer_scratch& scratch) const {
  what.respond({200, "application/json", common_headers(scratch, {}), scratch.body});
}

void request_scope::answer_empty(http::exchange& what, std::string_view headers,
                                 answer_scratch& scratch) const {
  what.respond({204, {}, common_headers(scratch, headers), {}});
}

} // namespace actormesh::appsync
