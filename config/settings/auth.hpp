/// How callers prove who they are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace actormesh::config {

/// How a caller may prove who it is.
enum class auth_mode : std::uint8_t {
  api_key, ///< `API_KEY`: a key of the API's file of keys, or of its secret source.
  iam,     ///< `AWS_IAM`: a request signed with an access key (SigV4).
  cognito, ///< `AMAZON_COGNITO_USER_POOLS`: a token of a user pool.
  oidc,    ///< `OPENID_CONNECT`: a token of an OpenID Connect provider.
  lambda,  ///< `AWS_LAMBDA`: whatever a web hook accepts.
  none,    ///< `NONE`: no credential is asked for (not part of AWS's modes).
};

/// As it is written in the configuration: `API_KEY`.
[[nodiscard]] std::string_view to_string(auth_mode value) noexcept;

/// Which modes may do what in an API, unless a namespace says otherwise.
struct auth_settings {
  std::vector<auth_mode> connect{auth_mode::api_key};
  std::vector<auth_mode> publish{auth_mode::api_key};
  std::vector<auth_mode> subscribe{auth_mode::api_key};
  /// Wrong credentials from one address in a minute before they are answered with 429. 0: not
  /// limited. People mistype; programs that guess do it faster. Nobody guesses 128 bits at any
  /// speed, this keeps guessing from costing anything.
  std::size_t failures_per_minute = 60;

  friend bool operator==(const auth_settings&, const auth_settings&) = default;
};

} // namespace actormesh::config
