/// What differs between kinds of APIs as to who may do what.
#pragma once

#include "auth/vocabulary.hpp"
#include "service/access/hook_format.hpp"

namespace actormesh::access {

/// How clients, policies and web hooks of one kind of API speak. Its edge has one, as a constant;
/// every member has to be given.
struct dialect {
  const auth::vocabulary& words; ///< Of policies; requests are signed for its service.
  hook_format hook;

  /// What policies call the operations that all kinds have.
  auth::action connect;
  auth::action subscribe;
  auth::action publish;
};

} // namespace actormesh::access
