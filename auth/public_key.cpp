#include "auth/public_key.hpp"

#include "text/base64.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <utility>

namespace actormesh::auth {

namespace {

namespace json = boost::json;

/// A longer exponent makes checking slow, and nobody has one: nearly all are 65537.
constexpr std::size_t longest_exponent_bytes = 8;

constexpr std::size_t ed25519_bytes = 32;

/// Calls an OpenSSL function on what a pointer holds when that goes away.
template <auto Free> struct freer {
  template <class T> void operator()(T* what) const noexcept { Free(what); }
};

using number_pointer = std::unique_ptr<BIGNUM, freer<BN_free>>;
using builder_pointer = std::unique_ptr<OSSL_PARAM_BLD, freer<OSSL_PARAM_BLD_free>>;
using parameters_pointer = std::unique_ptr<OSSL_PARAM, freer<OSSL_PARAM_free>>;
using key_context_pointer = std::unique_ptr<EVP_PKEY_CTX, freer<EVP_PKEY_CTX_free>>;
using digest_context_pointer = std::unique_ptr<EVP_MD_CTX, freer<EVP_MD_CTX_free>>;
using signature_pointer = std::unique_ptr<ECDSA_SIG, freer<ECDSA_SIG_free>>;

const unsigned char* bytes_of(std::string_view text) noexcept {
  return reinterpret_cast<const unsigned char*>(text.data());
}

/// A member that is a string. Empty if it is absent or anything else.
std::string_view text_of(const json::object& object, std::string_view name) {
  const auto* const value = object.if_contains({name.data(), name.size()});
  const auto* const text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? std::string_view{} : std::string_view{text->data(), text->size()};
}

// -- what a key is for ----------------------------------------------------------------------------

/// Members that are there have to say that signatures are checked with the key.
bool is_for_signatures(const json::object& jwk) {
  if (jwk.contains("use") && text_of(jwk, "use") != "sig")
    return false;
  const auto* const operations = jwk.if_contains("key_ops");
  if (operations == nullptr)
    return true;
  const auto* const list = operations->if_array();
  return list != nullptr && std::any_of(list->begin(), list->end(), [](const json::value& each) {
           const auto* const text = each.if_string();
           return text != nullptr && *text == "verify";
         });
}

std::optional<key_type> type_of(const json::object& jwk) {
  const auto type = text_of(jwk, "kty");
  const auto curve = text_of(jwk, "crv");
  if (type == "RSA")
    return key_type::rsa;
  if (type == "OKP" && curve == "Ed25519")
    return key_type::ed25519;
  if (type != "EC")
    return std::nullopt;
  for (const auto each : {key_type::ec_p256, key_type::ec_p384, key_type::ec_p521}) {
    if (curve == to_string(each))
      return each;
  }
  return std::nullopt;
}

/// The size of a coordinate, and of either half of a signature.
std::size_t field_bytes(key_type type) noexcept {
  switch (type) {
  case key_type::ec_p256:
    return 32;
  case key_type::ec_p384:
    return 48;
  default:
    return 66;
  }
}

// -- OpenSSL's keys -------------------------------------------------------------------------------

using evp_key_pointer = std::unique_ptr<EVP_PKEY, freer<EVP_PKEY_free>>;
using made_key = std::variant<evp_key_pointer, key_problem>;

/// Takes back what OpenSSL says of failures here: a connection of this thread that asks OpenSSL
/// what went wrong must not find it.
class quiet_errors {
public:
  quiet_errors() { ERR_set_mark(); }
  quiet_errors(const quiet_errors&) = delete;
  quiet_errors& operator=(const quiet_errors&) = delete;
  ~quiet_errors() { ERR_pop_to_mark(); }
};

/// The key that some parameters describe. Null if they describe none.
evp_key_pointer make_key(const char* type, OSSL_PARAM_BLD* builder) {
  const parameters_pointer parameters{OSSL_PARAM_BLD_to_param(builder)};
  const key_context_pointer context{EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr)};
  EVP_PKEY* key = nullptr;
  if (parameters == nullptr || context == nullptr || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1)
    return nullptr;
  return evp_key_pointer{key};
}

number_pointer to_number(std::string_view bytes) {
  return number_pointer{BN_bin2bn(bytes_of(bytes), static_cast<int>(bytes.size()), nullptr)};
}

/// RFC 7518 section 6.3.1.
made_key make_rsa_key(const json::object& jwk) {
  const auto modulus_bytes = text::decode_base64url(text_of(jwk, "n"));
  const auto exponent_bytes = text::decode_base64url(text_of(jwk, "e"));
  if (!modulus_bytes || !exponent_bytes || modulus_bytes->empty() || exponent_bytes->empty())
    return key_problem::malformed;
  if (modulus_bytes->size() > longest_rsa_bits / 8 + 1)
    return key_problem::bad_size;
  if (exponent_bytes->size() > longest_exponent_bytes)
    return key_problem::not_a_key;
  const auto modulus = to_number(*modulus_bytes);
  const auto exponent = to_number(*exponent_bytes);
  if (modulus == nullptr || exponent == nullptr)
    return key_problem::not_a_key;
  const auto bits = static_cast<std::size_t>(BN_num_bits(modulus.get()));
  if (bits < shortest_rsa_bits || bits > longest_rsa_bits)
    return key_problem::bad_size;
  if (BN_is_odd(modulus.get()) != 1 || BN_is_odd(exponent.get()) != 1 ||
      BN_is_one(exponent.get()) == 1)
    return key_problem::not_a_key;
  const builder_pointer builder{OSSL_PARAM_BLD_new()};
  if (builder == nullptr ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get()) != 1)
    return key_problem::not_a_key;
  return make_key("RSA", builder.get());
}

/// Whether a public key is what its type asks for, e.g. a point of its curve.
bool is_sound(EVP_PKEY* key) {
  const key_context_pointer context{EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr)};
  return context != nullptr && EVP_PKEY_public_check(context.get()) == 1;
}

/// RFC 7518 section 6.2.1.
made_key make_ec_key(const json::object& jwk, key_type type) {
  const auto x = text::decode_base64url(text_of(jwk, "x"));
  const auto y = text::decode_base64url(text_of(jwk, "y"));
  if (!x || !y || x->size() != field_bytes(type) || y->size() != field_bytes(type))
    return key_problem::malformed;
  constexpr char uncompressed = POINT_CONVERSION_UNCOMPRESSED;
  const auto point = uncompressed + *x + *y;
  const builder_pointer builder{OSSL_PARAM_BLD_new()};
  if (builder == nullptr ||
      OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, to_string(type),
                                      0) != 1 ||
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                       point.size()) != 1)
    return key_problem::not_a_key;
  auto key = make_key("EC", builder.get());
  if (key == nullptr || !is_sound(key.get()))
    return key_problem::not_a_key;
  return key;
}

/// RFC 8037 section 2.
made_key make_ed25519_key(const json::object& jwk) {
  const auto x = text::decode_base64url(text_of(jwk, "x"));
  if (!x || x->size() != ed25519_bytes)
    return key_problem::malformed;
  return evp_key_pointer{
      EVP_PKEY_new_raw_public_key_ex(nullptr, "ED25519", nullptr, bytes_of(*x), x->size())};
}

made_key make_key_of(key_type type, const json::object& jwk) {
  switch (type) {
  case key_type::rsa:
    return make_rsa_key(jwk);
  case key_type::ed25519:
    return make_ed25519_key(jwk);
  default:
    return make_ec_key(jwk, type);
  }
}

// -- signatures -----------------------------------------------------------------------------------

/// The digest's name in OpenSSL. Null for EdDSA, which has its own.
const char* digest_of(algorithm what) noexcept {
  switch (what) {
  case algorithm::rs256:
  case algorithm::ps256:
  case algorithm::es256:
    return "SHA256";
  case algorithm::rs384:
  case algorithm::ps384:
  case algorithm::es384:
    return "SHA384";
  case algorithm::rs512:
  case algorithm::ps512:
  case algorithm::es512:
    return "SHA512";
  case algorithm::eddsa:
    break;
  }
  return nullptr;
}

bool is_pss(algorithm what) noexcept {
  return what == algorithm::ps256 || what == algorithm::ps384 || what == algorithm::ps512;
}

/// RFC 7518 section 3.5: the salt is as long as the digest, and MGF1 uses the same digest.
bool use_pss(EVP_PKEY_CTX* context) {
  return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
         EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1;
}

/// OpenSSL wants the two numbers of an EC signature in DER. Empty if they are of the wrong size.
std::string to_der(std::string_view signature, std::size_t half) {
  if (signature.size() != 2 * half)
    return {};
  auto r = to_number(signature.substr(0, half));
  auto s = to_number(signature.substr(half));
  const signature_pointer numbers{ECDSA_SIG_new()};
  if (r == nullptr || s == nullptr || numbers == nullptr ||
      ECDSA_SIG_set0(numbers.get(), r.get(), s.get()) != 1)
    return {};
  // The signature owns them now.
  (void)r.release();
  (void)s.release();
  const int size = i2d_ECDSA_SIG(numbers.get(), nullptr);
  std::string der(static_cast<std::size_t>(std::max(size, 0)), '\0');
  auto* to = reinterpret_cast<unsigned char*>(der.data());
  if (size <= 0 || i2d_ECDSA_SIG(numbers.get(), &to) != size)
    return {};
  return der;
}

bool check(algorithm what, EVP_PKEY* key, std::string_view message, std::string_view signature) {
  const digest_context_pointer context{EVP_MD_CTX_new()};
  EVP_PKEY_CTX* key_context = nullptr; // Belongs to `context`.
  return context != nullptr &&
         EVP_DigestVerifyInit_ex(context.get(), &key_context, digest_of(what), nullptr, nullptr,
                                 key, nullptr) == 1 &&
         (!is_pss(what) || use_pss(key_context)) &&
         EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(), bytes_of(message),
                          message.size()) == 1;
}

} // namespace

const char* to_string(key_problem problem) noexcept {
  switch (problem) {
  case key_problem::not_an_object:
    return "not an object";
  case key_problem::unknown_type:
    return "unknown type or curve";
  case key_problem::not_for_signatures:
    return "not for checking signatures";
  case key_problem::malformed:
    return "a member is missing or malformed";
  case key_problem::bad_size:
    return "too few or too many bits";
  case key_problem::not_a_key:
    return "the numbers are no key";
  }
  return "unknown";
}

void public_key::free_key::operator()(evp_pkey_st* key) const noexcept { EVP_PKEY_free(key); }

public_key::public_key(key_type type, key_pointer key) noexcept
  : type_{type}
  , key_{std::move(key)} {}

public_key::public_key(public_key&&) noexcept = default;
public_key& public_key::operator=(public_key&&) noexcept = default;
public_key::~public_key() = default;

std::variant<public_key, key_problem> public_key::parse(const json::value& jwk) {
  const quiet_errors quiet;
  const auto* const object = jwk.if_object();
  if (object == nullptr)
    return key_problem::not_an_object;
  const auto type = type_of(*object);
  if (!type)
    return key_problem::unknown_type;
  if (!is_for_signatures(*object))
    return key_problem::not_for_signatures;
  std::optional<algorithm> only;
  if (object->contains("alg")) {
    only = parse_algorithm(text_of(*object, "alg"));
    if (!only || key_type_of(*only) != *type)
      return key_problem::not_for_signatures;
  }
  if (object->contains("kid") && !object->at("kid").is_string())
    return key_problem::malformed;
  auto made = make_key_of(*type, *object);
  if (const auto* const problem = std::get_if<key_problem>(&made))
    return *problem;
  auto& key = std::get<evp_key_pointer>(made);
  if (key == nullptr)
    return key_problem::not_a_key;
  public_key result{*type, key_pointer{key.release()}};
  result.id_ = text_of(*object, "kid");
  result.only_ = only;
  return result;
}

bool public_key::fits(algorithm what) const noexcept {
  return key_type_of(what) == type_ && (!only_ || *only_ == what);
}

bool public_key::verifies(algorithm what, std::string_view message,
                          std::string_view signature) const {
  if (!fits(what))
    return false;
  const quiet_errors quiet;
  if (type_ == key_type::rsa || type_ == key_type::ed25519)
    return check(what, key_.get(), message, signature);
  const auto der = to_der(signature, field_bytes(type_));
  return !der.empty() && check(what, key_.get(), message, der);
}

} // namespace actormesh::auth
