/// Signed tokens: JSON Web Tokens in the compact form (RFC 7515, RFC 7519). Whether a token is what
/// a provider made is decided here; whether its claims suffice, by `token_rules`.
#pragma once

#include "auth/algorithm.hpp"
#include "auth/jwks.hpp"

#include <boost/json/object.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace actormesh::auth {

/// Headers of HTTP end there too. Tokens of identity providers take one to four KiB.
inline constexpr std::size_t token_bytes = 16 * 1024;

enum class token_error : std::uint8_t {
  none,
  too_large,
  malformed,         ///< Not three parts of base64url, not JSON, or a member comes twice.
  algorithm_refused, ///< `none`, HS256 and its like, or one we don't know.
  critical_header,   ///< `crit`: something has to be understood that is not.
  type_refused,      ///< `typ` says it is some other kind of token.
  unknown_key,       ///< No key of the set has the token's `kid` and takes its algorithm.
  bad_signature,
};

[[nodiscard]] const char* to_string(token_error) noexcept;

/// What a token says of itself, before anybody checked it. Good for choosing a provider and for
/// nothing else.
struct token_look {
  token_error problem = token_error::malformed; ///< `none`: the rest means something.
  algorithm signed_with = algorithm::rs256;
  std::string key_id; ///< `kid`. Empty if there is none.
  std::string issuer; ///< `iss`. Empty if there is none.
};

/// Reads a token without checking its signature. All of `verify`'s checks of form are done.
[[nodiscard]] token_look look_into(std::string_view token);

/// A checked token, or why it is none.
struct verified_token {
  token_error problem = token_error::malformed;
  boost::json::object claims; ///< Empty unless `problem` is `none`.
};

/// Checks a token's signature with the key it names.
[[nodiscard]] verified_token verify(std::string_view token, const key_set& keys);

/// An `Authorization` value without the scheme `Bearer` (in any case) if it has it.
[[nodiscard]] std::string_view without_bearer(std::string_view authorization) noexcept;

} // namespace actormesh::auth
