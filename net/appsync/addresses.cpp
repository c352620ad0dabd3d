#include "net/appsync/addresses.hpp"

#include "net/appsync/signed_operation.hpp"

namespace actormesh::appsync {

namespace {

/// Whatever it is, clients sign it as a publish by HTTP.
auth::signed_request request_of(const service::tenant& to, auth::signed_payload payload,
                                std::string& path) {
  path.assign(to.settings().path_prefix).append(publish_address);
  return {.method = signed_method,
          .path = std::string_view{path},
          .query = std::string_view{},
          .payload = payload};
}

/// What was signed can't be written again from an operation that could not be read.
bool is_unreadable(const service::channel_operation& what) { return what.problem != failure::none; }

} // namespace

service::signed_target signed_over(const service::tenant& to, const service::publish_request& asked,
                                   std::string& path) {
  const auto& what = asked.what;
  return {request_of(to, signed_publish(what.channel, what.events), path), is_unreadable(what)};
}

service::signed_target signed_over(const service::tenant& to,
                                   const service::subscribe_request& asked, std::string& path) {
  return {request_of(to, signed_subscribe(asked.what.channel), path), is_unreadable(asked.what)};
}

auth::signed_request signed_over_connect(const service::tenant& to, std::string& path) {
  return request_of(to, signed_connect(), path);
}

stated_details details_of(const service::tenant& of, std::string_view denied) noexcept {
  const auto& limits = of.settings().limits;
  return {limits.events_per_publish, limits.event_bytes, denied};
}

} // namespace actormesh::appsync
