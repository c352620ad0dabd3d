/// Where API keys come from besides a file of keys: secrets in clear, which somebody else rotates.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace actormesh::config {

struct keys_source_settings {
  std::string file;                 ///< Absolute, or relative to the configuration file.
  std::vector<std::string> command; ///< A program and its arguments; it prints the secret.
  std::string url;                  ///< Answers like AWS Secrets Manager's `GetSecretValue`.
  std::string secret_id;            ///< What `url` is asked for.
  std::string ca;                   ///< PEM file of the CAs that `url` is trusted by.
  std::string member = "api_key";   ///< Where a secret is a JSON object.
  /// A secret that is mounted by Kubernetes changes within a minute, too.
  std::chrono::milliseconds interval{60'000};
  /// How long a key counts after the source has stopped to name it: clients get a day to take up
  /// the new one.
  std::chrono::milliseconds overlap = std::chrono::hours{24};
  std::chrono::milliseconds timeout{10'000};

  [[nodiscard]] bool is_set() const noexcept {
    return !file.empty() || !command.empty() || !url.empty();
  }

  friend bool operator==(const keys_source_settings&, const keys_source_settings&) = default;
};

} // namespace actormesh::config
