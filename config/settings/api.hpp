/// One Event API: an environment such as dev or prod, sharing nothing with others.
#pragma once

#include "config/defaults.hpp"
#include "config/settings/access_key.hpp"
#include "config/settings/auth.hpp"
#include "config/settings/authorizer.hpp"
#include "config/settings/issuer.hpp"
#include "config/settings/keys_source.hpp"
#include "config/settings/namespace.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace actormesh::config {

/// Limits of one API. A rate or a count of 0 means: not limited.
struct api_limits {
  std::size_t connections = 0;
  std::size_t connections_per_address = 0;
  std::size_t connections_per_second = 2'000; ///< AWS's quota "rate of connections per API".
  /// Per connection: AWS's quota "rate of publish requests per client connection".
  std::size_t publishes_per_second = 25;
  /// Per connection: AWS's quota "subscriptions per client connection".
  std::size_t subscriptions = 200;
  std::size_t events_per_publish = defaults::events_per_publish;
  std::size_t event_bytes = defaults::event_bytes;

  friend bool operator==(const api_limits&, const api_limits&) = default;
};

struct api_settings {
  std::string id;                   ///< `[A-Za-z0-9_-]{1,64}`, unique.
  std::string path_prefix;          ///< Empty, or `/v/dev` (no slash at the end).
  std::vector<std::string> hosts;   ///< Lower case, without port; empty: any host.
  std::vector<std::string> origins; ///< Of browsers: `https://example.com`; empty: any.
  std::string keys_file;            ///< Absolute, or relative to the configuration file.
  auth_settings auth;
  keys_source_settings keys_source;
  iam_settings iam;
  authorizer_settings authorizer;
  api_limits limits;
  std::vector<access_key_settings> access_keys;
  std::vector<issuer_settings> issuers;
  std::vector<namespace_settings> namespaces;

  friend bool operator==(const api_settings&, const api_settings&) = default;
};

} // namespace actormesh::config
