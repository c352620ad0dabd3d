/// Tokens, checked with a fixed set of keys: those of RFC 7515 and RFC 8037, and an RSA key of
/// which only the seeds have signatures. A token that is good has the form it must have, and the
/// rules for claims come to a verdict whatever these are.
#include "auth/jwks.hpp"
#include "auth/jwt.hpp"
#include "auth/strict_json.hpp"
#include "auth/token_rules.hpp"
#include "tests/fuzz/input.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace {

using namespace actormesh::auth;
using actormesh::fuzz::require;

constexpr std::string_view published = R"({"keys":[
  {"kty":"EC","crv":"P-256","kid":"ec",
   "x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
   "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"},
  {"kty":"OKP","crv":"Ed25519","kid":"ed",
   "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
  {"kty":"RSA","kid":"rsa","e":"AQAB",
   "n":"sn2raD4j4bIsrjhFijOtf6jjJz-wN_l6VWgvPF22niOJIwbqhdbxsp0J5PzFdFfW7k9ruC6UoJQqJhLa9uKJeJaY1AwhKTlLpe9_naOeok4g9RUgMokz-12-Qv0yT3haHs0k4cHPF6LCpDYgHXg7vVHXJVxr0Nfefx6otf7litl3nqgeQwCXkU8L8AqN15kKb4nTvNSCu5yVdUaz0nrhsVUNkPHqx0wwSQGDtAMB0LdeFvKcuyTByFHtSgEo3JxEjaoZZxyCBa7cUXcReAXsDHmVwBzyflY81cmPeBL6Pni_3yAtlX_XTEEoplKpT_NUzB1UuU1QybbXvKE6UTcMfw"}
]})";

/// A key set with one key without a name, so that tokens without `kid` get as far as the signature.
constexpr std::string_view published_alone = R"({"keys":[
  {"kty":"EC","crv":"P-256",
   "x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
   "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}
]})";

void check_claims(const boost::json::object& claims) {
  static const auto pattern =
      std::get<client_pattern>(client_pattern::compile("app-[0-9]+|(a+)+b"));
  const token_time now{std::chrono::seconds{1'300'819'370}};
  for (const auto kind : {token_kind::cognito, token_kind::oidc}) {
    token_rules rules;
    rules.kind = kind;
    rules.issuer = "joe";
    rules.clients = pattern;
    rules.iat_ttl = std::chrono::milliseconds{1};
    rules.auth_ttl = std::chrono::milliseconds{1};
    require(to_string(check(rules, claims, now)) != std::string_view{"unknown"},
            "every verdict has words");
  }
}

void check_token(std::string_view token, const key_set& keys) {
  const auto look = look_into(token);
  const auto checked = verify(token, keys);
  require((look.problem == token_error::none) == (checked.problem == token_error::none ||
                                                  checked.problem == token_error::unknown_key ||
                                                  checked.problem == token_error::bad_signature),
          "a look finds what checking finds");
  if (look.problem != token_error::none) {
    require(look.issuer.empty() && look.key_id.empty(), "a bad token says nothing");
    return;
  }
  require(std::count(token.begin(), token.end(), '.') == 2, "a token has three parts");
  require(token.size() <= token_bytes, "a token has its limit");
  if (checked.problem != token_error::none)
    require(checked.claims.empty(), "a token that is not good has no claims");
  check_claims(checked.claims);
}

/// What an input would be as claims, so that the rules see more than what happens to be signed.
void check_as_claims(std::string_view text) {
  const auto claims = parse_strict_object(text);
  if (!claims)
    return;
  check_claims(*claims);
  const auto again = parse_strict_object(boost::json::serialize(*claims));
  require(again.has_value(), "what was read strictly can be written and read again");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto several = parse_jwks(published).keys;
  static const auto one = parse_jwks(published_alone).keys;
  require(several != nullptr && several->size() == 3 && one != nullptr && one->size() == 1,
          "the keys are keys");
  const auto input = actormesh::fuzz::view(data, size);
  check_token(without_bearer(input), *several);
  check_token(input, *one);
  check_as_claims(input);
  return 0;
}
