/// Keys that SigV4 derives from a secret for one day, region and service.
#pragma once

#include "auth/digest.hpp"

#include <cstddef>
#include <functional>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace actormesh::auth {

/// One for each access key in use; a few more around midnight.
inline constexpr std::size_t signing_key_cache_entries = 1024;

/// Derives the key that signs: four HMACs in a row. Nothing if OpenSSL fails.
[[nodiscard]] std::optional<sha256_digest> derive_signing_key(std::string_view secret_key,
                                                              std::string_view date,
                                                              std::string_view region,
                                                              std::string_view service);

/// One thread's: the derived keys that were used last, by `ACCESS_KEY_ID/date/region/service/…`. A
/// key is found only for the secret it was derived from, so that a secret that was replaced stops
/// working at once. Keys are overwritten when they are dropped.
class signing_key_cache {
public:
  explicit signing_key_cache(std::size_t capacity = signing_key_cache_entries);
  ~signing_key_cache();
  signing_key_cache(const signing_key_cache&) = delete;
  signing_key_cache& operator=(const signing_key_cache&) = delete;

  /// The key of a credential. Null if there is none for this secret. Lives until the next call.
  [[nodiscard]] const sha256_digest* find(std::string_view credential, std::string_view secret_key);

  /// Keeps a key, in place of the one that was not used for the longest time if there are too many.
  void store(std::string_view credential, std::string_view secret_key, const sha256_digest& key);

  void clear() noexcept;

  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

private:
  struct entry {
    std::string credential;
    sha256_digest secret_hash{};
    sha256_digest key{};

    entry() = default;
    entry(const entry&) = delete;
    entry& operator=(const entry&) = delete;
    ~entry();
  };

  std::size_t capacity_;
  std::list<entry> entries_; ///< The one used last comes first.
  std::unordered_map<std::string_view, std::list<entry>::iterator> by_credential_;
};

} // namespace actormesh::auth
