#include "auth/digest.hpp"

#include "text/hex.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <memory>

namespace actormesh::auth {

namespace {

struct free_digest {
  void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
};

struct free_mac {
  void operator()(EVP_MAC_CTX* context) const noexcept { EVP_MAC_CTX_free(context); }
};

using mac_pointer = std::unique_ptr<EVP_MAC_CTX, free_mac>;

/// Fetching an algorithm takes OpenSSL 3 longer than using it, so it is done once.
const EVP_MD* sha256_algorithm() noexcept {
  static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return algorithm;
}

/// HMAC over SHA-256, without a key yet.
mac_pointer make_hmac() noexcept {
  static EVP_MAC* const algorithm = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  mac_pointer context{algorithm == nullptr ? nullptr : EVP_MAC_CTX_new(algorithm)};
  char digest[] = "SHA256";
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
      OSSL_PARAM_construct_end()};
  if (context != nullptr && EVP_MAC_CTX_set_params(context.get(), parameters) != 1)
    context.reset();
  return context;
}

const unsigned char* bytes_of(std::string_view text) noexcept {
  return reinterpret_cast<const unsigned char*>(text.data());
}

} // namespace

std::optional<sha256_digest> sha256(std::string_view bytes) noexcept {
  static thread_local const std::unique_ptr<EVP_MD_CTX, free_digest> context{EVP_MD_CTX_new()};
  sha256_digest digest{};
  if (context == nullptr || sha256_algorithm() == nullptr ||
      EVP_DigestInit_ex2(context.get(), sha256_algorithm(), nullptr) != 1 ||
      EVP_DigestUpdate(context.get(), bytes.data(), bytes.size()) != 1 ||
      EVP_DigestFinal_ex(context.get(), digest.data(), nullptr) != 1)
    return std::nullopt;
  return digest;
}

std::string sha256_hex(std::string_view bytes) {
  const auto digest = sha256(bytes);
  return digest ? text::to_hex(view(*digest)) : std::string{};
}

std::optional<sha256_digest> hmac_sha256(std::string_view key, std::string_view message) noexcept {
  static thread_local const mac_pointer context = make_hmac();
  // A null key would mean to OpenSSL: the key of last time.
  if (key.data() == nullptr)
    key = "";
  sha256_digest digest{};
  std::size_t size = 0;
  if (context == nullptr || EVP_MAC_init(context.get(), bytes_of(key), key.size(), nullptr) != 1 ||
      EVP_MAC_update(context.get(), bytes_of(message), message.size()) != 1 ||
      EVP_MAC_final(context.get(), digest.data(), &size, digest.size()) != 1 ||
      size != digest.size())
    return std::nullopt;
  return digest;
}

std::string_view view(const sha256_digest& digest) noexcept {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

std::string_view view(const sha256_text& text) noexcept { return {text.data(), text.size()}; }

bool equal_in_constant_time(std::string_view left, std::string_view right) noexcept {
  return left.size() == right.size() && CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

void wipe(std::string& secret) noexcept {
  OPENSSL_cleanse(secret.data(), secret.size());
  secret.clear();
}

void wipe(sha256_digest& secret) noexcept { OPENSSL_cleanse(secret.data(), secret.size()); }

} // namespace actormesh::auth
