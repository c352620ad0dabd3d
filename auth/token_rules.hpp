/// What the claims of a checked token have to say.
#pragma once

#include <boost/json/object.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace actormesh::auth {

/// How far an issuer's clock may be from ours.
inline constexpr std::chrono::seconds token_leeway{60};

/// Client ids are 26 to 80 characters; a longer one matches nothing.
inline constexpr std::size_t client_id_bytes = 256;

/// A pattern lists a few ids, or says what they have in common.
inline constexpr std::size_t client_pattern_bytes = 4096;

/// Any thread: a regular expression (Perl's syntax) over client ids, compiled once. Cheap to copy.
class client_pattern {
public:
  /// Compiles a pattern, or says what is wrong with it.
  [[nodiscard]] static std::variant<client_pattern, std::string> compile(std::string_view pattern);

  /// Whether the whole of an id matches. An id that is too long, or that takes the pattern too many
  /// steps, does not.
  [[nodiscard]] bool matches(std::string_view id) const noexcept;

private:
  struct compiled;
  explicit client_pattern(std::shared_ptr<const compiled> regex) noexcept;

  std::shared_ptr<const compiled> regex_;
};

enum class token_kind : std::uint8_t {
  cognito, ///< `token_use` is `id` (client in `aud`) or `access` (client in `client_id`).
  oidc,    ///< The client is in `aud`, `azp` or `client_id`: one that matches is enough.
};

struct token_rules {
  token_kind kind = token_kind::oidc;
  std::string issuer;                         ///< Equals `iss`, byte for byte.
  std::optional<client_pattern> clients;      ///< Nothing: any client.
  std::chrono::milliseconds iat_ttl{0};       ///< How old `iat` may be; 0: any age. Without leeway.
  std::chrono::milliseconds auth_ttl{0};      ///< How old `auth_time` may be; 0: any age, or none.
  std::chrono::seconds leeway = token_leeway; ///< For `exp`, `nbf` and an `iat` in the future.
};

enum class token_verdict : std::uint8_t {
  ok,
  wrong_issuer,
  wrong_token_use, ///< Of a Cognito token: neither `id` nor `access`.
  wrong_client,
  bad_date,      ///< `exp`, `nbf`, `iat` or `auth_time` is no number, negative or after year 9999.
  no_expiry,     ///< `exp` is missing.
  expired,       ///< `exp` has passed.
  not_yet,       ///< `nbf` has not come yet.
  no_issue_time, ///< `iat` is missing.
  from_the_future, ///< `iat` has not come yet.
  too_old,         ///< `iat` is longer ago than `iat_ttl`.
  no_auth_time,    ///< `auth_time` is missing, and `auth_ttl` is asked for.
  auth_too_old,    ///< `auth_time` is longer ago than `auth_ttl`.
};

[[nodiscard]] const char* to_string(token_verdict) noexcept;

/// A point in time as claims are compared with it.
using token_time = std::chrono::sys_time<std::chrono::milliseconds>;

/// Checks the claims of a token whose signature is good.
[[nodiscard]] token_verdict check(const token_rules& rules, const boost::json::object& claims,
                                  token_time now) noexcept;

/// A claim that is a NumericDate (RFC 7519 section 2: seconds, maybe fractional), rounded down to
/// milliseconds. Nothing if it is absent, no number, negative or after year 9999.
[[nodiscard]] std::optional<token_time> numeric_date(const boost::json::object& claims,
                                                     std::string_view name) noexcept;

} // namespace actormesh::auth
