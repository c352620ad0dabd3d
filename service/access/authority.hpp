/// Who may do what in one API: every mode behind one question.
#pragma once

#include "auth/credentials.hpp"
#include "auth/jwt.hpp"
#include "auth/policy.hpp"
#include "auth/signed_request.hpp"
#include "auth/verdict.hpp"
#include "config/keys/key_ring.hpp"
#include "config/settings.hpp"
#include "service/access/access_keys.hpp"
#include "service/access/channel_forms.hpp"
#include "service/access/dialect.hpp"
#include "service/access/failure_limiter.hpp"
#include "service/access/issuer.hpp"
#include "service/access/webhook.hpp"

#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace actormesh::access {

/// What somebody wants to do.
struct permission {
  auth::action what;
  std::span<const config::auth_mode> modes = {}; ///< That may.

  /// Empty for connect. Nothing is allowed to go on with a channel that was not asked about: an
  /// operation that fails anyway asks with `identify_only`.
  std::string_view name_space = {};
  std::string_view channel = {};        ///< Or what else policies name, see `auth::access::object`.
  const channel_forms* forms = nullptr; ///< Null: every channel. Outlives the answer.
  bool identify_only = false;           ///< Who is it? What it may do does not matter.
};

/// The API key that a connection was last let through with: the next operation with it costs a
/// comparison instead of an HMAC. Of one thread. A changed authority remembers nothing.
class key_memo {
  friend class authority;

  std::uint64_t authority_ = 0; ///< Whose word it is; 0: nothing is remembered.
  std::chrono::sys_seconds until_{};
  std::string key_;
  auth::identity_ptr who_;
};

/// Where a connection keeps it; null until it is needed.
using key_slot = std::unique_ptr<key_memo>;

/// Who may do it? Views: they need to live during `authority::decide` only.
struct question {
  permission wanted;
  auth::signed_request over; ///< What a signature has to be over, should one be shown.
  const auth::credentials* shown = nullptr; ///< Null: none.
  boost::asio::ip::address remote = {};
  std::string_view request_id = {};
  key_slot* memo = nullptr; ///< Of the connection; null: nothing is remembered.
};

/// An answer, or a way to it.
struct decision {
  auth::answer now;

  /// Set if the answer needs somebody else's word: to be called once, with what is to be done with
  /// it. Then `now` means nothing.
  std::function<void(auth::answer_handler)> later;
};

/// Any thread, immutable: the credentials of one API as they are now.
class authority {
public:
  /// What it is made of. The shared parts live on when credentials or settings change.
  struct parts {
    const dialect& speaks; ///< A constant of the API's edge.
    std::string api = {};
    config::iam_settings iam = {};
    std::vector<config::key_ring_ptr> rings = {}; ///< Of keys_file and keys_source.
    access_key_table_ptr access_keys = nullptr;   ///< May be null.
    std::vector<std::shared_ptr<issuer>> issuers = {};
    std::shared_ptr<webhook> hook = nullptr;            ///< Null: AWS_LAMBDA is not configured.
    std::shared_ptr<failure_limiter> limiter = nullptr; ///< Null: nobody is limited.
  };

  explicit authority(parts made_of);

  /// How the API's clients speak of it.
  [[nodiscard]] const dialect& speaks() const noexcept { return parts_.speaks; }

  /// Decides. Wrong credentials are an error even where none are needed. With `later`, this has to
  /// live until that has answered.
  [[nodiscard]] decision decide(const question& what) const;

private:
  [[nodiscard]] decision identify(const question& what) const;
  [[nodiscard]] auth::answer check_api_key(const std::string& key, key_slot* memo) const;
  [[nodiscard]] auth::answer check_signature(const question& what) const;
  [[nodiscard]] decision check_token(const question& what, const auth::token_look& look) const;
  [[nodiscard]] decision ask_hook(const question& what) const;
  [[nodiscard]] auth::answer complete(const permission& asked, auth::answer got) const;
  [[nodiscard]] auth::answer count_failure(auth::answer got,
                                           const boost::asio::ip::address& from) const;

  parts parts_;
  std::uint64_t number_; ///< No two authorities of a process have the same.
  std::unordered_map<const config::api_key_record*, auth::identity_ptr> key_holders_;
  auth::identity_ptr nobody_;
};

} // namespace actormesh::access
