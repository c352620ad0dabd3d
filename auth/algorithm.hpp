/// The signature algorithms of JSON Web Tokens that are accepted (RFC 7518 section 3.1, RFC 8037).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace actormesh::auth {

/// Signatures by a private key. `none` and the symmetric HS256, HS384 and HS512 are not among them
/// and never will be: with those, whoever can check a token can make one.
enum class algorithm : std::uint8_t {
  rs256,
  rs384,
  rs512,
  ps256,
  ps384,
  ps512,
  es256,
  es384,
  es512,
  eddsa,
};

enum class key_type : std::uint8_t { rsa, ec_p256, ec_p384, ec_p521, ed25519 };

/// The algorithm of a name as it is written in a token, e.g. `RS256`. Nothing for any other.
[[nodiscard]] std::optional<algorithm> parse_algorithm(std::string_view name) noexcept;

/// The type of the keys an algorithm takes.
[[nodiscard]] key_type key_type_of(algorithm) noexcept;

[[nodiscard]] const char* to_string(algorithm) noexcept;
[[nodiscard]] const char* to_string(key_type) noexcept;

} // namespace actormesh::auth
