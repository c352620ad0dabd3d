#include "auth/jwks.hpp"

#include "auth/digest.hpp"
#include "tests/auth/signing.hpp"
#include "text/base64.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <boost/json/value_from.hpp>
#include <catch2/catch.hpp>
#include <openssl/err.h>

#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <variant>
#include <vector>

using namespace actormesh::auth;
using actormesh::text::decode_base64url;
using actormesh::text::encode_base64url;
using namespace std::string_literals;
using actormesh::testing::jwks_of;
using actormesh::testing::signing_key;

namespace json = boost::json;

namespace {

/// Keys take long to make, so each type is made once.
const signing_key& key_for(algorithm what) {
  static const signing_key rsa = signing_key::make(algorithm::rs256, "rsa");
  static const signing_key p256 = signing_key::make(algorithm::es256, "p256");
  static const signing_key p384 = signing_key::make(algorithm::es384, "p384");
  static const signing_key p521 = signing_key::make(algorithm::es512, "p521");
  static const signing_key ed25519 = signing_key::make(algorithm::eddsa, "ed25519");
  switch (key_type_of(what)) {
  case key_type::rsa:
    return rsa;
  case key_type::ec_p256:
    return p256;
  case key_type::ec_p384:
    return p384;
  case key_type::ec_p521:
    return p521;
  case key_type::ed25519:
    return ed25519;
  }
  return rsa;
}

constexpr algorithm all_algorithms[] = {
    algorithm::rs256, algorithm::rs384, algorithm::rs512, algorithm::ps256, algorithm::ps384,
    algorithm::ps512, algorithm::es256, algorithm::es384, algorithm::es512, algorithm::eddsa};

std::string set_of(json::array keys) {
  return json::serialize(json::object{{"keys", std::move(keys)}});
}

/// Why a key is not used. Nothing if it is.
std::optional<key_problem> problem_of(const json::value& jwk) {
  const auto parsed = public_key::parse(jwk);
  const auto* const problem = std::get_if<key_problem>(&parsed);
  if (problem == nullptr)
    return std::nullopt;
  return *problem;
}

/// A key with a member changed.
template <class T> json::object with(json::object jwk, std::string_view name, const T& value) {
  jwk[{name.data(), name.size()}] = json::value_from(value);
  return jwk;
}

json::object without(json::object jwk, std::string_view name) {
  jwk.erase({name.data(), name.size()});
  return jwk;
}

/// A member's bytes with one bit changed.
std::string bent(const json::object& jwk, std::string_view name) {
  const auto& text = jwk.at({name.data(), name.size()}).as_string();
  auto bytes = *decode_base64url({text.data(), text.size()});
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  return encode_base64url(bytes);
}

std::string bytes_of_size(std::size_t size) {
  auto bytes = std::string(size, '\xab');
  return encode_base64url(bytes);
}

} // namespace

TEST_CASE("algorithms have the names of RFC 7518, and nothing else does") {
  for (const auto each : all_algorithms)
    CHECK(parse_algorithm(to_string(each)) == each);
  for (const auto* const name : {"", "none", "None", "NONE", "HS256", "HS384", "HS512", "rs256",
                                 "RS256 ", "ES256K", "RSA-OAEP", "RS1"})
    CHECK(parse_algorithm(name) == std::nullopt);
}

TEST_CASE("a key checks the signatures of its private half") {
  for (const auto what : all_algorithms) {
    CAPTURE(to_string(what));
    const auto& pair = key_for(what);
    const auto parsed = public_key::parse(pair.jwk());
    REQUIRE(std::holds_alternative<public_key>(parsed));
    const auto& key = std::get<public_key>(parsed);
    CHECK(key.type() == key_type_of(what));
    CHECK(key.id() == pair.kid());
    auto signature = pair.sign(what, "message");
    CHECK(key.verifies(what, "message", signature));
    CHECK_FALSE(key.verifies(what, "massage", signature));
    CHECK_FALSE(key.verifies(what, "message", ""));
    CHECK_FALSE(key.verifies(what, "message", signature + '\0'));
    CHECK_FALSE(key.verifies(what, "message", signature.substr(1)));
    CHECK_FALSE(key.verifies(what, "message", std::string(signature.size(), '\0')));
    CHECK_FALSE(key.verifies(what, "message", std::string(signature.size(), '\xff')));
    signature.back() = static_cast<char>(signature.back() ^ 1);
    CHECK_FALSE(key.verifies(what, "message", signature));
  }
}

TEST_CASE("a signature of one algorithm is none of another") {
  for (const auto made : all_algorithms) {
    const auto signature = key_for(made).sign(made, "message");
    for (const auto claimed : all_algorithms) {
      const auto parsed = public_key::parse(key_for(made).jwk());
      const auto& key = std::get<public_key>(parsed);
      CAPTURE(to_string(made), to_string(claimed));
      CHECK(key.fits(claimed) == (key_type_of(claimed) == key_type_of(made)));
      CHECK(key.verifies(claimed, "message", signature) == (made == claimed));
    }
  }
}

TEST_CASE("a signature that is refused leaves no error behind in OpenSSL") {
  for (const auto what : all_algorithms) {
    const auto parsed = public_key::parse(key_for(what).jwk());
    CHECK_FALSE(std::get<public_key>(parsed).verifies(what, "message", std::string(64, 'x')));
  }
  CHECK(problem_of(with(key_for(algorithm::es256).jwk(), "x", bytes_of_size(32))) ==
        key_problem::not_a_key);
  CHECK(ERR_peek_error() == 0);
}

TEST_CASE("a key's own alg is the only one it takes") {
  const auto parsed = public_key::parse(with(key_for(algorithm::rs256).jwk(), "alg", "RS384"));
  const auto& key = std::get<public_key>(parsed);
  CHECK(key.fits(algorithm::rs384));
  CHECK_FALSE(key.fits(algorithm::rs256));
  const auto signature = key_for(algorithm::rs256).sign(algorithm::rs256, "message");
  CHECK_FALSE(key.verifies(algorithm::rs256, "message", signature));
}

TEST_CASE("the example key of RFC 7515 checks its example signature") {
  // Appendix A.3: ES256.
  const auto parsed =
      public_key::parse(json::object{{"kty", "EC"},
                                     {"crv", "P-256"},
                                     {"x", "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"},
                                     {"y", "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"},
                                     {"d", "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"}});
  REQUIRE(std::holds_alternative<public_key>(parsed));
  const auto signature = decode_base64url(
      "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q");
  CHECK(std::get<public_key>(parsed).verifies(
      algorithm::es256,
      "eyJhbGciOiJFUzI1NiJ9."
      "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVl"
      "fQ",
      *signature));
}

TEST_CASE("the example key of RFC 8037 checks its example signature") {
  // Appendix A.4: EdDSA.
  const auto parsed = public_key::parse(json::object{
      {"kty", "OKP"}, {"crv", "Ed25519"}, {"x", "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}});
  REQUIRE(std::holds_alternative<public_key>(parsed));
  const auto signature = decode_base64url(
      "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg");
  CHECK(std::get<public_key>(parsed).verifies(
      algorithm::eddsa, "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc", *signature));
}

TEST_CASE("keys that are for something else are not used") {
  const auto rsa = key_for(algorithm::rs256).jwk();
  const auto ec = key_for(algorithm::es256).jwk();
  CHECK(problem_of(rsa) == std::nullopt);
  CHECK(problem_of(without(rsa, "use")) == std::nullopt);
  CHECK(problem_of(with(rsa, "key_ops", json::array{"verify"})) == std::nullopt);
  CHECK(problem_of(with(rsa, "key_ops", json::array{"sign", "verify"})) == std::nullopt);
  for (const auto& other : {
           with(rsa, "use", "enc"),
           with(rsa, "use", 1),
           with(rsa, "key_ops", json::array{"encrypt"}),
           with(rsa, "key_ops", json::array{1}),
           with(rsa, "key_ops", json::array{}),
           with(rsa, "key_ops", "verify"),
           with(rsa, "alg", "RSA-OAEP"),
           with(rsa, "alg", "ES256"),
           with(rsa, "alg", "HS256"),
           with(rsa, "alg", nullptr),
           with(ec, "alg", "ES384"),
       }) {
    CAPTURE(json::serialize(other));
    CHECK(problem_of(other) == key_problem::not_for_signatures);
  }
}

TEST_CASE("keys of types that we don't know are not used") {
  const auto ec = key_for(algorithm::es256).jwk();
  for (const auto& other : {
           json::object{},
           json::object{{"kty", "oct"}, {"k", "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0"}},
           json::object{{"kty", "oct"}, {"alg", "HS256"}, {"k", "AAAA"}},
           with(ec, "kty", "ec"),
           with(ec, "kty", 1),
           with(ec, "crv", "secp256k1"),
           with(ec, "crv", "p-256"),
           without(ec, "crv"),
           with(key_for(algorithm::eddsa).jwk(), "crv", "Ed448"),
           with(key_for(algorithm::eddsa).jwk(), "crv", "X25519"),
       }) {
    CAPTURE(json::serialize(other));
    CHECK(problem_of(other) == key_problem::unknown_type);
  }
  CHECK(problem_of("key") == key_problem::not_an_object);
}

TEST_CASE("keys that lack something, or cannot be read, are not used") {
  const auto rsa = key_for(algorithm::rs256).jwk();
  const auto ec = key_for(algorithm::es256).jwk();
  const auto ed = key_for(algorithm::eddsa).jwk();
  const auto padded = [](const json::object& jwk, const char* name) {
    return with(jwk, name, std::string{jwk.at(name).as_string().c_str()} + "=");
  };
  for (const auto& other : {
           without(rsa, "n"),
           without(rsa, "e"),
           with(rsa, "n", ""),
           with(rsa, "e", ""),
           with(rsa, "n", 5),
           with(rsa, "n", "not base64url"),
           padded(rsa, "n"),
           with(rsa, "kid", 1),
           without(ec, "x"),
           without(ec, "y"),
           with(ec, "x", bytes_of_size(31)),
           with(ec, "x", bytes_of_size(33)),
           with(ec, "y", ""),
           padded(ec, "y"),
           without(ed, "x"),
           with(ed, "x", bytes_of_size(31)),
           with(ed, "x", bytes_of_size(33)),
       }) {
    CAPTURE(json::serialize(other));
    CHECK(problem_of(other) == key_problem::malformed);
  }
}

TEST_CASE("numbers that are no key are not used") {
  const auto rsa = key_for(algorithm::rs256).jwk();
  const auto even = *decode_base64url(bent(rsa, "n"));
  CHECK(problem_of(with(rsa, "n", encode_base64url(even))) == key_problem::not_a_key);
  CHECK(problem_of(with(rsa, "e", encode_base64url("\x01"))) == key_problem::not_a_key);
  CHECK(problem_of(with(rsa, "e", encode_base64url("\x01\x02"))) == key_problem::not_a_key);
  CHECK(problem_of(with(rsa, "e", encode_base64url("\0"s))) == key_problem::not_a_key);
  CHECK(problem_of(with(rsa, "e", bytes_of_size(9))) == key_problem::not_a_key);
  for (const auto what : {algorithm::es256, algorithm::es384, algorithm::es512}) {
    const auto ec = key_for(what).jwk();
    CHECK(problem_of(ec) == std::nullopt);
    CHECK(problem_of(with(ec, "x", bent(ec, "x"))) == key_problem::not_a_key);
    CHECK(problem_of(with(ec, "y", bent(ec, "y"))) == key_problem::not_a_key);
    const auto size = decode_base64url(bent(ec, "x"))->size();
    auto origin = with(ec, "x", encode_base64url(std::string(size, '\0')));
    origin["y"] = origin["x"];
    CHECK(problem_of(origin) == key_problem::not_a_key);
    auto beyond = with(ec, "x", encode_base64url(std::string(size, '\xff')));
    CHECK(problem_of(beyond) == key_problem::not_a_key);
  }
}

TEST_CASE("RSA keys of too few or too many bits are not used") {
  const auto rsa = key_for(algorithm::rs256).jwk();
  const auto small = signing_key::make(algorithm::rs256, "small", 1024).jwk();
  CHECK(problem_of(small) == key_problem::bad_size);
  // Zeros before it make a number no larger.
  const auto& modulus = small.at("n").as_string();
  const auto bytes = *decode_base64url({modulus.data(), modulus.size()});
  CHECK(problem_of(with(small, "n", encode_base64url(std::string(128, '\0') + bytes))) ==
        key_problem::bad_size);
  CHECK(problem_of(with(rsa, "n", bytes_of_size(255))) == key_problem::bad_size);
  CHECK(problem_of(with(rsa, "n", bytes_of_size(256))) == std::nullopt);
  CHECK(problem_of(with(rsa, "n", bytes_of_size(2048))) == std::nullopt);
  CHECK(problem_of(with(rsa, "n", bytes_of_size(2049))) == key_problem::bad_size);
  CHECK(problem_of(with(rsa, "n", bytes_of_size(10'000))) == key_problem::bad_size);
}

TEST_CASE("a set finds the key that a token names and that takes its algorithm") {
  const auto result = parse_jwks(
      jwks_of({key_for(algorithm::rs256), key_for(algorithm::es256), key_for(algorithm::eddsa)}));
  REQUIRE(result.keys);
  CHECK(result.problem.empty());
  CHECK(result.ignored.empty());
  const auto& keys = *result.keys;
  CHECK(keys.size() == 3);
  REQUIRE(keys.find("rsa", algorithm::ps512));
  CHECK(keys.find("rsa", algorithm::ps512)->type() == key_type::rsa);
  CHECK(keys.find("p256", algorithm::es256)->id() == "p256");
  CHECK(keys.find("ed25519", algorithm::eddsa));
  CHECK_FALSE(keys.find("rsa", algorithm::es256));
  CHECK_FALSE(keys.find("p256", algorithm::es384));
  CHECK_FALSE(keys.find("rs", algorithm::rs256));
  CHECK_FALSE(keys.find("", algorithm::rs256));
}

TEST_CASE("a key, or a token, without a name needs a set of one") {
  const auto nameless = without(key_for(algorithm::es256).jwk(), "kid");
  const auto alone = parse_jwks(set_of({nameless}));
  CHECK(alone.keys->find("", algorithm::es256));
  CHECK(alone.keys->find("any", algorithm::es256));
  CHECK_FALSE(alone.keys->find("", algorithm::rs256));
  const auto named = parse_jwks(jwks_of({key_for(algorithm::es256)}));
  CHECK(named.keys->find("", algorithm::es256));
  CHECK_FALSE(named.keys->find("any", algorithm::es256));
  const auto two = parse_jwks(set_of({nameless, key_for(algorithm::rs256).jwk()}));
  CHECK(two.keys->size() == 2);
  CHECK_FALSE(two.keys->find("", algorithm::es256));
  CHECK_FALSE(two.keys->find("any", algorithm::es256));
  CHECK_FALSE(two.keys->find("", algorithm::rs256));
  CHECK(two.keys->find("rsa", algorithm::rs256));
}

TEST_CASE("two keys of one name are told apart by the algorithm") {
  const auto result = parse_jwks(set_of({with(key_for(algorithm::rs256).jwk(), "kid", "k"),
                                         with(key_for(algorithm::es256).jwk(), "kid", "k")}));
  CHECK(result.keys->find("k", algorithm::rs256)->type() == key_type::rsa);
  CHECK(result.keys->find("k", algorithm::es256)->type() == key_type::ec_p256);
}

TEST_CASE("a set ignores the keys that it cannot use, and says why") {
  const auto result = parse_jwks(set_of(
      {key_for(algorithm::rs256).jwk(), "rubbish", json::object{{"kty", "oct"}, {"kid", "\"\n"}},
       json::object{{"kty", "oct"}, {"kid", std::string(65, 'k')}},
       with(key_for(algorithm::es256).jwk(), "use", "enc")}));
  REQUIRE(result.keys);
  CHECK(result.keys->size() == 1);
  CHECK(result.ignored ==
        std::vector<std::string>{"key 2: not an object", R"(key 3 ("\"\n"): unknown type or curve)",
                                 "key 4: unknown type or curve",
                                 R"(key 5 ("p256"): not for checking signatures)"});
}

TEST_CASE("a set may be empty, and then has no key for anybody") {
  const auto result = parse_jwks(R"({"keys":[]})");
  REQUIRE(result.keys);
  CHECK(result.keys->empty());
  CHECK_FALSE(result.keys->find("", algorithm::rs256));
}

TEST_CASE("a text that is no set is refused") {
  const auto problem = [](std::string_view text) {
    const auto result = parse_jwks(text);
    CHECK((result.keys == nullptr) == !result.problem.empty());
    return result.problem;
  };
  CHECK_THAT(problem(""), Catch::StartsWith("not JSON"));
  CHECK_THAT(problem("{\"keys\":[]"), Catch::StartsWith("not JSON"));
  CHECK_THAT(problem("{\"keys\":[]}}"), Catch::StartsWith("not JSON"));
  CHECK_THAT(problem(std::string(100, '[') + std::string(100, ']')), Catch::StartsWith("not JSON"));
  for (const auto* const text : {"{}", "[]", "1", "null", R"({"keys":{}})", R"({"Keys":[]})"})
    CHECK(problem(text) == "not a key set: no array \"keys\"");
  CHECK(problem(std::string(jwks_bytes + 1, ' ')) == "larger than 1048576 bytes");
  CHECK(problem(R"({"keys":[]})" + std::string(jwks_bytes - 11, ' ')).empty());
  json::array many(jwks_keys + 1, 1);
  CHECK(problem(set_of(many)) == "more than 100 keys");
  many.pop_back();
  CHECK(problem(set_of(many)).empty());
}

TEST_CASE("several threads may use one set at the same time") {
  const auto& pair = key_for(algorithm::es256);
  const auto keys = parse_jwks(jwks_of({pair})).keys;
  const auto signature = pair.sign("message");
  std::vector<int> good(4);
  std::vector<std::thread> threads;
  for (auto& count : good) {
    threads.emplace_back([&] {
      for (int i = 0; i < 100; ++i) {
        const auto* const key = keys->find("p256", algorithm::es256);
        count += key->verifies(algorithm::es256, "message", signature) ? 1 : 0;
        count += key->verifies(algorithm::es256, "massage", signature) ? 1 : 0;
      }
    });
  }
  for (auto& each : threads)
    each.join();
  CHECK(good == std::vector<int>(4, 100));
}
