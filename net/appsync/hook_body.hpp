/// What AWS asks the Lambda function of an Event API, and what that answers (appsync-events
/// protocol section 5.6). Pure functions.
#pragma once

#include "service/access/hook_format.hpp"

#include <boost/json/object.hpp>

#include <string>

namespace actormesh::appsync {

/// `{"authorizationToken":…,"requestContext":{…},"requestHeaders":{…}}`.
[[nodiscard]] std::string write_hook_question(const access::hook_owner& whose,
                                              const access::hook_question& what);

/// `isAuthorized`, `ttlOverride`, `handlerContext`.
[[nodiscard]] access::hook_answer read_hook_answer(boost::json::object&& body);

} // namespace actormesh::appsync
