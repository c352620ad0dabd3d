/// Whose tokens are accepted, and the keys that check them.
#pragma once

#include "auth/digest.hpp"
#include "auth/jwks.hpp"
#include "auth/jwt.hpp"
#include "auth/token_rules.hpp"
#include "auth/verdict.hpp"
#include "config/file_io.hpp"
#include "config/problem.hpp"
#include "config/settings.hpp"
#include "net/fetch/client.hpp"
#include "service/access/lru_cache.hpp"

#include <chrono>
#include <cstring>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace actormesh::access {

/// The hash of a digest is any part of it.
struct digest_hash {
  [[nodiscard]] std::size_t operator()(const auth::sha256_digest& what) const noexcept {
    std::size_t part = 0;
    std::memcpy(&part, what.data(), sizeof part);
    return part;
  }
};

/// Any thread: one issuer of tokens.
///
/// Its keys come from a file, from `jwks_url`, or from where OpenID Connect discovery says (Cognito
/// keeps them at a place of its own). They are fetched when the first token comes, again when they
/// are old, and when a token names a key that is not among them, but never more often than
/// `min_refresh`. Tokens that were found good are remembered until they expire or the keys change.
class issuer : public std::enable_shared_from_this<issuer> {
public:
  /// `web` outlives this.
  issuer(config::issuer_settings settings, fetch::client& web);

  [[nodiscard]] const config::issuer_settings& settings() const noexcept { return settings_; }

  /// What is wrong with the settings or the file of keys, as of now.
  [[nodiscard]] config::problems problems() const;

  /// Checks a token that says it is this issuer's. Nothing if keys have to be fetched first: then
  /// `check_later` does it. With `known_only` nothing is verified that was not before.
  [[nodiscard]] std::optional<auth::answer> check(std::string_view token,
                                                  const auth::token_look& look, bool known_only);

  /// Fetches keys, unless that is under way, and checks the token with them.
  void check_later(std::string token, auth::answer_handler done);

  /// Controlling thread, about once a second: reads the file again if it has changed.
  void poll();

private:
  struct known_token {
    std::shared_ptr<const auth::identity> who;
    auth::key_set_ptr keys; ///< That it was checked with.
  };

  struct waiting {
    std::string token;
    auth::answer_handler done;
  };

  using steady = std::chrono::steady_clock;

  [[nodiscard]] auth::answer judge(auth::identity_ptr who) const;
  [[nodiscard]] auth::answer verify(std::string_view token, const auth::key_set_ptr& keys);
  [[nodiscard]] auth::identity_ptr identify(boost::json::object claims) const;
  void load_file();
  void start_fetch();
  void fetch_keys(const std::string& from);
  void fetched(auth::key_set_ptr keys, const std::string& problem);
  [[nodiscard]] fetch::request request_for(const std::string& url) const;

  const config::issuer_settings settings_;
  fetch::client& web_;
  auth::token_rules rules_;
  config::problems setting_problems_;
  mutable std::mutex mutex_;
  // All guarded by `mutex_`.
  config::problems file_problems_;
  config::file_stamp file_stamp_;
  auth::key_set_ptr keys_;
  bool fetching_ = false;
  std::optional<steady::time_point> tried_;   ///< The last fetch began.
  std::optional<steady::time_point> fetched_; ///< The last fetch that brought keys ended.
  std::vector<waiting> waiting_;
  lru_cache<auth::sha256_digest, known_token, digest_hash> known_;
};

} // namespace actormesh::access
