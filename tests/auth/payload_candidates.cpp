#include "auth/payload_candidates.hpp"

#include "text/hex.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace actormesh::auth;
using namespace std::string_literals;

namespace {

/// All candidates, checked to have the hashes they should have.
std::vector<std::string> texts_of(const payload_candidates& candidates) {
  std::vector<std::string> texts;
  for (auto text = candidates.text(0); text; text = candidates.text(texts.size())) {
    const auto hash = candidates.hash(texts.size());
    REQUIRE(hash);
    REQUIRE(actormesh::text::to_hex(view(*hash)) == sha256_hex(*text));
    texts.push_back(*text);
  }
  REQUIRE_FALSE(candidates.hash(texts.size()));
  REQUIRE_FALSE(candidates.hash(texts.size() + 1));
  return texts;
}

using list = std::vector<std::string>;

} // namespace

TEST_CASE("a body is signed as it is") {
  CHECK(texts_of(payload_candidates{}) == list{""});
  CHECK(texts_of(payload_candidates::of_body("{ \"channel\" : \"a/b\" }<")) ==
        list{"{ \"channel\" : \"a/b\" }<"});
}

TEST_CASE("connecting signs an empty object") {
  CHECK(texts_of(payload_candidates::of_connect()) == list{"{}"});
  CHECK(actormesh::text::to_hex(view(*payload_candidates::of_connect().hash(0))) ==
        "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
}

TEST_CASE("subscribing signs the channel, with or without its slashes escaped") {
  CHECK(texts_of(payload_candidates::of_subscribe("default/x")) ==
        list{R"({"channel":"default/x"})", R"({"channel":"default\/x"})"});
  CHECK(texts_of(payload_candidates::of_subscribe("default")) == list{R"({"channel":"default"})"});
  CHECK(texts_of(payload_candidates::of_subscribe("a/<")) ==
        list{R"({"channel":"a/<"})", R"({"channel":"a\/<"})", R"({"channel":"a/\u003c"})"});
}

TEST_CASE("publishing signs channel and events in every way that signers write them") {
  SECTION("nothing to escape: two orders") {
    const list events{"1"};
    CHECK(texts_of(payload_candidates::of_publish("x", events)) ==
          list{R"({"channel":"x","events":["1"]})", R"({"events":["1"],"channel":"x"})"});
  }
  SECTION("slashes, also in events") {
    const list events{R"({"a":1})", R"("b/c")"};
    CHECK(texts_of(payload_candidates::of_publish("default", events)) ==
          list{R"({"channel":"default","events":["{\"a\":1}","\"b/c\""]})",
               R"({"channel":"default","events":["{\"a\":1}","\"b\/c\""]})",
               R"({"events":["{\"a\":1}","\"b/c\""],"channel":"default"})",
               R"({"events":["{\"a\":1}","\"b\/c\""],"channel":"default"})"});
  }
  SECTION("what HTML knows") {
    const list events{R"("<b>&='")"};
    CHECK(texts_of(payload_candidates::of_publish("a/b", events)) ==
          list{R"({"channel":"a/b","events":["\"<b>&='\""]})",
               R"({"channel":"a\/b","events":["\"<b>&='\""]})",
               R"({"events":["\"<b>&='\""],"channel":"a/b"})",
               R"({"channel":"a/b","events":["\"\u003cb\u003e\u0026\u003d\u0027\""]})",
               R"({"events":["\"<b>&='\""],"channel":"a\/b"})",
               R"({"events":["\"\u003cb\u003e\u0026\u003d\u0027\""],"channel":"a/b"})"});
  }
  SECTION("no events") {
    CHECK(texts_of(payload_candidates::of_publish("x", {})).front() ==
          R"({"channel":"x","events":[]})");
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
    CHECK(payload_candidates::of_publish("c", events).text(0) ==
          R"({"channel":"c","events":[")" + written + R"("]})");
  }
}

TEST_CASE("hashes do not depend on how the bytes are gathered") {
  // Around the size at which pieces are passed on, and far above it.
  for (const std::size_t size : {900U, 1000U, 1001U, 1002U, 1003U, 1024U, 1025U, 5000U, 300'000U}) {
    CAPTURE(size);
    const list events{std::string(size, 'x') + "\"" + std::string(size, '/'), "\"\"\"", "y"};
    CHECK(texts_of(payload_candidates::of_publish("a/b", events)).size() == 4);
  }
}
