/// The web hook behind AWS_LAMBDA (appsync-events protocol section 5.6).
#pragma once

#include "auth/digest.hpp"
#include "auth/policy.hpp"
#include "auth/verdict.hpp"
#include "config/problem.hpp"
#include "config/settings.hpp"
#include "net/access/issuer.hpp"
#include "net/access/lru_cache.hpp"
#include "net/fetch/client.hpp"

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace actormesh::access {

/// What the hook is asked.
struct hook_question {
  std::string token; ///< The `Authorization` value, as sent.
  auth::action what = auth::action::event_connect;
  std::string name_space; ///< Empty for connect.
  std::string channel;    ///< As it is canonical, a pattern's `*` and all; empty for connect.
  std::string request_id;
  std::vector<std::pair<std::string, std::string>> headers;
};

/// Any thread: asks, and remembers answers for as long as they or the configuration say. Calls are
/// bounded in number and time; what the hook does not answer is denied.
class webhook : public std::enable_shared_from_this<webhook> {
public:
  /// `web` outlives this, and lets `settings.queue` requests wait.
  webhook(std::string api, std::string account, config::authorizer_settings settings,
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

  [[nodiscard]] std::string body_for(const hook_question& what) const;
  [[nodiscard]] auth::answer read(const fetch::response& got, const auth::sha256_digest& token,
                                  std::chrono::milliseconds& ttl) const;

  const std::string api_;
  const std::string account_;
  const config::authorizer_settings settings_;
  config::problems problems_;
  std::shared_ptr<const pattern> expression_; ///< Null: every token is asked about.
  std::mutex mutex_;
  lru_cache<auth::sha256_digest, remembered, digest_hash> answers_; ///< Guarded by `mutex_`.
  fetch::client& web_;
};

} // namespace actormesh::access
