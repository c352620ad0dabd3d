#include "auth/jwt.hpp"

#include "auth/digest.hpp"
#include "auth/strict_json.hpp"
#include "text/ascii.hpp"
#include "text/base64.hpp"

#include <boost/json/string.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace actormesh::auth {

namespace {

namespace json = boost::json;

/// Kinds of tokens that say who somebody is; others (logout tokens, proofs of possession) are
/// signed by the same keys and mean something else. JOSE is what RFC 7515 calls any compact
/// signature.
constexpr std::array<std::string_view, 3> accepted_types{"jwt", "at+jwt", "jose"};

/// A member that is a string. Null if it is absent or anything else.
const json::string* string_in(const json::object& object, std::string_view name) {
  const auto* const value = object.if_contains({name.data(), name.size()});
  return value == nullptr ? nullptr : value->if_string();
}

std::string_view view(const json::string& text) noexcept { return {text.data(), text.size()}; }

/// A token as far as it can be read without a key. The views are into the token.
struct opened_token {
  token_error problem = token_error::none;
  algorithm signed_with = algorithm::rs256;
  std::string key_id;
  std::string_view signed_part;
  std::string signature;
  json::object claims;
};

bool has_accepted_type(const json::object& header) {
  const auto* const type = header.if_contains("typ");
  if (type == nullptr)
    return true;
  if (!type->is_string())
    return false;
  auto name = view(type->get_string());
  // RFC 7515 section 4.1.9: the prefix may be left out.
  constexpr std::string_view prefix = "application/";
  if (text::istarts_with(name, prefix))
    name.remove_prefix(prefix.size());
  return std::any_of(accepted_types.begin(), accepted_types.end(),
                     [name](std::string_view each) { return text::iequals(name, each); });
}

token_error read_header(std::string_view part, opened_token& into) {
  const auto text = text::decode_base64url(part);
  const auto header = text ? parse_strict_object(*text) : std::nullopt;
  const auto* const name = header ? string_in(*header, "alg") : nullptr;
  if (name == nullptr)
    return token_error::malformed;
  const auto signed_with = parse_algorithm(view(*name));
  if (!signed_with)
    return token_error::algorithm_refused;
  if (header->contains("crit"))
    return token_error::critical_header;
  if (!has_accepted_type(*header))
    return token_error::type_refused;
  const auto* const key_id = string_in(*header, "kid");
  if (key_id == nullptr && header->contains("kid"))
    return token_error::malformed;
  into.signed_with = *signed_with;
  if (key_id != nullptr)
    into.key_id = view(*key_id);
  return token_error::none;
}

token_error read_parts(std::string_view token, opened_token& into) {
  if (token.size() > token_bytes)
    return token_error::too_large;
  const auto first = token.find('.');
  const auto second = first == std::string_view::npos ? first : token.find('.', first + 1);
  if (second == std::string_view::npos)
    return token_error::malformed;
  const auto problem = read_header(token.substr(0, first), into);
  if (problem != token_error::none)
    return problem;
  // A third dot is no character of base64url.
  auto signature = text::decode_base64url(token.substr(second + 1));
  const auto payload = text::decode_base64url(token.substr(first + 1, second - first - 1));
  auto claims = payload ? parse_strict_object(*payload) : std::nullopt;
  if (!claims || !signature || signature->empty())
    return token_error::malformed;
  into.signed_part = token.substr(0, second);
  into.signature = std::move(*signature);
  into.claims = std::move(*claims);
  return token_error::none;
}

opened_token open(std::string_view token) {
  opened_token result;
  result.problem = read_parts(token, result);
  return result;
}

} // namespace

const char* to_string(token_error error) noexcept {
  switch (error) {
  case token_error::none:
    return "none";
  case token_error::too_large:
    return "token too large";
  case token_error::malformed:
    return "malformed token";
  case token_error::algorithm_refused:
    return "algorithm refused";
  case token_error::critical_header:
    return "critical header not understood";
  case token_error::type_refused:
    return "another type of token";
  case token_error::unknown_key:
    return "unknown key";
  case token_error::bad_signature:
    return "bad signature";
  }
  return "unknown";
}

token_look look_into(std::string_view token) {
  auto opened = open(token);
  token_look look;
  look.problem = opened.problem;
  if (opened.problem != token_error::none)
    return look;
  look.signed_with = opened.signed_with;
  look.key_id = std::move(opened.key_id);
  if (const auto* const issuer = string_in(opened.claims, "iss"))
    look.issuer = view(*issuer);
  return look;
}

verified_token verify(std::string_view token, const key_set& keys) {
  auto opened = open(token);
  if (opened.problem != token_error::none)
    return {opened.problem, {}};
  const auto* const key = keys.find(opened.key_id, opened.signed_with);
  if (key == nullptr)
    return {token_error::unknown_key, {}};
  if (!key->verifies(opened.signed_with, opened.signed_part, opened.signature))
    return {token_error::bad_signature, {}};
  return {token_error::none, std::move(opened.claims)};
}

std::string_view without_bearer(std::string_view authorization) noexcept {
  constexpr std::string_view scheme = "bearer ";
  if (!text::istarts_with(authorization, scheme))
    return authorization;
  authorization.remove_prefix(scheme.size());
  while (authorization.starts_with(' '))
    authorization.remove_prefix(1);
  return authorization;
}

} // namespace actormesh::auth
