#include "net/http/request_parser.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

using namespace actormesh::http;
using boost::beast::http::field;
using boost::beast::http::verb;
using state = request_parser::state;

namespace {

constexpr request_parser::limits usual{1000, 2000};

/// What a request says, independent of the parser.
struct seen {
  verb method = verb::unknown;
  std::string target;
  unsigned version = 0;
  bool keep_alive = false;
  bool upgrade = false;
  bool expect_continue = false;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;

  friend bool operator==(const seen&, const seen&) = default;
};

struct outcome {
  std::vector<seen> requests;
  state last = state::idle;
  parse_error error = parse_error::none;
};

seen copy_of(const request& from) {
  seen result{from.method,  std::string{from.target}, from.version, from.keep_alive,
              from.upgrade, from.expect_continue,     {},           std::string{from.body}};
  for (const auto& head : from.headers)
    result.headers.emplace_back(head.name_text, head.value);
  return result;
}

/// Feeds all bytes to one parser, at most `piece` at a time.
outcome parse(request_parser::limits lim, std::string_view bytes, std::size_t piece) {
  request_parser parser{lim};
  outcome result;
  while (!bytes.empty() && parser.current_state() != state::failed) {
    // A copy, so that nothing may point into the input.
    const std::string input{bytes.substr(0, piece)};
    const auto taken = parser.put(input);
    bytes.remove_prefix(taken);
    if (parser.current_state() == state::complete) {
      result.requests.push_back(copy_of(parser.current()));
      parser.reset();
    } else if (parser.current_state() != state::failed && taken != input.size()) {
      FAIL("took " << taken << " of " << input.size());
    }
  }
  result.last = parser.current_state();
  result.error = parser.error();
  return result;
}

/// Parses bytes whole, and checks that no other way to cut them makes a difference.
outcome parse(std::string_view bytes, request_parser::limits lim = usual) {
  auto whole = parse(lim, bytes, bytes.size());
  for (std::size_t piece = 1; piece < std::min<std::size_t>(bytes.size(), 40); ++piece) {
    INFO("pieces of " << piece);
    const auto pieces = parse(lim, bytes, piece);
    CHECK(pieces.requests == whole.requests);
    CHECK(pieces.last == whole.last);
    CHECK(pieces.error == whole.error);
  }
  return whole;
}

/// The only request of `bytes`.
seen only(std::string_view bytes) {
  INFO(bytes);
  const auto result = parse(bytes);
  REQUIRE(result.error == parse_error::none);
  REQUIRE(result.last == state::idle);
  REQUIRE(result.requests.size() == 1);
  return result.requests.front();
}

parse_error error_of(std::string_view bytes, request_parser::limits lim = usual) {
  INFO(bytes);
  const auto result = parse(bytes, lim);
  CHECK(result.requests.empty());
  return result.error;
}

/// A request with these header lines, each with its CRLF.
std::string with(const std::string& lines, const std::string& version = "HTTP/1.1") {
  return "POST /event " + version + "\r\n" + lines + "\r\n";
}

const std::string host = "Host: a\r\n";
const std::string chunked = "Transfer-Encoding: chunked\r\n";

} // namespace

TEST_CASE("a request is read with its headers and body") {
  const auto got = only("POST /event?x=1 HTTP/1.1\r\n"
                        "Host: localhost:8080\r\n"
                        "x-api-key:\t da2-abc \t\r\n"
                        "Empty:\r\n"
                        "Content-Length: 5\r\n"
                        "\r\n"
                        "Hello");
  CHECK(got == seen{verb::post,
                    "/event?x=1",
                    11,
                    true,
                    false,
                    false,
                    {{"Host", "localhost:8080"},
                     {"x-api-key", "da2-abc"},
                     {"Empty", ""},
                     {"Content-Length", "5"}},
                    "Hello"});
}

TEST_CASE("the chunked request of .NET's HttpClient is read") {
  const auto got = only("POST /event HTTP/1.1\r\n"
                        "Host: localhost:8080\r\n"
                        "x-api-key: da2-abc\r\n"
                        "Transfer-Encoding: chunked\r\n"
                        "Content-Type: application/json; charset=utf-8\r\n"
                        "\r\n"
                        "2f\r\n"
                        R"({"channel":"/default/a","events":["{\"a\":1}"]})"
                        "\r\n0\r\n\r\n");
  CHECK(got.body == R"({"channel":"/default/a","events":["{\"a\":1}"]})");
}

TEST_CASE("headers are found by name, in any case") {
  request_parser parser{usual};
  parser.put(
      "GET / HTTP/1.1\r\nHost: a\r\nX-Api-Key: 1\r\nx-api-key: 2\r\nContent-Type: b\r\n\r\n");
  REQUIRE(parser.current_state() == state::complete);
  const auto& got = parser.current();
  CHECK(got["x-API-key"] == "1");
  CHECK(got["host"] == "a");
  CHECK(got[field::content_type] == "b");
  CHECK(got[field::host] == "a");
  CHECK(got["none"].empty());
  CHECK(got[field::origin].empty());
}

TEST_CASE("what a request asks of its connection is read") {
  struct row {
    const char* version;
    const char* lines;
    bool keep_alive;
    bool upgrade;
    bool expect_continue;
  };
  const auto given = GENERATE(values<row>({
      {"HTTP/1.1", "", true, false, false},
      {"HTTP/1.1", "Connection: close\r\n", false, false, false},
      {"HTTP/1.1", "Connection: foo, Close\r\n", false, false, false},
      {"HTTP/1.1", "Connection: keep-alive\r\n", true, false, false},
      {"HTTP/1.1", "Connection: Upgrade\r\n", true, true, false},
      {"HTTP/1.1", "Connection: keep-alive, Upgrade\r\n", true, true, false},
      {"HTTP/1.1", "Connection: keep-alive\r\nConnection: upgrade\r\n", true, true, false},
      {"HTTP/1.1", "Upgrade: websocket\r\n", true, false, false},
      {"HTTP/1.1", "Expect: 100-Continue\r\n", true, false, true},
      {"HTTP/1.0", "", false, false, false},
      {"HTTP/1.0", "Connection: keep-alive\r\n", true, false, false},
      {"HTTP/1.0", "Connection: close\r\n", false, false, false},
      {"HTTP/1.0", "Connection: upgrade\r\n", false, false, false},
      {"HTTP/1.0", "Expect: 100-continue\r\n", false, false, false},
  }));
  const auto got = only(with(host + given.lines, given.version));
  CHECK(got.version == (given.version == std::string_view{"HTTP/1.1"} ? 11 : 10));
  CHECK(got.keep_alive == given.keep_alive);
  CHECK(got.upgrade == given.upgrade);
  CHECK(got.expect_continue == given.expect_continue);
}

TEST_CASE("HTTP/1.0 needs no Host") { CHECK(only(with("", "HTTP/1.0")).headers.empty()); }

TEST_CASE("methods and targets are taken as they are") {
  CHECK(only("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n").target == "*");
  CHECK(only("GET http://b/c HTTP/1.1\r\nHost: a\r\n\r\n").target == "http://b/c");
  CHECK(only("BREW /pot HTTP/1.1\r\nHost: a\r\n\r\n").method == verb::unknown);
  CHECK(only("GET /%00?a=%20 HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n").target == "/%00?a=%20");
}

TEST_CASE("pipelined requests are read one after the other") {
  const auto post = with(host + "Content-Length: 3\r\n") + "abc";
  const auto get = std::string{"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"};
  const auto in_chunks = with(host + chunked) + "3\r\nabc\r\n0\r\n\r\n";
  const auto result = parse(post + get + in_chunks + post + "\r\n" + get + "GET");
  CHECK(result.error == parse_error::none);
  CHECK(result.last == state::headers);
  REQUIRE(result.requests.size() == 5);
  CHECK(result.requests[0].body == "abc");
  CHECK(result.requests[1].target == "/healthz");
  CHECK(result.requests[2].body == "abc");
  CHECK(result.requests[3] == result.requests[0]);
  CHECK(result.requests[4] == result.requests[1]);
}

TEST_CASE("chunked bodies are put together") {
  const auto body_of = [](const std::string& body) {
    return only(with(host + chunked) + body).body;
  };
  CHECK(body_of("0\r\n\r\n").empty());
  CHECK(body_of("000\r\n\r\n").empty());
  CHECK(body_of("5\r\nHello\r\n0\r\n\r\n") == "Hello");
  CHECK(body_of("0000000000000005\r\nHello\r\n0\r\n\r\n") == "Hello");
  CHECK(body_of("1\r\nH\r\n4\r\nello\r\n0\r\n\r\n") == "Hello");
  CHECK(body_of("a\r\n\r\n\r\n0\r\n\r\n\r\r\n0\r\n\r\n") == "\r\n\r\n0\r\n\r\n\r");
  CHECK(body_of("B\r\n12345678901\r\n0\r\n\r\n") == "12345678901");
  CHECK(body_of("5;a=b;c=\"d e\"\r\nHello\r\n0;last\r\n\r\n") == "Hello");
  CHECK(body_of("5 ;a\r\nHello\r\n0\r\n\r\n") == "Hello");
  CHECK(body_of("5\r\nHello\r\n0\r\nTrailer: x\r\nContent-Length: 7\r\n\r\n") == "Hello");
  CHECK(only(with(host + "Transfer-Encoding: Chunked\r\n") + "1\r\na\r\n0\r\n\r\n").body == "a");
}

TEST_CASE("requests that another parser may read otherwise are refused") {
  const auto bad = [](const std::string& bytes) {
    CHECK(error_of(bytes) == parse_error::bad_request);
  };
  SECTION("no HTTP") {
    bad(std::string("\x16\x03\x01\x02\x00", 5));
    bad(" GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    bad("GET\r\n\r\n");
    bad("GET /\r\n\r\n");
    bad("GET  / HTTP/1.1\r\nHost: a\r\n\r\n");
    bad("GET / HTTP/1.1 \r\nHost: a\r\n\r\n");
    bad("GET / http/1.1\r\nHost: a\r\n\r\n");
    bad("GET /a b HTTP/1.1\r\nHost: a\r\n\r\n");
    bad("GET /\x80 HTTP/1.1\r\nHost: a\r\n\r\n");
    bad("GET /\x7f HTTP/1.1\r\nHost: a\r\n\r\n");
    bad("G@T / HTTP/1.1\r\nHost: a\r\n\r\n");
  }
  SECTION("line ends") {
    bad("GET / HTTP/1.1\nHost: a\n\n");
    bad("GET / HTTP/1.1\r\nHost: a\n\r\n");
    bad("GET / HTTP/1.1\r\nHost: a\r\n\n");
    bad("GET / HTTP/1.1\r\nHost: a\rX: b\r\n\r\n");
    bad("GET / HTTP/1.1\r\nHost: a\r\r\n\r\n");
    bad("GET / HTTP/1.1\r\r\nHost: a\r\n\r\n");
    bad("GET / HTTP/1.1\r\nHost: a\r\n\rX\r\n\r\n");
  }
  SECTION("obs-fold") {
    bad(with(host + "X: a\r\n b\r\n"));
    bad(with(host + "X: a\r\n\tb\r\n"));
    bad(with(host + "X:\r\n \r\n"));
    bad(with(" X: a\r\n" + host));
  }
  SECTION("names and values") {
    bad(with(host + "X : a\r\n"));
    bad(with(host + "X\t: a\r\n"));
    bad(with(host + ": a\r\n"));
    bad(with(host + "X\r\n"));
    bad(with(host + "X Y: a\r\n"));
    bad(with(host + "X(): a\r\n"));
    bad(with(host + "\xc3\xa4: a\r\n"));
    bad(with(host + std::string("X: a\0b\r\n", 8)));
    bad(with(host + std::string("X\0: a\r\n", 7)));
    bad(with(host + "X: a\x01\r\n"));
    bad(with(host + "X: a\x0b\r\n"));
    bad(with(host + "X: a\x7f\r\n"));
  }
  SECTION("hosts") {
    bad(with(""));
    bad(with(host + host));
    bad(with(host + "Host: b\r\n"));
    bad(with(host + host, "HTTP/1.0"));
    bad(with("Host: a, b\r\n"));
    bad(with("Host: a b\r\n"));
    bad(with("Host: a/b\r\n"));
    bad(with("Host: u@b\r\n"));
  }
  SECTION("lengths") {
    bad(with(host + "Content-Length: 1\r\nContent-Length: 2\r\n") + "a");
    bad(with(host + "Content-Length: 1\r\nContent-Length: 1\r\n") + "a");
    bad(with(host + "Content-Length: 1, 1\r\n") + "a");
    bad(with(host + "Content-Length: 1, 2\r\n") + "a");
    bad(with(host + "Content-Length:\r\n"));
    bad(with(host + "Content-Length: +1\r\n") + "a");
    bad(with(host + "Content-Length: -1\r\n") + "a");
    bad(with(host + "Content-Length: 0x1\r\n") + "a");
    bad(with(host + "Content-Length: 1 \t2\r\n") + "a");
    bad(with(host + "Content-Length: 1;\r\n") + "a");
    bad(with(host + "Content-Length: 18446744073709551616\r\n"));
  }
  SECTION("both lengths, or one too many") {
    bad(with(host + "Content-Length: 1\r\n" + chunked) + "0\r\n\r\n");
    bad(with(host + chunked + "Content-Length: 1\r\n") + "0\r\n\r\n");
    bad(with(host + "Content-Length: 1\r\nTransfer-Encoding: identity\r\n") + "a");
    bad(with(host + chunked + chunked) + "0\r\n\r\n");
    bad(with(host + "Transfer-Encoding: chunked, chunked\r\n") + "0\r\n\r\n");
    bad(with(host + "Transfer-Encoding: chunked, gzip\r\n") + "0\r\n\r\n");
    bad(with(host + "Transfer-Encoding: chunked,\r\n") + "0\r\n\r\n");
    bad(with(host + "Transfer-Encoding: ,chunked\r\n") + "0\r\n\r\n");
    bad(with(host + "Transfer-Encoding:\r\n"));
    bad(with(host + "Transfer-Encoding: \"chunked\"\r\n") + "0\r\n\r\n");
    bad(with(host + "Transfer-Encoding: \x0b"
                    "chunked\r\n") +
        "0\r\n\r\n");
    bad(with(chunked, "HTTP/1.0") + "0\r\n\r\n");
  }
  SECTION("chunks") {
    const auto body = GENERATE(values<std::string>({
        "\r\n",
        "x\r\n",
        " 1\r\na\r\n0\r\n\r\n",
        "0x1\r\na\r\n0\r\n\r\n",
        "+1\r\na\r\n0\r\n\r\n",
        "-1\r\na\r\n0\r\n\r\n",
        "1\na\r\n0\r\n\r\n",
        "1\r\na\n0\r\n\r\n",
        "1\ra\r\n0\r\n\r\n",
        "1\r\naX\r\n0\r\n\r\n",
        "1\r\n\r\n0\r\n\r\n",
        "2\r\na\r\n0\r\n\r\n",
        "1 \r\na\r\n0\r\n\r\n",
        "1 x\r\na\r\n0\r\n\r\n",
        "1,\r\na\r\n0\r\n\r\n",
        "1;a\nb\r\na\r\n0\r\n\r\n",
        "1;a\x01\r\na\r\n0\r\n\r\n",
        "00000000000000001\r\na\r\n0\r\n\r\n",
        "0\r\n\n",
        "0\n\r\n",
        "0\r\n X: a\r\n\r\n",
        "0\r\nX\r\n\r\n",
        "0\r\nX : a\r\n\r\n",
        "0\r\n: a\r\n\r\n",
        "0\r\nX: a\n\r\n",
        "0\r\nX: a\rb\r\n\r\n",
        "0\r\nX: a\r\n b\r\n\r\n",
        "0\r\nX: a\r\n\rX",
        "1;" + std::string(max_chunk_extension, 'a') + "\r\na\r\n0\r\n\r\n",
    }));
    bad(with(host + chunked) + body);
  }
  SECTION("expectations") {
    bad(with(host + "Expect: 200-ok\r\n"));
    bad(with(host + "Expect: 100-continue, x\r\n"));
    bad(with(host + "Expect:\r\n"));
  }
}

TEST_CASE("other versions and transfer codings have errors of their own") {
  CHECK(error_of("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") == parse_error::bad_version);
  CHECK(error_of("GET / HTTP/1.2\r\nHost: a\r\n\r\n") == parse_error::bad_version);
  CHECK(error_of("GET / HTTP/0.9\r\n\r\n") == parse_error::bad_version);
  CHECK(error_of(with(host + "Transfer-Encoding: gzip, chunked\r\n")) ==
        parse_error::not_implemented);
  CHECK(error_of(with(host + "Transfer-Encoding: gzip\r\n")) == parse_error::not_implemented);
  CHECK(error_of(with(host + "Transfer-Encoding: identity\r\n")) == parse_error::not_implemented);
  CHECK(error_of(with(host + "Transfer-Encoding: xchunked\r\n")) == parse_error::not_implemented);
}

TEST_CASE("headers are limited in bytes and in number") {
  const auto frame = with(host + "X: \r\n").size();
  const auto of_size = [&](std::size_t size) {
    return with(host + "X: " + std::string(size - frame, 'x') + "\r\n");
  };
  CHECK(only(of_size(usual.header_bytes)).headers.size() == 2);
  CHECK(error_of(of_size(usual.header_bytes + 1)) == parse_error::header_too_large);
  CHECK(error_of("GET /" + std::string(usual.header_bytes, 'a')) == parse_error::header_too_large);
  CHECK(error_of(std::string(usual.header_bytes, 'A')) == parse_error::header_too_large);
  CHECK(error_of(std::string(usual.header_bytes - 1, 'A')) == parse_error::none);

  std::string lines = host;
  for (std::size_t i = 1; i < max_headers; ++i)
    lines += "a: b\r\n";
  CHECK(only(with(lines)).headers.size() == max_headers);
  CHECK(error_of(with(lines + "a: b\r\n")) == parse_error::bad_request);
}

TEST_CASE("trailers are limited like headers") {
  const auto start = with(host + chunked) + "0\r\nX: ";
  CHECK(only(start + std::string(usual.header_bytes - 7, 'x') + "\r\n\r\n").body.empty());
  CHECK(error_of(start + std::string(usual.header_bytes - 6, 'x') + "\r\n\r\n") ==
        parse_error::header_too_large);
}

TEST_CASE("a body that is too large is refused before it comes") {
  const auto length = [](std::size_t size) {
    return with(host + "Content-Length: " + std::to_string(size) + "\r\n");
  };
  CHECK(error_of(length(usual.body_bytes + 1)) == parse_error::body_too_large);
  CHECK(error_of(length(1'000'000'000'000)) == parse_error::body_too_large);
  CHECK(only(length(usual.body_bytes) + std::string(usual.body_bytes, 'b')).body.size() ==
        usual.body_bytes);

  const auto start = with(host + chunked);
  CHECK(error_of(start + "7d1") == parse_error::body_too_large);
  CHECK(error_of(start + "ffffffffffffffff") == parse_error::body_too_large);
  CHECK(error_of(start + "7cf\r\n" + std::string(1999, 'b') + "\r\n2") ==
        parse_error::body_too_large);
  CHECK(only(start + "7d0\r\n" + std::string(2000, 'b') + "\r\n0\r\n\r\n").body.size() == 2000);
}

TEST_CASE("a few empty lines before a request are put up with") {
  const auto get = std::string{"GET / HTTP/1.1\r\nHost: a\r\n\r\n"};
  CHECK(only("\r\n" + get).target == "/");
  CHECK(only("\r\n\r\n\r\n\r\n" + get).target == "/");
  CHECK(error_of("\r\n\r\n\r\n\r\n\r\n" + get) == parse_error::bad_request);
  CHECK(error_of("\n" + get) == parse_error::bad_request);
  CHECK(error_of("\r" + get) == parse_error::bad_request);
  CHECK(error_of("\r\r\n" + get) == parse_error::bad_request);
  CHECK(parse("\r\n").last == state::idle);
}

SCENARIO("a parser tells how far it is") {
  GIVEN("a parser") {
    request_parser parser{usual};
    CHECK(parser.current_state() == state::idle);
    CHECK(parser.put("") == 0);
    CHECK(parser.current_state() == state::idle);
    WHEN("a part of the headers has come") {
      parser.put("POST / HTTP/1.1\r\nHost: a\r\n");
      THEN("it is in the headers") { CHECK(parser.current_state() == state::headers); }
    }
    WHEN("the headers have come") {
      parser.put("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
      THEN("they can be looked at before the body comes") {
        CHECK(parser.current_state() == state::body);
        CHECK(parser.current().expect_continue);
        CHECK(parser.current()[field::host] == "a");
        CHECK(parser.current().body.empty());
        CHECK(parser.put("abcGET") == 3);
        CHECK(parser.current_state() == state::complete);
        CHECK(parser.current().body == "abc");
        CHECK(parser.put("GET") == 0);
      }
    }
    WHEN("the body turns out to be broken") {
      parser.put(with(host + chunked) + "x");
      THEN("the headers are still there for the answer") {
        CHECK(parser.current_state() == state::failed);
        CHECK(parser.current()[field::host] == "a");
        CHECK(parser.put("0\r\n\r\n") == 0);
        CHECK(parser.current_state() == state::failed);
      }
      AND_WHEN("it is reset") {
        parser.reset();
        THEN("it starts anew") {
          CHECK(parser.current_state() == state::idle);
          CHECK(parser.error() == parse_error::none);
          CHECK(parser.put("GET / HTTP/1.1\r\nHost: a\r\n\r\n") == 27);
          CHECK(parser.current_state() == state::complete);
        }
      }
    }
  }
}

TEST_CASE("a parser can be moved within a request") {
  request_parser first{usual};
  first.put("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\na");
  request_parser second{std::move(first)};
  second.put("bc");
  REQUIRE(second.current_state() == state::complete);
  CHECK(second.current().body == "abc");
  CHECK(second.current()[field::host] == "a");
}
