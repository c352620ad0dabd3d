/// Whose tokens are accepted.
#pragma once

#include "config/settings/auth.hpp"

#include <chrono>
#include <string>

namespace actormesh::config {

struct issuer_settings {
  auth_mode mode = auth_mode::oidc; ///< `oidc` or `cognito`.
  std::string issuer;               ///< Exactly what tokens have as `iss`.
  std::string clients;              ///< Regular expression for `aud`, `azp` or `client_id`.
  std::string jwks_url;             ///< Empty: found by OpenID Connect discovery.
  std::string jwks_file;            ///< Instead of asking anybody. Relative to the configuration.
  std::string ca;                   ///< PEM file of the CAs that the issuer is trusted by.
  /// Issuers keep an old key in their set for days.
  std::chrono::milliseconds refresh = std::chrono::hours{1};
  /// A stranger's token with an unknown `kid` makes nobody ask more often than this.
  std::chrono::milliseconds min_refresh{30'000};
  std::chrono::milliseconds timeout{5'000};
  std::chrono::milliseconds iat_ttl{0};     ///< Age of a token at most. 0: not limited.
  std::chrono::milliseconds auth_ttl{0};    ///< Time since the user signed in. 0: not limited.
  std::chrono::milliseconds leeway{60'000}; ///< Clocks of issuers differ by seconds.
  bool close_on_expiry = false; ///< Whether connections end with the token they began with.

  friend bool operator==(const issuer_settings&, const issuer_settings&) = default;
};

} // namespace actormesh::config
