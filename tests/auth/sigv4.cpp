#include "auth/sigv4.hpp"

#include "text/hex.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

using namespace actormesh::auth;
using namespace std::chrono_literals;
using namespace std::string_literals;

// The expected signatures were computed with Python's hmac and hashlib, from canonical requests
// that were written by hand.

namespace {

constexpr std::string_view secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

/// 2026-01-01T00:00:00Z.
constexpr std::chrono::sys_seconds signed_at{1'767'225'600s};

using fields = std::vector<header_field>;

std::string authorization(std::string_view signed_headers, std::string_view signature,
                          std::string_view scope = "20260101/us-east-1/appsync") {
  return "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/" + std::string{scope} +
         "/aws4_request, SignedHeaders=" + std::string{signed_headers} +
         ", Signature=" + std::string{signature};
}

/// Something a client signed, and what the node knows. Tests change a part of it.
struct scene {
  std::string authorization;
  fields headers;
  signed_payload payload;
  std::string_view method = "POST";
  std::string_view path = "/event";
  std::string_view query{};
  std::string_view secret_key = secret;
  std::string_view region = "us-east-1";
  std::string_view service = "appsync";
  std::chrono::sys_seconds now = signed_at;

  [[nodiscard]] sigv4_result verify(signing_key_cache& cache) const {
    const auto parsed = parse_authorization(authorization);
    if (!parsed)
      return sigv4_result::malformed;
    return verify_sigv4(*parsed, {{method, path, query, payload}, headers},
                        {secret_key, region, service, now}, cache);
  }

  [[nodiscard]] sigv4_result verify() const {
    signing_key_cache cache;
    return verify(cache);
  }
};

/// What amplify-js signs for an operation over WebSocket.
scene amplify(signed_payload payload, std::string_view signature) {
  return {authorization("accept;content-encoding;content-type;host;x-amz-date", signature),
          {{"accept", "application/json, text/javascript"},
           {"content-encoding", "amz-1.0"},
           {"content-type", "application/json; charset=UTF-8"},
           {"host", "localhost:8080"},
           {"x-amz-date", "20260101T000000Z"}},
          payload};
}

scene connecting() {
  return amplify(signed_payload::of_body("{}"),
                 "358ebffa4643f5e192804e7c919e8cab7a75dcbbdf19e92486fda292ad5cc277");
}

/// What amplify-js signs for `POST /event`.
scene posting() {
  return {authorization("content-type;host;x-amz-date;x-amz-user-agent",
                        "3d74ca4190b4ec4413243b69bb752341d9081a0f94bd09d03a846c1810c2d6c5"),
          {{"Host", "localhost:8080"},
           {"Accept", "*/*"},
           {"Content-Type", "application/json; charset=UTF-8"},
           {"X-Amz-Date", "20260101T000000Z"},
           {"X-Amz-User-Agent", "aws-amplify/6.6.0 api/1 framework/1"}},
          signed_payload::of_body(R"({"channel":"/default/x","events":["1"]})")};
}

/// Signs only what has to be, over the same body.
scene minimal(std::string_view names, std::string_view signature, fields more) {
  scene result{authorization(names, signature),
               {{"host", "localhost:8080"}},
               signed_payload::of_body(R"({"channel":"/default/x","events":["1"]})")};
  result.headers.insert(result.headers.end(), more.begin(), more.end());
  return result;
}

header_field& header(scene& of, std::string_view name) {
  return *std::find_if(of.headers.begin(), of.headers.end(),
                       [name](const header_field& each) { return each.name == name; });
}

void remove(scene& from, std::string_view name) {
  std::erase_if(from.headers, [name](const header_field& each) { return each.name == name; });
}

} // namespace

// -- the Authorization value ----------------------------------------------------------------------

TEST_CASE("an authorization says who signed what") {
  const auto text = connecting().authorization;
  const auto parsed = parse_authorization(text);
  REQUIRE(parsed);
  CHECK(parsed->credential == "AKIAIOSFODNN7EXAMPLE/20260101/us-east-1/appsync/aws4_request");
  CHECK(parsed->scope == "20260101/us-east-1/appsync/aws4_request");
  CHECK(parsed->access_key_id == "AKIAIOSFODNN7EXAMPLE");
  CHECK(parsed->date == "20260101");
  CHECK(parsed->region == "us-east-1");
  CHECK(parsed->service == "appsync");
  CHECK(
      std::vector<std::string_view>(parsed->signed_headers.begin(), parsed->signed_headers.end()) ==
      std::vector<std::string_view>{"accept", "content-encoding", "content-type", "host",
                                    "x-amz-date"});
  CHECK(parsed->signature == "358ebffa4643f5e192804e7c919e8cab7a75dcbbdf19e92486fda292ad5cc277");
  CHECK(parsed->has_signed("host"));
  CHECK_FALSE(parsed->has_signed("hos"));
}

TEST_CASE("the three parts of an authorization may come in any order") {
  const std::string hex(64, 'a');
  const auto credential = "Credential=k/20260101/r/s/aws4_request"s;
  for (const auto& text :
       {"AWS4-HMAC-SHA256 " + credential + ",SignedHeaders=host,Signature=" + hex,
        "AWS4-HMAC-SHA256 Signature=" + hex + ", SignedHeaders=host, " + credential,
        "AWS4-HMAC-SHA256   SignedHeaders=host , Signature=" + hex + "\t,  " + credential + " "}) {
    CAPTURE(text);
    CHECK(parse_authorization(text));
  }
}

TEST_CASE("an authorization that is anything else is none") {
  const std::string hex(64, 'a');
  const auto good = authorization("host", hex);
  REQUIRE(parse_authorization(good));
  const auto with = [&](std::string_view part, std::string_view other) {
    auto text = good;
    text.replace(text.find(part), part.size(), other);
    return text;
  };
  const std::string rows[] = {
      "",
      "AWS4-HMAC-SHA256",
      "AWS4-HMAC-SHA256 ",
      "Bearer x",
      with("SHA256 ", "SHA256"),
      with("AWS4-HMAC-SHA256", "aws4-hmac-sha256"),
      with("AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256"),
      good + ",",
      good + ", Signature=" + hex,
      good + ", Other=1",
      with("Credential", "credential"),
      with("Credential=", "Credential"),
      with("SignedHeaders=host, ", ""),
      with("SignedHeaders=host", "Signature=" + hex),
      with(", Sig", " Sig"),
      with(", Sig", ",, Sig"),
      // the credential
      with("/aws4_request", ""),
      with("/aws4_request", "/aws4_requests"),
      with("/aws4_request", "/aws4_request/"),
      with("/appsync/", "//"),
      with("/us-east-1/", "//"),
      with("/us-east-1/", "/us east/"),
      with("/us-east-1/", "/us\neast/"),
      with("AKIAIOSFODNN7EXAMPLE", ""),
      with("AKIAIOSFODNN7EXAMPLE", "a=b"),
      with("AKIAIOSFODNN7EXAMPLE", std::string(129, 'A')),
      with("20260101", "2026011"),
      with("20260101", "202601011"),
      with("20260101", "2026-1-1"),
      // the headers
      with("=host", "="),
      with("=host", "=;host"),
      with("=host", "=host;"),
      with("=host", "=host;;x-amz-date"),
      with("=host", "=Host"),
      with("=host", "=host;accept"),
      with("=host", "=host;host"),
      with("=host", "=ho st"),
      with("=host", "=host:1"),
      with("=host", "=" + std::string(129, 'h')),
      // the signature
      with(hex, hex.substr(1)),
      with(hex, hex + "a"),
      with(hex, "A" + hex.substr(1)),
      with(hex, "g" + hex.substr(1)),
      with(hex, ""),
  };
  for (const auto& text : rows) {
    CAPTURE(text);
    CHECK_FALSE(parse_authorization(text));
  }
}

TEST_CASE("an authorization has its limits") {
  const std::string hex(64, 'a');
  std::string names;
  for (int i = 0; i < 64; ++i)
    names += (i == 0 ? "h" : ";h") + std::to_string(100 + i);
  CHECK(parse_authorization(authorization(names, hex)));
  CHECK_FALSE(parse_authorization(authorization(names + ";h200", hex)));
  const auto long_names = [](std::size_t size) {
    std::string text;
    for (int i = 0; i < 64; ++i)
      text += (i == 0 ? "h" : ";h") + std::to_string(100 + i) + std::string(size, 'x');
    return text;
  };
  CHECK(parse_authorization(authorization(long_names(100), hex)));
  CHECK_FALSE(parse_authorization(authorization(long_names(124), hex)));
}

TEST_CASE("the scheme tells whether a value is meant to be a signature") {
  CHECK(is_sigv4("AWS4-HMAC-SHA256 rubbish"));
  CHECK_FALSE(is_sigv4("Bearer AWS4-HMAC-SHA256"));
  CHECK_FALSE(is_sigv4("AWS4"));
}

// -- operations over WebSocket --------------------------------------------------------------------

TEST_CASE("what amplify-js signs is verified") {
  CHECK(connecting().verify() == sigv4_result::ok);
  CHECK(amplify(signed_payload::of_body(R"({"channel":"default/x"})"),
                "8de41fc4d9049a8a037fcdbdf4b638c6c17a1161c4b4fd1331e3651a44f19476")
            .verify() == sigv4_result::ok);
  CHECK(amplify(signed_payload::of_body(R"({"channel":"default/x","events":["{\"a\":1}"]})"),
                "0790a14e136e536641c4047bd64a554ce261ab20f0736a86cd15bcaf9f911c3d")
            .verify() == sigv4_result::ok);
}

TEST_CASE("a session's token is signed like any header, and can be had") {
  auto what = connecting();
  what.authorization =
      authorization("accept;content-encoding;content-type;host;x-amz-date;x-amz-security-token",
                    "de96a5de9e5a73c47b678f62d4cac06fc55dbc0393b96b9f15ee880b0c9180c7");
  CHECK(what.verify() == sigv4_result::missing_signed_header);
  what.headers.push_back({"X-Amz-Security-Token", "FwoGZXIvYXdzEXAMPLE//token=="});
  CHECK(what.verify() == sigv4_result::ok);
  CHECK(header_value(what.headers, "x-amz-security-token") == "FwoGZXIvYXdzEXAMPLE//token==");
  what.headers.back().value = "FwoGZXIvYXdzEXAMPLE//token=";
  CHECK(what.verify() == sigv4_result::wrong_signature);
}

TEST_CASE("what Android signs is verified") {
  const std::string_view hash = "c62a95fdd5e5d2c3b04d1e5f476c49148a0f932bc1022039dbcdd891cefd2a8c";
  scene what{authorization("host;x-amz-content-sha256;x-amz-date",
                           "bd0dc4154b286e92f3626d7f72b96d962a1b9db2a9685adc46d4856222986c4a"),
             {{"host", "localhost"},
              {"x-amz-content-sha256", hash},
              {"x-amz-date", "20260101T000000Z"},
              {"accept", "application/json, text/javascript"}},
             signed_payload::of_body(R"({"channel":"default/x"})")};
  CHECK(what.verify() == sigv4_result::ok);
  what.payload = signed_payload::of_body(R"({"channel":"default/y"})");
  CHECK(what.verify() == sigv4_result::wrong_payload);
}

TEST_CASE("a signature over any of the bodies there can be is verified") {
  const std::vector<std::string> bodies{R"({"channel":"default/y"})", R"({"channel":"default/x"})"};
  const signed_payload payload{
      [](const signed_payload::source& from, std::size_t index, body_writer& to) {
        if (index < from.list.size())
          to.append(from.list[index]);
        return index < from.list.size();
      },
      {{}, bodies}};
  const std::string_view signature =
      "8de41fc4d9049a8a037fcdbdf4b638c6c17a1161c4b4fd1331e3651a44f19476";
  CHECK(amplify(payload, signature).verify() == sigv4_result::ok);
  CHECK(amplify(signed_payload{payload}, "9" + std::string{signature.substr(1)}).verify() ==
        sigv4_result::wrong_signature);
}

// -- HTTP -----------------------------------------------------------------------------------------

TEST_CASE("a request over HTTP is verified as it came") {
  CHECK(posting().verify() == sigv4_result::ok);
  auto with_token = posting();
  with_token.authorization =
      authorization("content-type;host;x-amz-date;x-amz-security-token;x-amz-user-agent",
                    "09c72d5274f7fe049e1c68f405d51a644d6cd7127e738cb1789e6ca47ee38a3a");
  with_token.headers.push_back({"x-amz-security-token", "FwoGZXIvYXdzEXAMPLE//token=="});
  CHECK(with_token.verify() == sigv4_result::ok);
}

TEST_CASE("any change to what is signed is noticed") {
  auto what = posting();
  SECTION("method") { what.method = "PUT"; }
  SECTION("path") { what.path = "/events"; }
  SECTION("query") { what.query = "a=b"; }
  SECTION("body") {
    what.payload = signed_payload::of_body(R"({"channel":"/default/x","events":["2"]})");
  }
  SECTION("host") { header(what, "Host").value = "localhost:8081"; }
  SECTION("user agent") { header(what, "X-Amz-User-Agent").value = "aws-amplify/6.6.1"; }
  SECTION("content type") { header(what, "Content-Type").value = "application/json"; }
  SECTION("time") { header(what, "X-Amz-Date").value = "20260101T000001Z"; }
  SECTION("a second host") { what.headers.push_back({"Host", "example.com"}); }
  SECTION("secret") { what.secret_key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEZ"; }
  SECTION("no secret") { what.secret_key = ""; }
  SECTION("signature, first digit") {
    what.authorization =
        authorization("content-type;host;x-amz-date;x-amz-user-agent",
                      "4d74ca4190b4ec4413243b69bb752341d9081a0f94bd09d03a846c1810c2d6c5");
  }
  SECTION("signature, last digit") {
    what.authorization =
        authorization("content-type;host;x-amz-date;x-amz-user-agent",
                      "3d74ca4190b4ec4413243b69bb752341d9081a0f94bd09d03a846c1810c2d6c4");
  }
  SECTION("list of headers") {
    what.authorization =
        authorization("content-type;host;x-amz-date",
                      "3d74ca4190b4ec4413243b69bb752341d9081a0f94bd09d03a846c1810c2d6c5");
  }
  CHECK(what.verify() == sigv4_result::wrong_signature);
}

TEST_CASE("what is not signed may change") {
  auto what = posting();
  header(what, "Accept").value = "text/html";
  what.headers.push_back({"x-forwarded-for", "::1"});
  CHECK(what.verify() == sigv4_result::ok);
}

TEST_CASE("a signed header has to be there") {
  for (const auto* const name : {"Content-Type", "Host", "X-Amz-Date", "X-Amz-User-Agent"}) {
    CAPTURE(name);
    auto what = posting();
    remove(what, name);
    CHECK(what.verify() == sigv4_result::missing_signed_header);
  }
}

TEST_CASE("the host has to be signed") {
  auto what = posting();
  what.authorization = authorization("content-type;x-amz-date", std::string(64, 'a'));
  CHECK(what.verify() == sigv4_result::host_not_signed);
}

TEST_CASE("a line's end within a header is refused") {
  auto what = posting();
  header(what, "X-Amz-User-Agent").value = "a\nb";
  CHECK(what.verify() == sigv4_result::malformed);
}

TEST_CASE("lines of one header are joined, and white space does not count") {
  auto what = minimal("host;my-header;x-amz-date",
                      "782cc138644465d5761dba66d6d0517fe624db20f2039152313e615ba40acf92",
                      {{"x-amz-date", "20260101T000000Z"},
                       {"My-Header", "  value1 "},
                       {"my-header", "value2  with\t \tspaces"},
                       {"MY-HEADER", "\t\"a  b   c\"\t"},
                       {"my-header", ""}});
  CHECK(what.verify() == sigv4_result::ok);
  CHECK(header_value(what.headers, "my-header") == "value1,value2  with\t \tspaces,\"a  b   c\",");
  std::swap(what.headers[2], what.headers[3]);
  CHECK(what.verify() == sigv4_result::wrong_signature);
}

TEST_CASE("a header that is not there has no value") {
  CHECK(header_value({}, "host") == std::nullopt);
  const fields headers{{"hos", "1"}, {"hosts", "2"}};
  CHECK(header_value(headers, "host") == std::nullopt);
}

TEST_CASE("a signed hash of the payload has to be right") {
  const auto with_hash = [](std::string_view hash, std::string_view signature) {
    return minimal("host;x-amz-content-sha256;x-amz-date", signature,
                   {{"x-amz-date", "20260101T000000Z"}, {"x-amz-content-sha256", hash}});
  };
  CHECK(with_hash("95f3286214d19da26abcc1657423954f8075a70b7bd68f8fb0efd99d49800484",
                  "a38125994b340ed6a9e52f1494b57e2782bd0dbb67e3a4918136a5b23ef75771")
            .verify() == sigv4_result::ok);
  CHECK(with_hash("UNSIGNED-PAYLOAD",
                  "235cb7a0fbc1bb9dc253e5d6a0bbd72dec796cf0348e4f1d9a3d23e347ef24fa")
            .verify() == sigv4_result::wrong_payload);
  CHECK(with_hash("d9298a10d1b0735837dc4bd85dac641b0f3cef27a47e5d53a54f2f3f5b2fcffa",
                  "bf6789338607bed650f454f28f2491eab76a1db60188fa395234544c47fa1e58")
            .verify() == sigv4_result::wrong_payload);
  CHECK(with_hash("95f3286214d19da26abcc1657423954f8075a70b7bd68f8fb0efd99d49800484",
                  std::string(64, 'a'))
            .verify() == sigv4_result::wrong_signature);
}

TEST_CASE("a hash of the payload that is not signed means nothing") {
  auto what = posting();
  what.headers.push_back({"x-amz-content-sha256", "UNSIGNED-PAYLOAD"});
  CHECK(what.verify() == sigv4_result::ok);
}

// -- time -----------------------------------------------------------------------------------------

TEST_CASE("a signature is good for five minutes before and after it was made") {
  auto what = connecting();
  const auto at = [&what](std::chrono::seconds later) {
    what.now = signed_at + later;
    return what.verify();
  };
  CHECK(at(300s) == sigv4_result::ok);
  CHECK(at(301s) == sigv4_result::expired);
  CHECK(at(-300s) == sigv4_result::ok);
  CHECK(at(-301s) == sigv4_result::not_yet);
}

TEST_CASE("what a signature is measured by can't be left out") {
  // Templates, so that what does not compile is an answer and no error.
  CHECK_FALSE([]<class T>(T*) {
    return requires { T{.secret_key = "", .region = "", .now = signed_at}; };
  }(static_cast<sigv4_expectation*>(nullptr)));
  CHECK_FALSE([]<class T>(T*) {
    return requires { T{.secret_key = "", .service = "", .now = signed_at}; };
  }(static_cast<sigv4_expectation*>(nullptr)));
  CHECK([]<class T>(T*) {
    return requires { T{.secret_key = "", .region = "", .service = "", .now = signed_at}; };
  }(static_cast<sigv4_expectation*>(nullptr)));
}

TEST_CASE("what a signature is over can't be left out") {
  CHECK_FALSE([]<class T>(T*) {
    return requires { T{.method = "", .path = "", .payload = signed_payload::of_body("")}; };
  }(static_cast<signed_request*>(nullptr)));
  CHECK_FALSE([]<class T>(T*) {
    return requires { T{.method = "", .path = "", .query = ""}; };
  }(static_cast<signed_request*>(nullptr)));
  CHECK_FALSE(std::is_default_constructible_v<signed_request>);
  CHECK_FALSE(std::is_default_constructible_v<sigv4_request>);
}

TEST_CASE("the skew can be another") {
  const auto what = connecting();
  const auto parsed = parse_authorization(what.authorization);
  const sigv4_request request{{what.method, what.path, what.query, what.payload}, what.headers};
  signing_key_cache cache;
  CHECK(verify_sigv4(*parsed, request, {secret, "", "appsync", signed_at + 10s, 10s}, cache) ==
        sigv4_result::ok);
  CHECK(verify_sigv4(*parsed, request, {secret, "", "appsync", signed_at + 11s, 10s}, cache) ==
        sigv4_result::expired);
}

TEST_CASE("the time may come as Date") {
  CHECK(minimal("date;host", "c824e1beab14de2189b009917cae348dcab7934c47414e3bd008035c75669a4c",
                {{"Date", "Thu, 01 Jan 2026 00:00:00 GMT"}})
            .verify() == sigv4_result::ok);
  CHECK(minimal("date;host", "24e603b9083cefe3589cb3ba5b573389741b47b7136d177c4c14c6fb7b89c9d4",
                {{"Date", "20260101T000000Z"}})
            .verify() == sigv4_result::ok);
}

TEST_CASE("the time has to be there and signed") {
  const std::string any(64, 'a');
  CHECK(minimal("host", any, {}).verify() == sigv4_result::missing_signed_header);
  CHECK(minimal("host", any, {{"x-amz-date", "20260101T000000Z"}}).verify() ==
        sigv4_result::missing_signed_header);
  CHECK(minimal("host", any, {{"date", "20260101T000000Z"}}).verify() ==
        sigv4_result::missing_signed_header);
  // x-amz-date counts if it is there, so a signed Date does not help.
  CHECK(
      minimal("date;host", any, {{"date", "20260101T000000Z"}, {"x-amz-date", "20260101T000000Z"}})
          .verify() == sigv4_result::missing_signed_header);
}

TEST_CASE("a time that is none is refused") {
  for (const auto* const time :
       {"", "20260101", "20260101T000000", "20260101T000000z", "20260101T000000ZZ",
        "20260101 000000Z", "2026-01-01T00:00:00Z", "20261301T000000Z", "20260132T000000Z",
        "20260100T000000Z", "20260001T000000Z", "20260101T240000Z", "20260101T006000Z",
        "20260101T000060Z", "2026010aT000000Z", "+0260101T000000Z", "202601-1T000000Z",
        "Thu, 01 Jan 2026 00:00:00 GMT", "20260101T000000Z,20260101T000000Z"}) {
    CAPTURE(time);
    CHECK(minimal("host;x-amz-date", std::string(64, 'a'), {{"x-amz-date", time}}).verify() ==
          sigv4_result::bad_date);
  }
  for (const auto* const time : {"Thu, 01 Jan 2026 00:00:00 UTC", "Thu, 01 jan 2026 00:00:00 GMT",
                                 "Thu, 01 anF 2026 00:00:00 GMT", "Thu, 1 Jan 2026 00:00:00 GMT",
                                 "Thu, 31 Feb 2026 00:00:00 GMT",
                                 "Thursday, 01-Jan-26 00:00:00 GMT", "Thu Jan  1 00:00:00 2026"}) {
    CAPTURE(time);
    CHECK(minimal("date;host", std::string(64, 'a'), {{"date", time}}).verify() ==
          sigv4_result::bad_date);
  }
}

TEST_CASE("the credential has to be of the day of signing") {
  auto what = connecting();
  what.authorization = authorization("accept;content-encoding;content-type;host;x-amz-date",
                                     std::string(64, 'a'), "20251231/us-east-1/appsync");
  CHECK(what.verify() == sigv4_result::bad_date);
}

// -- scope ----------------------------------------------------------------------------------------

TEST_CASE("the scope has to be ours") {
  auto what = connecting();
  what.region = "";
  CHECK(what.verify() == sigv4_result::ok);
  what.region = "eu-central-1";
  CHECK(what.verify() == sigv4_result::wrong_scope);
  what.region = "us-east-1";
  what.service = "execute-api";
  CHECK(what.verify() == sigv4_result::wrong_scope);
}

TEST_CASE("a scope that is claimed but was not signed for is noticed") {
  auto what = connecting();
  what.authorization =
      authorization("accept;content-encoding;content-type;host;x-amz-date",
                    "358ebffa4643f5e192804e7c919e8cab7a75dcbbdf19e92486fda292ad5cc277",
                    "20260101/eu-central-1/appsync");
  what.region = "";
  CHECK(what.verify() == sigv4_result::wrong_signature);
}

// -- AWS's own examples ---------------------------------------------------------------------------

namespace {

struct aws_example {
  const char* name;
  std::string_view method;
  std::string_view path;
  std::string_view query;
  fields headers; ///< Beyond host and x-amz-date, sorted; all are signed.
  std::string_view body;
  std::string_view signature;
};

sigv4_result verify_example(const aws_example& example) {
  scene what{{}, example.headers, signed_payload::of_body(example.body)};
  what.headers.push_back({"Host", "example.amazonaws.com"});
  what.headers.push_back({"X-Amz-Date", "20150830T123600Z"});
  std::vector<std::string> names;
  for (const auto& each : what.headers) {
    std::string name{each.name};
    std::transform(name.begin(), name.end(), name.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  std::string list;
  for (const auto& name : names)
    list += (list.empty() ? "" : ";") + name;
  what.authorization = authorization(list, example.signature, "20150830/us-east-1/service");
  what.method = example.method;
  what.path = example.path;
  what.query = example.query;
  what.secret_key = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
  what.service = "service";
  what.now = std::chrono::sys_seconds{1'440'938'160s};
  return what.verify();
}

constexpr std::string_view unreserved =
    "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

} // namespace

TEST_CASE("the examples of AWS's signature suite are verified") {
  const auto unreserved_path = "/" + std::string{unreserved};
  const auto unreserved_query = std::string{unreserved} + "=" + std::string{unreserved};
  const std::string_view vanilla =
      "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31";
  const std::string_view token =
      "AQoDYXdzEPT//////////"
      "wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuw"
      "thAx7mSEI/qkPpKPi/"
      "kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQ"
      "cHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rv"
      "x3iSIlTJabIQwj2ICCR/oLxBA==";
  const aws_example examples[] = {
      {"get-vanilla", "GET", "/", "", {}, "", vanilla},
      {"get-vanilla-query", "GET", "/", "", {}, "", vanilla},
      {"get-relative", "GET", "/example/..", "", {}, "", vanilla},
      {"get-relative-relative", "GET", "/example1/example2/../..", "", {}, "", vanilla},
      {"get-slash", "GET", "//", "", {}, "", vanilla},
      {"get-slash-dot-slash", "GET", "/./", "", {}, "", vanilla},
      {"above the root", "GET", "/../..", "", {}, "", vanilla},
      {"no path", "GET", "", "", {}, "", vanilla},
      {"get-slash-pointless-dot",
       "GET",
       "/./example",
       "",
       {},
       "",
       "ef75d96142cf21edca26f06005da7988e4f8dc83a165a80865db7089db637ec5"},
      {"get-slashes",
       "GET",
       "//example//",
       "",
       {},
       "",
       "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84"},
      {"get-space",
       "GET",
       "/example space/",
       "",
       {},
       "",
       "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741"},
      {"get-utf8",
       "GET",
       "/\xe1\x88\xb4",
       "",
       {},
       "",
       "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"},
      {"get-unreserved",
       "GET",
       unreserved_path,
       "",
       {},
       "",
       "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f"},
      {"encoded twice",
       "GET",
       "/documents%20and%20settings/",
       "",
       {},
       "",
       "23c9727f014f850a592311a0323b422f9c1e3ad2d406c610f00d64ab3272c75a"},
      {"get-vanilla-empty-query-key",
       "GET",
       "/",
       "Param1=value1",
       {},
       "",
       "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb"},
      {"get-vanilla-query-order-key-case",
       "GET",
       "/",
       "Param2=value2&Param1=value1",
       {},
       "",
       "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"},
      {"get-vanilla-query-order-value",
       "GET",
       "/",
       "Param1=value2&Param1=value1",
       {},
       "",
       "5772eed61e12b33fae39ee5e7012498b51d56abc0abb7c60486157bd471c4694"},
      {"get-vanilla-query-unreserved",
       "GET",
       "/",
       unreserved_query,
       {},
       "",
       "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197"},
      {"get-vanilla-utf8-query",
       "GET",
       "/",
       "\xe1\x88\xb4=bar",
       {},
       "",
       "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"},
      {"the same, encoded",
       "GET",
       "/",
       "%e1%88%B4=b%61r",
       {},
       "",
       "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"},
      {"escapes, plus, no value, nothing",
       "GET",
       "/",
       "d&a=%20&&b=+&c=%zz",
       {},
       "",
       "f1ac716e42f9ccf5402b57b371d954048d2d07eab53d222eaf92877db8b3b579"},
      {"get-header-key-duplicate",
       "GET",
       "/",
       "",
       {{"My-Header1", "value2"}, {"My-Header1", "value2"}, {"My-Header1", "value1"}},
       "",
       "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea"},
      {"get-header-value-order",
       "GET",
       "/",
       "",
       {{"My-Header1", "value4"},
        {"My-Header1", "value1"},
        {"My-Header1", "value3"},
        {"My-Header1", "value2"}},
       "",
       "08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01"},
      {"get-header-value-trim",
       "GET",
       "/",
       "",
       {{"My-Header1", " value1"}, {"My-Header2", " \"a   b   c\""}},
       "",
       "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"},
      {"post-vanilla",
       "POST",
       "/",
       "",
       {},
       "",
       "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"},
      {"post-header-key-sort",
       "POST",
       "/",
       "",
       {{"My-Header1", "value1"}},
       "",
       "c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c"},
      {"post-header-value-case",
       "POST",
       "/",
       "",
       {{"My-Header1", "VALUE1"}},
       "",
       "cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d"},
      {"post-vanilla-query",
       "POST",
       "/",
       "Param1=value1",
       {},
       "",
       "28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11"},
      {"post-x-www-form-urlencoded",
       "POST",
       "/",
       "",
       {{"Content-Type", "application/x-www-form-urlencoded"}},
       "Param1=value1",
       "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"},
      {"post-x-www-form-urlencoded-parameters",
       "POST",
       "/",
       "",
       {{"Content-Type", "application/x-www-form-urlencoded; charset=utf8"}},
       "Param1=value1",
       "1a72ec8f64bd914b0e42e42607c7fbce7fb2c7465f63e3092b3b0d39fa77a6fe"},
      {"post-sts-header-before",
       "POST",
       "/",
       "",
       {{"X-Amz-Security-Token", token}},
       "",
       "85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead"},
  };
  for (const auto& example : examples) {
    CAPTURE(example.name);
    CHECK(verify_example(example) == sigv4_result::ok);
  }
}

// -- derived keys ---------------------------------------------------------------------------------

TEST_CASE("the key of AWS's example is derived") {
  const auto key = derive_signing_key("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "20150830",
                                      "us-east-1", "iam");
  REQUIRE(key);
  CHECK(actormesh::text::to_hex(view(*key)) ==
        "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9");
}

TEST_CASE("a cache keeps the keys of good signatures, and of no others") {
  signing_key_cache cache;
  auto what = connecting();
  what.secret_key = "wrong";
  CHECK(what.verify(cache) == sigv4_result::wrong_signature);
  CHECK(cache.size() == 0);
  what.secret_key = secret;
  CHECK(what.verify(cache) == sigv4_result::ok);
  CHECK(cache.size() == 1);
  CHECK(what.verify(cache) == sigv4_result::ok);
  CHECK(cache.size() == 1);
}

TEST_CASE("a secret that was replaced stops working at once") {
  signing_key_cache cache;
  auto what = connecting();
  CHECK(what.verify(cache) == sigv4_result::ok);
  what.secret_key = "the new one";
  CHECK(what.verify(cache) == sigv4_result::wrong_signature);
}

TEST_CASE("a cache is bounded and drops what was not used for the longest time") {
  signing_key_cache cache{2};
  const auto key = *sha256("key");
  cache.store("a", "s", key);
  cache.store("b", "s", key);
  CHECK(cache.find("a", "s") != nullptr);
  cache.store("c", "s", key);
  CHECK(cache.size() == 2);
  CHECK(cache.find("a", "s") != nullptr);
  CHECK(cache.find("b", "s") == nullptr);
  CHECK(cache.find("c", "s") != nullptr);
  CHECK(cache.find("c", "t") == nullptr);
}

TEST_CASE("a cache replaces the key of a credential") {
  signing_key_cache cache{2};
  cache.store("a", "s", *sha256("1"));
  cache.store("a", "t", *sha256("2"));
  CHECK(cache.size() == 1);
  CHECK(cache.find("a", "s") == nullptr);
  REQUIRE(cache.find("a", "t") != nullptr);
  CHECK(*cache.find("a", "t") == *sha256("2"));
  cache.clear();
  CHECK(cache.size() == 0);
  CHECK(cache.find("a", "t") == nullptr);
}

TEST_CASE("every result has its words") {
  for (auto each : {sigv4_result::ok, sigv4_result::malformed, sigv4_result::missing_signed_header,
                    sigv4_result::host_not_signed, sigv4_result::bad_date, sigv4_result::expired,
                    sigv4_result::not_yet, sigv4_result::wrong_scope, sigv4_result::wrong_payload,
                    sigv4_result::wrong_signature})
    CHECK(to_string(each) != "unknown"s);
}

TEST_CASE("what SDKs sign for the connections of a WebSocket API is verified") {
  struct row {
    std::string_view method;
    std::string_view body;
    std::string_view signature;
  };
  // What boto3 sent.
  const row rows[] = {
      {"POST", "hello", "2b7269718aaa6ef55ef078293c868815143010203e4d4dedbfb626dec6daad17"},
      {"GET", "", "1104d4e8c069f00b1237eb23a171d8058004a338e2cc8194dee185ad04d36190"},
      {"DELETE", "", "a98d7529c60738bc37e73f0d190b0bcffe2e3af85cb5aa2fa259ccbd42714b03"},
  };
  for (const auto& [method, body, signature] : rows) {
    CAPTURE(method);
    scene what{authorization("host;x-amz-date", signature, "20261121/us-east-1/execute-api"),
               {{"Host", "127.0.0.1:18080"}, {"X-Amz-Date", "20261121T175653Z"}},
               signed_payload::of_body(body)};
    // The access key's id is not signed.
    what.method = method;
    what.path = "/prod/@connections/L0SM9cOFvHcCIhw%3D";
    what.secret_key = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    what.now = std::chrono::sys_seconds{1'795'283'813s};
    what.service = "execute-api";
    CHECK(what.verify() == sigv4_result::ok);
    what.service = "appsync";
    CHECK(what.verify() == sigv4_result::wrong_scope);
  }
}
