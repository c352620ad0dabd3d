/// Who asks, as far as credentials prove it.
#pragma once

#include "config/settings.hpp"

#include <boost/json/object.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace actormesh::auth {

class policy;

/// Any thread, immutable: the same type for every mode, for whoever wants to know who did
/// something.
struct identity {
  config::auth_mode mode = config::auth_mode::none; ///< `none`: no credentials were shown.

  /// What logs and the audit log call it: the id of an API key, the user of an access key, the
  /// subject of a token, what the web hook says. Never a secret.
  std::string name = {};

  /// `sub`, `cognito:groups` and so on of a token; `handlerContext` of a web hook's answer; `keyId`
  /// of an API key; `username` and `accessKeyId` of an access key.
  boost::json::object claims = {};

  /// When the token runs out.
  std::optional<std::chrono::system_clock::time_point> expires = std::nullopt;

  /// Whether a connection that began with it ends then.
  bool close_on_expiry = false;

  /// Of an access key: what it may do. Null for other modes.
  std::shared_ptr<const policy> permissions = nullptr;
};

using identity_ptr = std::shared_ptr<const identity>;

} // namespace actormesh::auth
