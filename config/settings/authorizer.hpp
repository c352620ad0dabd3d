/// The web hook behind `AWS_LAMBDA`.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace actormesh::config {

struct authorizer_settings {
  std::string url;
  std::string ca;                             ///< PEM file of the CAs that it is trusted by.
  std::string identity_validation_expression; ///< Tokens that don't match are refused unasked.
  std::chrono::milliseconds result_ttl{0};    ///< Of answers without `ttlOverride`. 0: not kept.
  std::chrono::milliseconds timeout{10'000};  ///< AWS's limit for a Lambda authorizer.
  /// Calls at the same time; a web hook of 50 ms answers some 600 operations per second then.
  std::size_t concurrency = 32;
  std::size_t queue = 1'024; ///< Calls that wait for one of those; what comes on top is denied.
  std::size_t cache_entries = 16'384;

  friend bool operator==(const authorizer_settings&, const authorizer_settings&) = default;
};

} // namespace actormesh::config
