/// Signed requests: access keys, and what their owners may do.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace actormesh::config {

/// Whether a statement of an access key's policy gives or takes.
enum class policy_effect : std::uint8_t { allow, deny };

/// As it is written in the configuration: `allow`.
[[nodiscard]] std::string_view to_string(policy_effect value) noexcept;

/// How names of access keys and their policies are written.
struct iam_settings {
  std::string region = "us-east-1";     ///< What AWS's own tools take when nobody says anything.
  std::string account = "000000000000"; ///< In the ARNs of policies and identities.
  std::chrono::milliseconds clock_skew = std::chrono::minutes{5}; ///< AWS's practice.

  friend bool operator==(const iam_settings&, const iam_settings&) = default;
};

/// One statement of an access key's policy.
struct statement_settings {
  policy_effect effect = policy_effect::allow;
  std::vector<std::string> actions;   ///< `appsync:EventPublish`, `*`
  std::vector<std::string> resources; ///< ARNs with `*` and `?`

  friend bool operator==(const statement_settings&, const statement_settings&) = default;
};

/// An access key whose owner may sign requests.
struct access_key_settings {
  std::string id;          ///< `AKIA…`
  std::string user;        ///< Whose it is, for identities and the audit log; empty: the id.
  std::string secret_file; ///< One secret a line, all valid. Relative to the configuration file.
  /// One session token a line: a request must carry one of them. Empty: requests carry none.
  std::string session_token_file;
  std::vector<statement_settings> policy;

  friend bool operator==(const access_key_settings&, const access_key_settings&) = default;
};

} // namespace actormesh::config
