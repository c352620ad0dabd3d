/// API keys as a node knows them: hashes, never the keys themselves.
#pragma once

#include <array>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace actormesh::config {

/// One key of a file of keys. The key itself is not in it.
struct api_key_record {
  std::string id;          ///< Public name of the key, e.g. `key-4f1c09aa`.
  std::string hash;        ///< Hex HMAC-SHA-256 of the key under the file's salt.
  std::string description; ///< Free text.
  std::chrono::sys_seconds created;
  std::chrono::sys_seconds expires;

  friend bool operator==(const api_key_record&, const api_key_record&) = default;
};

/// Makes a key: `da2-` and 26 characters of `[a-z0-9]`, 134 bits of the system's randomness.
/// Empty if the system has none.
[[nodiscard]] std::string make_api_key();

/// Makes 128 bits of salt, as 32 hex digits. Empty if the system has no randomness.
[[nodiscard]] std::string make_salt();

/// Makes the public name of a key, e.g. `key-4f1c09aa`. Empty if the system has no randomness.
[[nodiscard]] std::string make_key_id();

/// The hex HMAC-SHA-256 of a key under a salt: what a record stores.
[[nodiscard]] std::string hash_api_key(std::string_view salt, std::string_view key);

/// Any thread: an immutable snapshot of one file of keys.
class key_ring {
public:
  enum class verdict { accepted, unknown, expired };

  struct result {
    verdict outcome = verdict::unknown;
    const api_key_record* key = nullptr; ///< Set unless unknown. Lives as long as the ring.
  };

  key_ring()
    : key_ring(std::string{}, {}) {}

  /// The salt is used as it is written, byte for byte.
  key_ring(std::string salt, std::vector<api_key_record> keys);

  /// Looks a presented key up. Its time does not depend on how much of a key matched.
  [[nodiscard]] result check(std::string_view presented,
                             std::chrono::sys_seconds now) const noexcept;

  [[nodiscard]] const std::vector<api_key_record>& keys() const noexcept { return keys_; }
  [[nodiscard]] const std::string& salt() const noexcept { return salt_; }

  using digest = std::array<unsigned char, 32>;
  using block = std::array<unsigned char, 64>;

private:
  std::string salt_;
  std::vector<api_key_record> keys_;
  std::vector<digest> digests_; ///< The records' hashes in binary, in the same order.
  block inner_pad_{};           ///< The salt, padded and masked as HMAC wants it.
  block outer_pad_{};
};

using key_ring_ptr = std::shared_ptr<const key_ring>;

} // namespace actormesh::config
