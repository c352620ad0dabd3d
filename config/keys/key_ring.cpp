/// Why a fast hash is right here: a key is 134 bits from the system's random generator, so
/// nobody finds it by trying, however fast each try is. Slow hashes (bcrypt, Argon2) protect
/// secrets that people choose, and they would cost every request milliseconds. The salt makes
/// hashes of two files incomparable; HMAC keeps the salt and the key apart.

#include "config/keys/key_ring.hpp"

#include "text/hex.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <utility>

namespace actormesh::config {

namespace {

/// No key is longer. Bounds what a caller can make the node hash.
constexpr std::size_t longest_key = 128;

constexpr std::string_view key_prefix = "da2-";
constexpr std::size_t key_characters = 26;
constexpr std::string_view key_alphabet = "abcdefghijklmnopqrstuvwxyz0123456789";

struct free_context {
  void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
};

/// Fetching an algorithm takes OpenSSL 3 longer than using it, so it is done once.
const EVP_MD* sha256() noexcept {
  static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return algorithm;
}

/// SHA-256 of two pieces. Every thread keeps one context: nothing is allocated per hash.
bool digest_of(std::string_view first, std::string_view second, key_ring::digest& into) noexcept {
  static thread_local const std::unique_ptr<EVP_MD_CTX, free_context> context{EVP_MD_CTX_new()};
  return context != nullptr && sha256() != nullptr &&
         EVP_DigestInit_ex2(context.get(), sha256(), nullptr) == 1 &&
         EVP_DigestUpdate(context.get(), first.data(), first.size()) == 1 &&
         EVP_DigestUpdate(context.get(), second.data(), second.size()) == 1 &&
         EVP_DigestFinal_ex(context.get(), into.data(), nullptr) == 1;
}

template <std::size_t Size> std::string_view view(const std::array<unsigned char, Size>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::uint64_t beginning(const key_ring::digest& bytes) noexcept {
  std::uint64_t number = 0;
  std::memcpy(&number, bytes.data(), sizeof number);
  return number;
}

/// HMAC's two blocks of a salt (RFC 2104).
struct pads {
  key_ring::block inner{};
  key_ring::block outer{};
};

pads pads_of(std::string_view salt) noexcept {
  key_ring::block key{};
  if (salt.size() > key.size()) {
    key_ring::digest shortened{};
    if (digest_of(salt, {}, shortened))
      std::copy(shortened.begin(), shortened.end(), key.begin());
  } else {
    std::copy(salt.begin(), salt.end(), key.begin());
  }
  pads result;
  for (std::size_t i = 0; i < key.size(); ++i) {
    result.inner[i] = key[i] ^ 0x36U;
    result.outer[i] = key[i] ^ 0x5cU;
  }
  return result;
}

bool hmac(const key_ring::block& inner, const key_ring::block& outer, std::string_view message,
          key_ring::digest& into) noexcept {
  key_ring::digest first{};
  return digest_of(view(inner), message, first) && digest_of(view(outer), view(first), into);
}

/// All zero for what is no SHA-256 in hex: no key has that hash.
key_ring::digest digest_from(std::string_view hex) {
  key_ring::digest digest{};
  const auto bytes = text::from_hex(hex);
  if (bytes && bytes->size() == digest.size())
    std::memcpy(digest.data(), bytes->data(), digest.size());
  return digest;
}

} // namespace

std::string make_api_key() {
  // A byte that would favour the first characters of the alphabet is drawn again.
  constexpr unsigned fair = 256 - 256 % key_alphabet.size();
  std::string key{key_prefix};
  std::array<unsigned char, 64> random{};
  while (key.size() < key_prefix.size() + key_characters) {
    if (RAND_priv_bytes(random.data(), static_cast<int>(random.size())) != 1)
      return {};
    for (const unsigned char byte : random) {
      if (byte < fair && key.size() < key_prefix.size() + key_characters)
        key += key_alphabet[byte % key_alphabet.size()];
    }
  }
  OPENSSL_cleanse(random.data(), random.size());
  return key;
}

std::string make_salt() {
  std::array<unsigned char, 16> random{};
  if (RAND_bytes(random.data(), static_cast<int>(random.size())) != 1)
    return {};
  return text::to_hex(view(random));
}

std::string make_key_id() {
  std::array<unsigned char, 4> random{};
  if (RAND_bytes(random.data(), static_cast<int>(random.size())) != 1)
    return {};
  return "key-" + text::to_hex(view(random));
}

std::string hash_api_key(std::string_view salt, std::string_view key) {
  const auto [inner, outer] = pads_of(salt);
  key_ring::digest hash{};
  if (!hmac(inner, outer, key, hash))
    return {};
  return text::to_hex(view(hash));
}

key_ring::key_ring(std::string salt, std::vector<api_key_record> keys)
  : salt_{std::move(salt)}
  , keys_{std::move(keys)} {
  digests_.reserve(keys_.size());
  for (const auto& key : keys_)
    digests_.push_back(digest_from(key.hash));
  const auto [inner, outer] = pads_of(salt_);
  inner_pad_ = inner;
  outer_pad_ = outer;
}

key_ring::result key_ring::check(std::string_view presented,
                                 std::chrono::sys_seconds now) const noexcept {
  digest hash{};
  if (presented.size() > longest_key || !hmac(inner_pad_, outer_pad_, presented, hash))
    return {};
  if (digests_.empty())
    return {};
  // The beginning of a hash finds the candidate; every key is looked at, also after a match, and
  // one is compared whole, also without a match.
  std::size_t candidate = 0;
  for (std::size_t i = 0; i < digests_.size(); ++i)
    candidate = beginning(digests_[i]) == beginning(hash) ? i : candidate;
  if (CRYPTO_memcmp(hash.data(), digests_[candidate].data(), hash.size()) != 0)
    return {};
  const auto* const found = &keys_[candidate];
  return {now < found->expires ? verdict::accepted : verdict::expired, found};
}

} // namespace actormesh::config
