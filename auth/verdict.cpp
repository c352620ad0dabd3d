#include "auth/verdict.hpp"

namespace actormesh::auth {

const char* to_string(verdict what) noexcept {
  switch (what) {
  case verdict::allowed:
    return "allowed";
  case verdict::missing:
    return "missing_credentials";
  case verdict::rejected:
    return "rejected";
  case verdict::mode_not_allowed:
    return "mode_not_allowed";
  case verdict::access_denied:
    return "access_denied";
  case verdict::incomplete_signature:
    return "incomplete_signature";
  case verdict::unknown_access_key:
    return "unknown_access_key";
  case verdict::bad_signature:
    return "bad_signature";
  case verdict::signature_expired:
    return "signature_expired";
  case verdict::invalid_token:
    return "invalid_token";
  case verdict::token_expired:
    return "token_expired";
  case verdict::refused_by_hook:
    return "refused_by_hook";
  case verdict::unavailable:
    return "authorizer_unavailable";
  case verdict::throttled:
    return "throttled";
  }
  return "?";
}

bool is_wrong_guess(verdict what) noexcept {
  switch (what) {
  case verdict::rejected:
  case verdict::incomplete_signature:
  case verdict::unknown_access_key:
  case verdict::bad_signature:
  case verdict::invalid_token:
  case verdict::refused_by_hook:
    return true;
  default:
    return false;
  }
}

} // namespace actormesh::auth
