/// One public key that checks signatures, from a JSON Web Key (RFC 7517, 7518 and 8037).
#pragma once

#include "auth/algorithm.hpp"

#include <boost/json/object.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

struct evp_pkey_st;

namespace actormesh::auth {

/// RFC 7518 section 3.3 asks for this much.
inline constexpr std::size_t shortest_rsa_bits = 2048;

/// More takes OpenSSL milliseconds per signature.
inline constexpr std::size_t longest_rsa_bits = 16384;

/// Why a JSON Web Key is not used.
enum class key_problem : std::uint8_t {
  not_an_object,
  unknown_type,       ///< Of `kty` or `crv`; symmetric keys (`oct`) too.
  not_for_signatures, ///< By its `use`, `key_ops` or `alg`.
  malformed,          ///< A member is missing or cannot be read.
  bad_size,           ///< RSA of too few or too many bits.
  not_a_key,          ///< Not a point of its curve, an even modulus and so on.
};

[[nodiscard]] const char* to_string(key_problem) noexcept;

/// Any thread: immutable.
class public_key {
public:
  /// Reads a JSON Web Key. Members of a private key are not looked at.
  [[nodiscard]] static std::variant<public_key, key_problem> parse(const boost::json::value& jwk);

  public_key(public_key&&) noexcept;
  public_key& operator=(public_key&&) noexcept;
  ~public_key();

  [[nodiscard]] key_type type() const noexcept { return type_; }

  /// The key's name. Empty if it has none.
  [[nodiscard]] const std::string& id() const noexcept { return id_; }

  /// Whether the key takes an algorithm: by its type, and by its own `alg` if it has one.
  [[nodiscard]] bool fits(algorithm what) const noexcept;

  /// Whether `signature`, in the form it has in a token (RFC 7518 section 3.4: for EC the two
  /// numbers one after the other), is this key's of `message`. Never if the algorithm doesn't fit.
  [[nodiscard]] bool verifies(algorithm what, std::string_view message,
                              std::string_view signature) const;

private:
  struct free_key {
    void operator()(evp_pkey_st* key) const noexcept;
  };
  using key_pointer = std::unique_ptr<evp_pkey_st, free_key>;

  public_key(key_type type, key_pointer key) noexcept;

  key_type type_;
  key_pointer key_;
  std::string id_;
  std::optional<algorithm> only_; ///< The key's own `alg`.
};

} // namespace actormesh::auth
