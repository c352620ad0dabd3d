#include "auth/algorithm.hpp"

#include <algorithm>
#include <array>

namespace actormesh::auth {

namespace {

/// In the order of the enumeration.
constexpr std::array<const char*, 10> names{"RS256", "RS384", "RS512", "PS256", "PS384",
                                            "PS512", "ES256", "ES384", "ES512", "EdDSA"};

} // namespace

std::optional<algorithm> parse_algorithm(std::string_view name) noexcept {
  const auto* const found = std::find(names.begin(), names.end(), name);
  if (found == names.end())
    return std::nullopt;
  return static_cast<algorithm>(found - names.begin());
}

key_type key_type_of(algorithm what) noexcept {
  switch (what) {
  case algorithm::es256:
    return key_type::ec_p256;
  case algorithm::es384:
    return key_type::ec_p384;
  case algorithm::es512:
    return key_type::ec_p521;
  case algorithm::eddsa:
    return key_type::ed25519;
  default:
    return key_type::rsa;
  }
}

const char* to_string(algorithm what) noexcept { return names[static_cast<std::size_t>(what)]; }

const char* to_string(key_type what) noexcept {
  switch (what) {
  case key_type::rsa:
    return "RSA";
  case key_type::ec_p256:
    return "P-256";
  case key_type::ec_p384:
    return "P-384";
  case key_type::ec_p521:
    return "P-521";
  case key_type::ed25519:
    return "Ed25519";
  }
  return "unknown";
}

} // namespace actormesh::auth
