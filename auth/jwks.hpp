/// Sets of public keys as identity providers publish them (RFC 7517 section 5).
#pragma once

#include "auth/algorithm.hpp"
#include "auth/public_key.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace actormesh::auth {

/// Providers publish a few KiB.
inline constexpr std::size_t jwks_bytes = 1024 * 1024;

/// Entries, the ignored ones included. Providers publish two to ten.
inline constexpr std::size_t jwks_keys = 100;

/// Any thread: an immutable set of keys.
class key_set {
public:
  key_set() = default;
  explicit key_set(std::vector<public_key> keys);

  /// The key that checks a token of this `kid` (empty: the token has none) and algorithm. A token
  /// without a `kid`, or a key without one, is taken only if the set has one key and no more. Null
  /// if there is none. Lives as long as the set.
  [[nodiscard]] const public_key* find(std::string_view kid, algorithm what) const noexcept;

  [[nodiscard]] std::size_t size() const noexcept { return keys_.size(); }
  [[nodiscard]] bool empty() const noexcept { return keys_.empty(); }

private:
  std::vector<public_key> keys_;
};

using key_set_ptr = std::shared_ptr<const key_set>;

/// What became of a text.
struct jwks_result {
  key_set_ptr keys;    ///< Null if the text is no key set. May be empty of keys.
  std::string problem; ///< Why it is none: for logs.
  /// Entries that are not used, as RFC 7517 section 5 wants it, e.g. `key 2 ("abc"): bad size`.
  std::vector<std::string> ignored;
};

/// Reads a key set.
[[nodiscard]] jwks_result parse_jwks(std::string_view text);

} // namespace actormesh::auth
