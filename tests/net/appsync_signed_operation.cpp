#include "auth/sigv4.hpp"
#include "net/appsync/signed_operation.hpp"
#include "net/appsync/vocabulary.hpp"
#include "text/hex.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

using namespace actormesh;
using namespace actormesh::appsync;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

/// All candidates, checked to have the hashes they should have.
std::vector<std::string> texts_of(const auth::signed_payload& payload) {
  std::vector<std::string> texts;
  for (auto text = payload.text(0); text; text = payload.text(texts.size())) {
    const auto hash = payload.hash(texts.size());
    REQUIRE(hash);
    REQUIRE(text::to_hex(auth::view(*hash)) == auth::sha256_hex(*text));
    texts.push_back(*text);
  }
  REQUIRE_FALSE(payload.hash(texts.size()));
  REQUIRE_FALSE(payload.hash(texts.size() + 1));
  return texts;
}

using list = std::vector<std::string>;

/// Whether amplify-js's signature of an operation holds. The expected ones were computed with
/// Python's hmac and hashlib, from canonical requests that were written by hand.
auth::sigv4_result verify(const auth::signed_payload& payload, std::string_view signature) {
  const auto text = "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260101/us-east-1/appsync/"
                    "aws4_request, SignedHeaders=accept;content-encoding;content-type;host;"
                    "x-amz-date, Signature=" +
                    std::string{signature};
  const auto parsed = auth::parse_authorization(text);
  REQUIRE(parsed);
  const std::vector<auth::header_field> headers{{"accept", "application/json, text/javascript"},
                                                {"content-encoding", "amz-1.0"},
                                                {"content-type", "application/json; charset=UTF-8"},
                                                {"host", "localhost:8080"},
                                                {"x-amz-date", "20260101T000000Z"}};
  auth::signing_key_cache cache;
  return auth::verify_sigv4(
      *parsed,
      {.over = {.method = signed_method, .path = "/event", .query = "", .payload = payload},
       .headers = headers},
      {.secret_key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
       .region = "us-east-1",
       .service = event_api_words.service,
       .now = std::chrono::sys_seconds{1'767'225'600s}},
      cache);
}

} // namespace

TEST_CASE("connecting signs an empty object") {
  CHECK(texts_of(signed_connect()) == list{"{}"});
  CHECK(text::to_hex(auth::view(*signed_connect().hash(0))) ==
        "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
}

TEST_CASE("subscribing signs the channel, with or without its slashes escaped") {
  CHECK(texts_of(signed_subscribe("default/x")) ==
        list{R"({"channel":"default/x"})", R"({"channel":"default\/x"})"});
  CHECK(texts_of(signed_subscribe("default")) == list{R"({"channel":"default"})"});
  CHECK(texts_of(signed_subscribe("a/<")) ==
        list{R"({"channel":"a/<"})", R"({"channel":"a\/<"})", R"({"channel":"a/\u003c"})"});
}

TEST_CASE("publishing signs channel and events in every way that signers write them") {
  SECTION("nothing to escape: two orders") {
    const list events{"1"};
    CHECK(texts_of(signed_publish("x", events)) ==
          list{R"({"channel":"x","events":["1"]})", R"({"events":["1"],"channel":"x"})"});
  }
  SECTION("slashes, also in events") {
    const list events{R"({"a":1})", R"("b/c")"};
    CHECK(texts_of(signed_publish("default", events)) ==
          list{R"({"channel":"default","events":["{\"a\":1}","\"b/c\""]})",
               R"({"channel":"default","events":["{\"a\":1}","\"b\/c\""]})",
               R"({"events":["{\"a\":1}","\"b/c\""],"channel":"default"})",
               R"({"events":["{\"a\":1}","\"b\/c\""],"channel":"default"})"});
  }
  SECTION("what HTML knows") {
    const list events{R"("<b>&='")"};
    CHECK(texts_of(signed_publish("a/b", events)) ==
          list{R"({"channel":"a/b","events":["\"<b>&='\""]})",
               R"({"channel":"a\/b","events":["\"<b>&='\""]})",
               R"({"events":["\"<b>&='\""],"channel":"a/b"})",
               R"({"channel":"a/b","events":["\"\u003cb\u003e\u0026\u003d\u0027\""]})",
               R"({"events":["\"<b>&='\""],"channel":"a\/b"})",
               R"({"events":["\"\u003cb\u003e\u0026\u003d\u0027\""],"channel":"a/b"})"});
  }
  SECTION("no events") {
    CHECK(texts_of(signed_publish("x", {})).front() == R"({"channel":"x","events":[]})");
  }
}

TEST_CASE("strings are written as JSON.stringify writes them") {
  // What Node prints for the same strings.
  struct row {
    std::string event;
    std::string written;
  };
  const row rows[] = {
      {"\"\\", R"(\"\\)"},
      {"\b\t\n\f\r", R"(\b\t\n\f\r)"},
      {"\0\x01\x0b\x0e\x1b\x1f"s, R"(\u0000\u0001\u000b\u000e\u001b\u001f)"},
      {"\x7f", "\x7f"},
      {"gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80",
       "gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80"},
      {"\xe2\x80\xa8\xe2\x80\xa9", "\xe2\x80\xa8\xe2\x80\xa9"},
      {"</>&", "</>&"},
      {"", ""},
  };
  for (const auto& [event, written] : rows) {
    CAPTURE(written);
    const list events{event};
    CHECK(signed_publish("c", events).text(0) ==
          R"({"channel":"c","events":[")" + written + R"("]})");
  }
}

TEST_CASE("hashes do not depend on how the bytes are gathered") {
  // Around the size at which pieces are passed on, and far above it.
  for (const std::size_t size : {900U, 1000U, 1001U, 1002U, 1003U, 1024U, 1025U, 5000U, 300'000U}) {
    CAPTURE(size);
    const list events{std::string(size, 'x') + "\"" + std::string(size, '/'), "\"\"\"", "y"};
    CHECK(texts_of(signed_publish("a/b", events)).size() == 4);
  }
}

TEST_CASE("what amplify-js signs for operations is verified") {
  CHECK(verify(signed_connect(),
               "358ebffa4643f5e192804e7c919e8cab7a75dcbbdf19e92486fda292ad5cc277") ==
        auth::sigv4_result::ok);
  CHECK(verify(signed_subscribe("default/x"),
               "8de41fc4d9049a8a037fcdbdf4b638c6c17a1161c4b4fd1331e3651a44f19476") ==
        auth::sigv4_result::ok);
  const list events{R"({"a":1})"};
  CHECK(verify(signed_publish("default/x", events),
               "0790a14e136e536641c4047bd64a554ce261ab20f0736a86cd15bcaf9f911c3d") ==
        auth::sigv4_result::ok);
}

TEST_CASE("the bodies that are signed have the hashes they should have") {
  const std::vector<std::string> events{R"({"a":1})"};
  CHECK(text::to_hex(auth::view(*signed_subscribe("default/x").hash(0))) ==
        "c62a95fdd5e5d2c3b04d1e5f476c49148a0f932bc1022039dbcdd891cefd2a8c");
  CHECK(text::to_hex(auth::view(*signed_publish("default/x", events).hash(0))) ==
        "bb84da71a420f8ac11138a4eaae6fba6ba22fcf4a0f27d3ef9ecf22bc898bc19");
}

TEST_CASE("events are verified however the signer writes JSON") {
  // HTML's characters, text that is not ASCII, quotes and control characters, line separators.
  const std::vector<std::string> events{
      "\"<b>&</b>\"", "\"gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80\"",
      "\"say \\\"hi\\\"\\n\"", "\"\xe2\x80\xa8\xe2\x80\xa9\"", "\"it's a/b=c\""};
  const auto payload = signed_publish("/default/x", events);
  const char* const signatures[] = {
      // JSON.stringify; escaped slashes; events first; HTML-safe; events first with either.
      "b2d1e104c94cb43a41bd9843eee8c2fd3f60a53b15292845866c71500fe3d8cf",
      "6a102a6722f4fe12a6f2b478ae2b35b372fccdd3d6a33533eb414b20fec9d1b0",
      "e5c3b46546e078a3661a37125ac79387fd9553dc4e72c903dbd91800e21df7f0",
      "9d8b51ae19458f68930230779b5a82ea7e0a70e4718b178f7a37a5550c966034",
      "4eae4a025079bed29f2bad273ab6fcbda099c8f680fd2690abe6cc0977f72fbf",
      "5e8d1b1437c5d19ca32a27e4a869d61f3e3c9df2fff59b656a5db9681a715685"};
  for (const auto* const signature : signatures) {
    CAPTURE(signature);
    CHECK(verify(payload, signature) == auth::sigv4_result::ok);
  }
  // Everything but ASCII escaped, as Python does it by default: AWS takes that no more than we do.
  CHECK(verify(payload, "78938c25f06f33339e8aa0995c4271e5da89cfe6e4e71fadcdea0586efb23282") ==
        auth::sigv4_result::wrong_signature);
}
