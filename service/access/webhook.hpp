/// The web hook behind AWS_LAMBDA.
#pragma once

#include "auth/digest.hpp"
#include "auth/verdict.hpp"
#include "config/problem.hpp"
#include "config/settings.hpp"
#include "net/fetch/client.hpp"
#include "service/access/hook_format.hpp"
#include "service/access/issuer.hpp"
#include "service/access/lru_cache.hpp"

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace actormesh::access {

/// Any thread: asks, and remembers answers for as long as they or the configuration say. Calls are
/// bounded in number and time; what the hook does not answer is denied.
class webhook : public std::enable_shared_from_this<webhook> {
public:
  /// `web` outlives this, and lets `settings.queue` requests wait.
  webhook(hook_owner whose, const hook_format& format, config::authorizer_settings settings,
          fetch::client& web);

  [[nodiscard]] const config::authorizer_settings& settings() const noexcept { return settings_; }

  /// What is wrong with the settings.
  [[nodiscard]] const config::problems& problems() const noexcept { return problems_; }

  /// Answers what needs no call: a token that does not look like one, or an answer that still
  /// counts. `digest` is set for `ask`.
  [[nodiscard]] std::optional<auth::answer> check(const hook_question& what,
                                                  auth::sha256_digest& digest);

  /// Calls the hook.
  void ask(hook_question what, const auth::sha256_digest& digest, auth::answer_handler done);

private:
  struct pattern;
  struct remembered {
    auth::answer what;
    std::chrono::steady_clock::time_point until;
  };

  struct heard {
    auth::answer what;
    std::chrono::milliseconds ttl{0}; ///< How long it is remembered.
  };

  [[nodiscard]] heard read(const fetch::response& got, const auth::sha256_digest& token) const;
  [[nodiscard]] heard broken(std::string_view why, std::chrono::milliseconds ttl = {}) const;

  const hook_owner whose_;
  const hook_format format_;
  const config::authorizer_settings settings_;
  config::problems problems_;
  std::shared_ptr<const pattern> expression_; ///< Null: every token is asked about.
  std::mutex mutex_;
  lru_cache<auth::sha256_digest, remembered, digest_hash> answers_; ///< Guarded by `mutex_`.
  fetch::client& web_;
};

} // namespace actormesh::access
