#include "tests/auth/signing.hpp"

#include "auth/digest.hpp"
#include "text/base64.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <stdexcept>
#include <utility>

namespace actormesh::testing {

namespace {

namespace json = boost::json;

using auth::algorithm;
using auth::key_type;

void require(bool holds) {
  if (!holds)
    throw std::runtime_error{"OpenSSL failed"};
}

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

EVP_PKEY* make_key(key_type type, unsigned rsa_bits) {
  switch (type) {
  case key_type::rsa:
    return EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", static_cast<std::size_t>(rsa_bits));
  case key_type::ed25519:
    return EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
  default:
    return EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", auth::to_string(type));
  }
}

std::size_t field_bytes(key_type type) {
  switch (type) {
  case key_type::ec_p256:
    return 32;
  case key_type::ec_p384:
    return 48;
  default:
    return 66;
  }
}

const char* digest_of(algorithm what) {
  if (what == algorithm::eddsa)
    return nullptr;
  const std::string_view name = auth::to_string(what);
  return name.ends_with("256") ? "SHA256" : name.ends_with("384") ? "SHA384" : "SHA512";
}

/// A number of a key in base64url, in `size` bytes or as many as it takes.
std::string number_of(const EVP_PKEY* key, const char* name, std::size_t size = 0) {
  BIGNUM* number = nullptr;
  require(EVP_PKEY_get_bn_param(key, name, &number) == 1);
  std::string bytes(size == 0 ? static_cast<std::size_t>(BN_num_bytes(number)) : size, '\0');
  const int written = BN_bn2binpad(number, bytes_of(bytes), static_cast<int>(bytes.size()));
  BN_free(number);
  require(written >= 0);
  return text::encode_base64url(bytes);
}

std::string raw_public_key(const EVP_PKEY* key) {
  std::size_t size = 0;
  require(EVP_PKEY_get_raw_public_key(key, nullptr, &size) == 1);
  std::string bytes(size, '\0');
  require(EVP_PKEY_get_raw_public_key(key, bytes_of(bytes), &size) == 1);
  return bytes;
}

/// The two numbers of a signature in DER, one after the other (RFC 7518 section 3.4).
std::string from_der(std::string_view der, std::size_t half) {
  const auto* at = bytes_of(der);
  ECDSA_SIG* numbers = d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size()));
  require(numbers != nullptr);
  std::string raw(2 * half, '\0');
  const int size = static_cast<int>(half);
  const bool written = BN_bn2binpad(ECDSA_SIG_get0_r(numbers), bytes_of(raw), size) == size &&
                       BN_bn2binpad(ECDSA_SIG_get0_s(numbers), bytes_of(raw) + half, size) == size;
  ECDSA_SIG_free(numbers);
  require(written);
  return raw;
}

} // namespace

signing_key signing_key::make(auth::algorithm algorithm, std::string kid, unsigned rsa_bits) {
  signing_key made;
  made.algorithm_ = algorithm;
  made.kid_ = std::move(kid);
  made.key_ = {make_key(auth::key_type_of(algorithm), rsa_bits), EVP_PKEY_free};
  require(made.key_ != nullptr);
  return made;
}

json::object signing_key::jwk() const {
  json::object jwk{{"use", "sig"}};
  if (!kid_.empty())
    jwk["kid"] = kid_;
  const auto type = auth::key_type_of(algorithm_);
  switch (type) {
  case key_type::rsa:
    jwk["kty"] = "RSA";
    jwk["n"] = number_of(key_.get(), OSSL_PKEY_PARAM_RSA_N);
    jwk["e"] = number_of(key_.get(), OSSL_PKEY_PARAM_RSA_E);
    break;
  case key_type::ed25519:
    jwk["kty"] = "OKP";
    jwk["crv"] = "Ed25519";
    jwk["x"] = text::encode_base64url(raw_public_key(key_.get()));
    break;
  default:
    jwk["kty"] = "EC";
    jwk["crv"] = auth::to_string(type);
    jwk["x"] = number_of(key_.get(), OSSL_PKEY_PARAM_EC_PUB_X, field_bytes(type));
    jwk["y"] = number_of(key_.get(), OSSL_PKEY_PARAM_EC_PUB_Y, field_bytes(type));
    break;
  }
  return jwk;
}

std::string signing_key::sign(std::string_view message) const { return sign(algorithm_, message); }

std::string signing_key::sign(auth::algorithm algorithm, std::string_view message) const {
  EVP_PKEY_CTX* options = nullptr;
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{EVP_MD_CTX_new(),
                                                                        EVP_MD_CTX_free};
  require(EVP_DigestSignInit_ex(context.get(), &options, digest_of(algorithm), nullptr, nullptr,
                                key_.get(), nullptr) == 1);
  if (std::string_view{auth::to_string(algorithm)}.starts_with("PS")) {
    require(EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING) == 1);
    require(EVP_PKEY_CTX_set_rsa_pss_saltlen(options, RSA_PSS_SALTLEN_DIGEST) == 1);
  }
  std::size_t size = 0;
  require(EVP_DigestSign(context.get(), nullptr, &size, bytes_of(message), message.size()) == 1);
  std::string signature(size, '\0');
  require(EVP_DigestSign(context.get(), bytes_of(signature), &size, bytes_of(message),
                         message.size()) == 1);
  signature.resize(size);
  const auto type = auth::key_type_of(algorithm);
  return type == key_type::rsa || type == key_type::ed25519
             ? signature
             : from_der(signature, field_bytes(type));
}

std::string signing_key::token(const json::object& claims) const {
  json::object header{{"alg", auth::to_string(algorithm_)}, {"typ", "JWT"}};
  if (!kid_.empty())
    header["kid"] = kid_;
  return raw_token(json::serialize(header), json::serialize(claims));
}

std::string signing_key::raw_token(std::string_view header, std::string_view payload) const {
  auto text = text::encode_base64url(header) + '.' + text::encode_base64url(payload);
  return text + '.' + text::encode_base64url(sign(text));
}

std::string jwks_of(const std::vector<signing_key>& keys) {
  json::array list;
  for (const auto& key : keys)
    list.emplace_back(key.jwk());
  return json::serialize(json::object{{"keys", std::move(list)}});
}

} // namespace actormesh::testing
