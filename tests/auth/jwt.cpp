#include "auth/jwt.hpp"

#include "auth/digest.hpp"
#include "auth/strict_json.hpp"
#include "tests/auth/signing.hpp"
#include "text/base64.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <catch2/catch.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

using namespace actormesh::auth;
using actormesh::text::encode_base64url;
using namespace std::string_literals;
using actormesh::testing::jwks_of;
using actormesh::testing::signing_key;

namespace json = boost::json;

namespace {

const signing_key& ec_key() {
  static const auto key = signing_key::make(algorithm::es256, "k1");
  return key;
}

const signing_key& rsa_key() {
  static const auto key = signing_key::make(algorithm::rs256, "k2");
  return key;
}

const key_set& keys() {
  static const auto set = parse_jwks(jwks_of({ec_key(), rsa_key()})).keys;
  return *set;
}

/// What becomes of a token with this header and payload, signed by the EC key whatever they say.
token_error problem_of(std::string_view header, std::string_view payload = R"({"iss":"me"})") {
  return verify(ec_key().raw_token(header, payload), keys()).problem;
}

constexpr const char* good_header = R"({"alg":"ES256","kid":"k1"})";

} // namespace

TEST_CASE("a token is checked, and its claims come out as they went in") {
  const json::object claims{{"iss", "https://issuer.example"},
                            {"sub", "alice"},
                            {"aud", json::array{"a", "b"}},
                            {"exp", 1'800'000'000.5},
                            {"nested", json::object{{"sub", json::array{1, nullptr}}}}};
  for (const auto& key : {ec_key(), rsa_key()}) {
    const auto result = verify(key.token(claims), keys());
    CHECK(result.problem == token_error::none);
    CHECK(result.claims == claims);
  }
}

TEST_CASE("every algorithm is checked") {
  for (const auto what : {algorithm::rs384, algorithm::rs512, algorithm::ps256, algorithm::ps384,
                          algorithm::ps512, algorithm::es384, algorithm::es512, algorithm::eddsa}) {
    CAPTURE(to_string(what));
    const auto key = signing_key::make(what, "");
    const auto set = parse_jwks(jwks_of({key})).keys;
    CHECK(verify(key.token({{"iss", "me"}}), *set).problem == token_error::none);
    CHECK(verify(key.token({{"iss", "me"}}), keys()).problem == token_error::unknown_key);
  }
}

TEST_CASE("a token says of itself who made it, before it is checked") {
  const auto look = look_into(
      signing_key::make(algorithm::es256, "unknown").token({{"iss", "https://issuer.example"}}));
  CHECK(look.problem == token_error::none);
  CHECK(look.signed_with == algorithm::es256);
  CHECK(look.key_id == "unknown");
  CHECK(look.issuer == "https://issuer.example");
}

TEST_CASE("a token may say nothing of its key and its issuer") {
  const auto look = look_into(ec_key().raw_token(R"({"alg":"ES256"})", R"({"iss":1})"));
  CHECK(look.problem == token_error::none);
  CHECK(look.key_id.empty());
  CHECK(look.issuer.empty());
}

TEST_CASE("looking into something else finds out what is wrong") {
  CHECK(look_into("da2-abc").problem == token_error::malformed);
  CHECK(look_into(ec_key().raw_token(R"({"alg":"none"})", "{}")).problem ==
        token_error::algorithm_refused);
  CHECK(look_into(std::string(token_bytes + 1, 'a')).problem == token_error::too_large);
}

TEST_CASE("a token without a signature is refused, whatever it is called") {
  for (const auto* const name : {"none", "None", "NONE", "nOnE", ""}) {
    CAPTURE(name);
    const auto header = R"({"kid":"k1","alg":")"s + name + "\"}";
    CHECK(problem_of(header) == token_error::algorithm_refused);
    const auto unsigned_token =
        encode_base64url(header) + '.' + encode_base64url(R"({"iss":"me"})") + '.';
    CHECK(verify(unsigned_token, keys()).problem == token_error::algorithm_refused);
  }
  const auto empty_signature =
      encode_base64url(good_header) + '.' + encode_base64url(R"({"iss":"me"})") + '.';
  CHECK(verify(empty_signature, keys()).problem == token_error::malformed);
}

TEST_CASE("a token signed with a public key as if it were a secret is refused") {
  const auto public_half = json::serialize(rsa_key().jwk());
  for (const auto* const name : {"HS256", "HS384", "HS512", "hs256"}) {
    CAPTURE(name);
    const auto text = encode_base64url(R"({"kid":"k2","alg":")"s + name + "\"}") + '.' +
                      encode_base64url(R"({"iss":"me"})");
    const auto signature = hmac_sha256(public_half, text);
    CHECK(verify(text + '.' + encode_base64url(view(*signature)), keys()).problem ==
          token_error::algorithm_refused);
  }
}

TEST_CASE("algorithms that we don't know are refused") {
  for (const auto* const name : {"ES256K", "RS1", "es256", "ES256 ", "A128KW", "dir", "EdDSA25519"})
    CHECK(problem_of(R"({"kid":"k1","alg":")"s + name + "\"}") == token_error::algorithm_refused);
}

TEST_CASE("the key has to be known and to take the algorithm") {
  CHECK(problem_of(R"({"alg":"ES256","kid":"k3"})") == token_error::unknown_key);
  CHECK(problem_of(R"({"alg":"ES256"})") == token_error::unknown_key);
  CHECK(problem_of(R"({"alg":"ES256","kid":""})") == token_error::unknown_key);
  CHECK(problem_of(R"({"alg":"ES384","kid":"k1"})") == token_error::unknown_key);
  CHECK(problem_of(R"({"alg":"RS256","kid":"k1"})") == token_error::unknown_key);
  CHECK(problem_of(R"({"alg":"ES256","kid":"k2"})") == token_error::unknown_key);
  CHECK(problem_of(R"({"alg":"RS256","kid":"k2"})") == token_error::bad_signature);
  CHECK(verify(ec_key().token({}), key_set{}).problem == token_error::unknown_key);
}

TEST_CASE("keys that a token brings along are not looked at") {
  const auto other = signing_key::make(algorithm::es256, "k1");
  const auto header = json::serialize(json::object{{"alg", "ES256"},
                                                   {"kid", "k1"},
                                                   {"jwk", other.jwk()},
                                                   {"jku", "https://attacker.example/jwks.json"},
                                                   {"x5c", json::array{"AAAA"}}});
  CHECK(verify(other.raw_token(header, "{}"), keys()).problem == token_error::bad_signature);
}

TEST_CASE("any change to a token is noticed") {
  const auto token = ec_key().token({{"iss", "me"}, {"sub", "alice"}});
  REQUIRE(verify(token, keys()).problem == token_error::none);
  for (std::size_t i = 0; i < token.size(); ++i) {
    auto changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    CAPTURE(i);
    const auto result = verify(changed, keys());
    CHECK(result.problem != token_error::none);
    CHECK(result.claims.empty());
  }
}

TEST_CASE("claims of one token with the signature of another are refused") {
  const auto one = ec_key().token({{"sub", "alice"}});
  const auto other = ec_key().token({{"sub", "bob"}});
  const auto mixed = one.substr(0, one.rfind('.')) + other.substr(other.rfind('.'));
  CHECK(verify(mixed, keys()).problem == token_error::bad_signature);
}

TEST_CASE("what has to be understood and is not, is refused") {
  CHECK(problem_of(R"({"alg":"ES256","kid":"k1","crit":["exp"],"exp":1})") ==
        token_error::critical_header);
  CHECK(problem_of(R"({"alg":"ES256","kid":"k1","crit":["b64"],"b64":false})") ==
        token_error::critical_header);
  CHECK(problem_of(R"({"alg":"ES256","kid":"k1","crit":[]})") == token_error::critical_header);
}

TEST_CASE("tokens of another type are refused") {
  const auto typed = [](std::string_view type) {
    return problem_of(R"({"alg":"ES256","kid":"k1","typ":)" + std::string{type} + "}");
  };
  for (const auto* const type : {R"("JWT")", R"("jwt")", R"("at+jwt")", R"("application/at+jwt")",
                                 R"("Application/JWT")", R"("JOSE")"})
    CHECK(typed(type) == token_error::none);
  for (const auto* const type : {R"("logout+jwt")", R"("dpop+jwt")", R"("JWE")", R"("")",
                                 R"("JWT ")", R"("application/")", "1", "null", "[\"JWT\"]"}) {
    CAPTURE(type);
    CHECK(typed(type) == token_error::type_refused);
  }
}

TEST_CASE("a header that is none is refused") {
  for (const auto* const header :
       {"", "{}", "[]", "1", "null", "\"ES256\"", R"({"alg":1,"kid":"k1"})", R"({"kid":"k1"})",
        R"({"alg":null,"kid":"k1"})", R"({"alg":["ES256"],"kid":"k1"})",
        R"({"alg":"ES256","kid":1})", R"({"alg":"ES256","kid":null})",
        R"({"alg":"ES256","kid":"k1")", R"({"alg":"ES256","kid":"k1"} x)",
        R"({"alg":"ES256","kid":"k1",})", R"({'alg':'ES256'})",
        "{\"alg\":\"ES256\",\"kid\":\"\xff\"}"}) {
    CAPTURE(header);
    CHECK(problem_of(header) == token_error::malformed);
  }
}

TEST_CASE("members that come twice are refused, however they are written") {
  CHECK(problem_of(R"({"alg":"none","alg":"ES256","kid":"k1"})") == token_error::malformed);
  CHECK(problem_of(R"({"alg":"ES256","kid":"k1","kid":"k1"})") == token_error::malformed);
  CHECK(problem_of(R"({"alg":"ES256","kid":"k1","k\u0069d":"k2"})") == token_error::malformed);
  CHECK(problem_of(good_header, R"({"sub":"alice","sub":"bob"})") == token_error::malformed);
  CHECK(problem_of(good_header, R"({"a":[{"b":{"c":1,"d":2,"c":1}}]})") == token_error::malformed);
  CHECK(problem_of(good_header, R"({"a":{"a":{"a":1}},"b":[{"a":1},{"a":1}]})") ==
        token_error::none);
}

TEST_CASE("claims that are none are refused") {
  for (const auto* const claims :
       {"", "[]", "1", "\"a\"", "null", "{", R"({"a":1}{})", "{\"a\":\"\xc3\"}",
        R"({"a":"\ud800"})", R"({"a":01})", R"({"a":NaN})", R"({"a":1e400})", R"({"a":[-1e999]})",
        "{\"a\":1 /* comment */}"}) {
    CAPTURE(claims);
    CHECK(problem_of(good_header, claims) == token_error::malformed);
  }
  const auto nested = [](std::size_t depth) {
    return "{\"a\":" + std::string(depth, '[') + std::string(depth, ']') + "}";
  };
  CHECK(problem_of(good_header, nested(strict_json_depth - 1)) == token_error::none);
  CHECK(problem_of(good_header, nested(strict_json_depth + 1)) == token_error::malformed);
  CHECK(problem_of(good_header, nested(5'000)) == token_error::malformed);
}

TEST_CASE("a token has three parts of base64url and nothing else") {
  const auto good = ec_key().token({{"iss", "me"}});
  const auto first = good.find('.');
  const auto second = good.rfind('.');
  const auto head = good.substr(0, first);
  const auto body = good.substr(first + 1, second - first - 1);
  const auto tail = good.substr(second + 1);
  REQUIRE(verify(head + '.' + body + '.' + tail, keys()).problem == token_error::none);
  for (const auto& text : {""s,
                           "."s,
                           ".."s,
                           "..."s,
                           head,
                           head + '.' + body,
                           head + "." + tail,
                           "." + body + "." + tail,
                           head + ".." + tail,
                           head + "." + body + ".",
                           good + ".",
                           good + "." + tail,
                           good + "=",
                           " " + good,
                           good + " ",
                           good + "\n",
                           "Bearer " + good,
                           head + "=." + body + "." + tail,
                           head + "." + body + "=." + tail,
                           head + "." + body + "\0."s + tail,
                           head + ".+" + body.substr(1) + "." + tail}) {
    CAPTURE(text);
    CHECK(verify(text, keys()).problem == token_error::malformed);
  }
  CHECK(verify(good + "A", keys()).problem == token_error::bad_signature);
}

TEST_CASE("a signature has one form only") {
  // Bits beyond the last byte, and EC signatures in DER, would be second forms of the same token.
  const auto text = encode_base64url(good_header) + '.' + encode_base64url("{}");
  auto signature = encode_base64url(ec_key().sign(text));
  REQUIRE(verify(text + '.' + signature, keys()).problem == token_error::none);
  const auto last = signature.back();
  signature.back() = last == 'A' ? 'B' : static_cast<char>(last + 1);
  CHECK(verify(text + '.' + signature, keys()).problem == token_error::malformed);
  const auto raw = ec_key().sign(text);
  CHECK(verify(text + '.' +
                   encode_base64url("\x30\x44\x02\x20" + raw.substr(0, 32) + "\x02\x20" +
                                    raw.substr(32)),
               keys())
            .problem == token_error::bad_signature);
}

TEST_CASE("a token has its limit") {
  const auto token_of = [](std::size_t padding) {
    return ec_key().token({{"x", std::string(padding, 'x')}});
  };
  CHECK(verify(token_of(12'000), keys()).problem == token_error::none);
  CHECK(token_of(12'300).size() > token_bytes);
  CHECK(verify(token_of(12'300), keys()).problem == token_error::too_large);
  CHECK(verify(std::string(1'000'000, '.'), keys()).problem == token_error::too_large);
}

TEST_CASE("the scheme Bearer may be there or not") {
  CHECK(without_bearer("Bearer a.b.c") == "a.b.c");
  CHECK(without_bearer("bearer a.b.c") == "a.b.c");
  CHECK(without_bearer("BEARER   a.b.c") == "a.b.c");
  CHECK(without_bearer("a.b.c") == "a.b.c");
  CHECK(without_bearer("Bearera.b.c") == "Bearera.b.c");
  CHECK(without_bearer("Bearer") == "Bearer");
  CHECK(without_bearer("Bearer ").empty());
  CHECK(without_bearer("").empty());
}

TEST_CASE("every problem of a token has its words") {
  for (const auto each :
       {token_error::none, token_error::too_large, token_error::malformed,
        token_error::algorithm_refused, token_error::critical_header, token_error::type_refused,
        token_error::unknown_key, token_error::bad_signature})
    CHECK(to_string(each) != "unknown"s);
}
