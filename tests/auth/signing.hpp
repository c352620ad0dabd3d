/// What an identity provider does: makes keys, publishes them and signs tokens. For tests only.
#pragma once

#include "auth/algorithm.hpp"

#include <boost/json/object.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct evp_pkey_st;

namespace actormesh::testing {

/// A private key made at run time.
class signing_key {
public:
  /// Makes a key that an algorithm takes; RSA keys have 2048 bits unless told otherwise.
  static signing_key make(auth::algorithm algorithm, std::string kid, unsigned rsa_bits = 2048);

  [[nodiscard]] const std::string& kid() const { return kid_; }
  [[nodiscard]] auth::algorithm algorithm() const { return algorithm_; }

  /// The public half as a JSON Web Key, with `kty`, `kid` (unless empty), `use` and the numbers.
  [[nodiscard]] boost::json::object jwk() const;

  /// A signature in the form it has in a token; of another algorithm of the same key type if given.
  [[nodiscard]] std::string sign(std::string_view message) const;
  [[nodiscard]] std::string sign(auth::algorithm algorithm, std::string_view message) const;

  /// A token with the header `{"alg","kid","typ":"JWT"}` and these claims.
  [[nodiscard]] std::string token(const boost::json::object& claims) const;

  /// A token with this header and payload, whatever they are.
  [[nodiscard]] std::string raw_token(std::string_view header, std::string_view payload) const;

private:
  signing_key() = default;

  auth::algorithm algorithm_ = auth::algorithm::rs256;
  std::string kid_;
  std::shared_ptr<evp_pkey_st> key_;
};

/// The key set `{"keys":[…]}` of some keys.
[[nodiscard]] std::string jwks_of(const std::vector<signing_key>& keys);

} // namespace actormesh::testing
