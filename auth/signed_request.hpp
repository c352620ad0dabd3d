/// What a signature is over, but for the headers.
#pragma once

#include "auth/required.hpp"
#include "auth/signed_payload.hpp"

#include <string_view>

namespace actormesh::auth {

/// The request that a client signed, as its protocol says: not always the one that carried it. Each
/// member has to be given. Views only: whatever they point to has to outlive the check.
struct signed_request {
  required<std::string_view> method;
  required<std::string_view> path;  ///< As sent, escapes and all; without the query.
  required<std::string_view> query; ///< As sent, without the `?`.
  signed_payload payload;
};

} // namespace actormesh::auth
