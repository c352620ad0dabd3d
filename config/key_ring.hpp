/// API keys as a node knows them: hashes, never the keys themselves.
#pragma once

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
};

/// Any thread: an immutable snapshot of one file of keys.
class key_ring {
public:
  enum class verdict { accepted, unknown, expired };

  struct result {
    verdict outcome = verdict::unknown;
    const api_key_record* key = nullptr; ///< Set unless unknown. Lives as long as the ring.
  };

  key_ring() = default;
  key_ring(std::string salt, std::vector<api_key_record> keys);

  /// Looks a presented key up. Its time does not depend on how much of a key matched.
  [[nodiscard]] result check(std::string_view presented,
                             std::chrono::sys_seconds now) const noexcept;

  [[nodiscard]] const std::vector<api_key_record>& keys() const noexcept { return keys_; }
  [[nodiscard]] const std::string& salt() const noexcept { return salt_; }

private:
  std::string salt_;
  std::vector<api_key_record> keys_;
};

using key_ring_ptr = std::shared_ptr<const key_ring>;

} // namespace actormesh::config
