/// What becomes of credentials.
#pragma once

#include "auth/identity.hpp"

#include <cstdint>
#include <functional>
#include <string>

namespace actormesh::auth {

enum class verdict : std::uint8_t {
  allowed,
  missing,              ///< No credentials where some are needed.
  rejected,             ///< An API key that is unknown or expired, or nothing any mode knows.
  mode_not_allowed,     ///< Good credentials of a mode that this operation does not take.
  access_denied,        ///< Good credentials whose policy, or whose claims, do not cover it.
  incomplete_signature, ///< A signature that cannot be read, or is over too little.
  unknown_access_key,   ///< Or a session token that is not its.
  bad_signature,
  signature_expired, ///< Or signed in the future.
  invalid_token,     ///< Malformed, not signed by the issuer, or made for somebody else.
  token_expired,
  refused_by_hook,
  unavailable, ///< The issuer or the web hook cannot be asked.
  throttled,   ///< Too many wrong credentials came from this address.
};

/// `allowed`, `missing`, ...: for logs, metrics and the audit log.
[[nodiscard]] const char* to_string(verdict) noexcept;

/// Whether somebody who guesses would get it.
[[nodiscard]] bool is_wrong_guess(verdict) noexcept;

struct answer {
  verdict outcome = verdict::missing;
  identity_ptr who = nullptr; ///< Null if nobody is known to be who they say.
  std::string detail = {};    ///< What the caller may be told besides; may be empty.
};

/// Called exactly once, on any thread.
using answer_handler = std::function<void(answer)>;

} // namespace actormesh::auth
