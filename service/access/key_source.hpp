/// API keys that somebody else rotates.
#pragma once

#include "config/file_io.hpp"
#include "config/keys/key_ring.hpp"
#include "config/keys/secret.hpp"
#include "config/problem.hpp"
#include "config/settings.hpp"
#include "net/fetch/client.hpp"

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace actormesh::access {

/// What a text of a secret source means: a key, several with one a line, a JSON array of keys, or a
/// JSON object with a key or an array of them as `member`.
[[nodiscard]] config::result<std::vector<config::secret>>
parse_keys(const config::secret& text, std::string_view member, const std::string& source);

/// What AWS Secrets Manager answers to `GetSecretValue`: its `SecretString`.
[[nodiscard]] config::result<config::secret> parse_secret_value(std::string_view body,
                                                                const std::string& source);

/// Runs a program without a shell and returns what it prints. Waits; ends the program after
/// `timeout`, or when `stop` is set.
[[nodiscard]] config::result<config::secret> run_command(const std::vector<std::string>& command,
                                                         std::chrono::milliseconds timeout,
                                                         const std::atomic<bool>& stop);

/// The controlling thread's: reads a source at an interval, a file also when it has changed, and
/// keeps hashes of the keys it has named. A key counts until `overlap` after the source has stopped
/// to name it. What can't be read leaves the keys as they were.
class key_source {
public:
  /// `web` outlives this.
  key_source(std::string api, config::keys_source_settings settings, fetch::client& web);
  key_source(const key_source&) = delete;
  key_source& operator=(const key_source&) = delete;
  ~key_source();

  [[nodiscard]] const config::keys_source_settings& settings() const noexcept { return settings_; }

  /// Reads the source and waits for it; for the start.
  void read_now();

  /// About once a second. Returns whether `ring` has changed.
  [[nodiscard]] bool poll();

  /// Whether it has been read, or could not be, at least once.
  [[nodiscard]] bool has_asked() const noexcept { return has_asked_; }

  /// The keys that count now, hashed under a salt of this process. Never null.
  [[nodiscard]] config::key_ring_ptr ring() const { return ring_; }

  /// Why the source could not be read, once for each time.
  [[nodiscard]] config::problems take_problems();

private:
  using steady = std::chrono::steady_clock;

  /// What was read on another thread.
  struct reading {
    std::mutex mutex;
    bool done = false; ///< Guarded by `mutex`, like all below.
    int stages = 0;    ///< That were answered.
    std::vector<config::secret> keys;
    config::problems problems;
  };

  void start();
  void read_file(reading& into) const;
  void ask(const std::shared_ptr<reading>& into, const char* stage);
  [[nodiscard]] bool take(reading& what);
  [[nodiscard]] bool is_stale() const;

  const std::string api_;
  const config::keys_source_settings settings_;
  fetch::client& web_;
  const std::string salt_;
  std::vector<config::api_key_record> records_;
  config::key_ring_ptr ring_;
  config::problems problems_;
  config::file_stamp stamp_;
  std::shared_ptr<reading> reading_; ///< Under way; null if nothing is.
  std::optional<steady::time_point> started_;
  bool has_asked_ = false;
  std::atomic<bool> stop_{false};
  std::thread command_;
};

} // namespace actormesh::access
