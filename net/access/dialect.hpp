/// What differs between kinds of APIs as to who may do what.
#pragma once

#include "auth/required.hpp"

#include <string_view>

namespace actormesh::access {

/// The words of one kind of API. Its edge has one, as a constant.
struct dialect {
  auth::required<std::string_view> service; ///< That requests are signed for, such as `appsync`.
};

} // namespace actormesh::access
