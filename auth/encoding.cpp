#include "auth/encoding.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <cstdint>
#include <memory>

namespace actormesh::auth {

namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr std::string_view base64url_digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

constexpr std::uint8_t no_digit = 0xFF;

constexpr std::array<std::uint8_t, 256> base64url_values = [] {
  std::array<std::uint8_t, 256> values{};
  values.fill(no_digit);
  for (std::size_t i = 0; i < base64url_digits.size(); ++i)
    values[static_cast<unsigned char>(base64url_digits[i])] = static_cast<std::uint8_t>(i);
  return values;
}();

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
  return digest ? to_hex(view(*digest)) : std::string{};
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

std::string to_hex(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += hex_digits[byte >> 4U];
    text += hex_digits[byte & 0xFU];
  }
  return text;
}

sha256_text to_hex(const sha256_digest& digest) noexcept {
  sha256_text text{};
  for (std::size_t i = 0; i < digest.size(); ++i) {
    text[2 * i] = hex_digits[digest[i] >> 4U];
    text[2 * i + 1] = hex_digits[digest[i] & 0xFU];
  }
  return text;
}

std::optional<std::string> decode_base64url(std::string_view text) {
  if (text.size() % 4 == 1)
    return std::nullopt;
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3 + 2);
  std::uint32_t pending = 0; // The low `bits` of it wait for company.
  unsigned bits = 0;
  for (const char c : text) {
    const auto value = base64url_values[static_cast<unsigned char>(c)];
    if (value == no_digit)
      return std::nullopt;
    pending = (pending << 6U | value) & 0xFFFFU;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes += static_cast<char>(pending >> bits & 0xFFU);
    }
  }
  if ((pending & ((1U << bits) - 1U)) != 0)
    return std::nullopt;
  return bytes;
}

std::string encode_base64url(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() * 4 + 2) / 3);
  std::uint32_t pending = 0;
  unsigned bits = 0;
  for (const char c : bytes) {
    pending = (pending << 8U | static_cast<unsigned char>(c)) & 0xFFFFU;
    bits += 8;
    while (bits >= 6) {
      bits -= 6;
      text += base64url_digits[pending >> bits & 0x3FU];
    }
  }
  if (bits > 0)
    text += base64url_digits[pending << (6U - bits) & 0x3FU];
  return text;
}

bool equal_in_constant_time(std::string_view left, std::string_view right) noexcept {
  return left.size() == right.size() && CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

void wipe(std::string& secret) noexcept {
  OPENSSL_cleanse(secret.data(), secret.size());
  secret.clear();
}

void wipe(sha256_digest& secret) noexcept { OPENSSL_cleanse(secret.data(), secret.size()); }

} // namespace actormesh::auth
