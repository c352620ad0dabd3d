#include "auth/signing_key_cache.hpp"

#include <algorithm>

namespace actormesh::auth {

namespace {

constexpr std::string_view scheme_prefix = "AWS4";
constexpr std::string_view scope_end = "aws4_request";

} // namespace

std::optional<sha256_digest> derive_signing_key(std::string_view secret_key, std::string_view date,
                                                std::string_view region, std::string_view service) {
  std::string secret{scheme_prefix};
  // Room at once: growing would leave a copy of the secret behind.
  secret.reserve(scheme_prefix.size() + secret_key.size());
  secret += secret_key;
  auto key = hmac_sha256(secret, date);
  wipe(secret);
  for (const auto part : {region, service, scope_end}) {
    if (!key)
      return std::nullopt;
    auto next = hmac_sha256(view(*key), part);
    wipe(*key);
    key = next;
    if (next)
      wipe(*next);
  }
  return key;
}

signing_key_cache::entry::~entry() { wipe(key); }

signing_key_cache::signing_key_cache(std::size_t capacity)
  : capacity_{std::max<std::size_t>(capacity, 1)} {}

signing_key_cache::~signing_key_cache() = default;

const sha256_digest* signing_key_cache::find(std::string_view credential,
                                             std::string_view secret_key) {
  const auto found = by_credential_.find(credential);
  if (found == by_credential_.end())
    return nullptr;
  const auto hash = sha256(secret_key);
  if (!hash || !equal_in_constant_time(view(*hash), view(found->second->secret_hash)))
    return nullptr;
  entries_.splice(entries_.begin(), entries_, found->second);
  return &found->second->key;
}

void signing_key_cache::store(std::string_view credential, std::string_view secret_key,
                              const sha256_digest& key) {
  const auto hash = sha256(secret_key);
  if (!hash)
    return;
  const auto found = by_credential_.find(credential);
  if (found != by_credential_.end()) {
    const auto old = found->second;
    by_credential_.erase(found);
    entries_.erase(old);
  } else if (entries_.size() == capacity_) {
    by_credential_.erase(entries_.back().credential);
    entries_.pop_back();
  }
  auto& added = entries_.emplace_front();
  added.credential = credential;
  added.secret_hash = *hash;
  added.key = key;
  by_credential_.emplace(added.credential, entries_.begin());
}

void signing_key_cache::clear() noexcept {
  by_credential_.clear();
  entries_.clear();
}

} // namespace actormesh::auth
