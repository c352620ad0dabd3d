#include "tests/attacks/attacked_node.hpp"

#include <catch2/catch.hpp>

namespace actormesh::process {

namespace {

struct attack {
  const char* name;
  std::string bytes;
};

/// The request that nobody is to see.
std::string smuggled() { return publish_request("/default/smuggled", {"\"smuggled\""}); }

std::size_t answers_in(std::string_view text) {
  std::size_t count = 0;
  for (auto at = text.find("HTTP/1.1 "); at != text.npos; at = text.find("HTTP/1.1 ", at + 1))
    ++count;
  return count;
}

std::string hexadecimal(std::size_t number) {
  std::string text;
  for (; number != 0; number /= 16)
    text.insert(text.begin(), "0123456789abcdef"[number % 16]);
  return text;
}

} // namespace

TEST_CASE("Nothing is carried out behind a request that can be read in two ways") {
  attacked_node node;
  web_socket witness{node.port()};
  witness.subscribe("s", "/default/smuggled");
  const auto inner = smuggled();
  const auto length = std::to_string(inner.size());
  const std::string start = "POST /event HTTP/1.1\r\nHost: a\r\n";
  const std::string chunked = start + "Transfer-Encoding: chunked\r\n\r\n";
  const std::string last = "0\r\n\r\n";
  const std::vector<attack> table{
      {"length, then chunks",
       start + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n" + last},
      {"chunks, then length",
       start + "Transfer-Encoding: chunked\r\nContent-Length: " + length + "\r\n\r\n" + last},
      {"two lengths", start + "Content-Length: 0\r\nContent-Length: " + length + "\r\n\r\n"},
      {"a list of lengths", start + "Content-Length: 0, " + length + "\r\n\r\n"},
      {"a signed length", start + "Content-Length: +0\r\n\r\n"},
      {"a length with a blank", start + "Content-Length: 0 0\r\n\r\n"},
      {"a length beyond 64 bits", start + "Content-Length: 18446744073709551616\r\n\r\n"},
      {"a blank before the colon", start + "Transfer-Encoding : chunked\r\n\r\n" + last},
      {"an unknown coding", start + "Transfer-Encoding: xchunked\r\n\r\n" + last},
      {"chunked not last", start + "Transfer-Encoding: chunked, identity\r\n\r\n" + last},
      {"chunked twice", start + "Transfer-Encoding: chunked, chunked\r\n\r\n" + last},
      {"chunked in quotes", start + "Transfer-Encoding: \"chunked\"\r\n\r\n" + last},
      {"two codings",
       start + "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n\r\n" + last},
      {"chunks in HTTP/1.0",
       "POST /event HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + last},
      {"a folded coding", start + "Transfer-Encoding:\r\n chunked\r\n\r\n" + last},
      {"a folded header", start + "X: a\r\n\tb\r\nContent-Length: 0\r\n\r\n"},
      {"a bare line feed", start + "X: a\nTransfer-Encoding: chunked\r\n\r\n" + last},
      {"a bare carriage return", start + "X: a\rTransfer-Encoding: chunked\r\n\r\n" + last},
      {"bare line feeds at the end", "GET /healthz HTTP/1.1\r\nHost: a\n\n"},
      {"a vertical tab", start +
                             "Transfer-Encoding:\x0B"
                             "chunked\r\n\r\n" +
                             last},
      {"a NUL in a name", start + std::string{"Content\0-Length: 0\r\n\r\n", 22}},
      {"a chunk without a size", chunked + "\r\n" + last},
      {"a chunk of negative size", chunked + "-1\r\nx\r\n" + last},
      {"a chunk beyond 64 bits", chunked + "10000000000000000\r\nx\r\n" + last},
      {"a size with a prefix", chunked + "0x0\r\n\r\n"},
      {"a chunk longer than it says", chunked + "1\r\nxx\r\n" + last},
      {"a chunk's bare line feed", chunked + "0\n\n"},
      {"a bare line feed in an extension", chunked + "0;a\n\r\n\r\n"},
      {"a request line with a line feed", "GET /healthz\n HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"a request line with two versions", "GET /healthz HTTP/1.1 HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"two hosts", "GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"},
  };
  for (const auto& [name, bytes] : table) {
    INFO(name);
    // In one piece, and so that each byte comes alone as far as the system lets it.
    for (const auto piece : {bytes.size() + inner.size(), std::size_t{7}}) {
      raw_client attacker{node.port()};
      const auto all = bytes + inner;
      try {
        for (std::size_t at = 0; at < all.size(); at += piece)
          attacker.send(std::string_view{all}.substr(at, piece));
      } catch (const std::system_error&) {
        // The node has had enough already.
      }
      const auto got = attacker.read_to_end();
      CHECK(answers_in(got) == 1);
      CHECK(got.starts_with("HTTP/1.1 "));
      CHECK(got[9] >= '4');
    }
  }
  witness.require_silence();
  witness.socket().close();
  node.require_recovered();
}

TEST_CASE("A request in a body stays a body, whatever comes before and behind it") {
  attacked_node node;
  web_socket witness{node.port()};
  witness.subscribe("s", "/default/smuggled");
  const auto inner = smuggled();
  const auto with_length = [&](const std::string& line, const std::string& more) {
    return line + " HTTP/1.1\r\nHost: a\r\n" + more +
           "Content-Length: " + std::to_string(inner.size()) + "\r\n\r\n" + inner;
  };
  const std::vector<attack> table{
      {"publish", with_length("POST /event", key_line())},
      {"a method without a body", with_length("GET /healthz", "")},
      {"HEAD", with_length("HEAD /healthz", "")},
      {"no such method", with_length("BREW /event", "")},
      {"no such path", with_length("POST /nowhere", "")},
      {"no upgrade", with_length("GET /event/realtime", "")},
      {"preflight", with_length("OPTIONS /event", "")},
      {"a coding in other letters",
       "POST /event HTTP/1.1\r\nHost: a\r\ntransfer-encoding: CHUNKED\r\n\r\n" +
           hexadecimal(inner.size()) + "\r\n" + inner + "\r\n0\r\n\r\n"},
      {"a trailer with a length",
       "POST /event HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" +
           hexadecimal(inner.size()) + "\r\n" + inner + "\r\n0\r\nContent-Length: 0\r\n\r\n"},
  };
  for (const auto& [name, bytes] : table) {
    INFO(name);
    raw_client attacker{node.port()};
    attacker.send(bytes + http_request("GET", "/readyz", "Connection: close\r\n"));
    const auto got = attacker.read_to_end();
    CHECK(answers_in(got) <= 2);
    CHECK(got.find("{\"failed\"") == std::string::npos);
    if (answers_in(got) == 2)
      CHECK(got.ends_with("\r\n\r\nready\n"));
  }
  witness.require_silence();
  witness.socket().close();
  node.require_recovered();
}

TEST_CASE("Nothing a client says becomes a header of an answer") {
  attacked_node node{{.config = "apis:\n  - id: default\n    keys_file: keys.yaml\n"
                                "    origins: [\"https://*.example.com\"]\n"
                                "    namespaces: [{name: default}]\n",
                      .flags = attack_flags()}};
  http_client attacker{node.port()};
  const std::string body =
      R"({"channel":"/default/a\r\nX-Injected: 1\r\n\r\n","events":["\"a\r\nX-Injected: 1\""]})";
  for (const auto& request :
       {http_request("POST", "/event", key_line(), body),
        http_request("POST", "/event", "x-api-key: a\tX-Injected: 1\r\n", body),
        http_request("POST", "/event%0d%0aX-Injected:%201", key_line(), body)}) {
    INFO(request);
    const auto answer = attacker.ask(request);
    CHECK(answer.status >= 400);
    CHECK_FALSE(answer.has_header("X-Injected"));
    CHECK(answer.head.find("X-Injected") == std::string::npos);
  }
  // Control characters in headers that are echoed.
  for (const auto* line : {"Origin: https://a\rX-Injected: 1\r.example.com",
                           "Origin: https://a\nX-Injected: 1\n.example.com",
                           "Origin: https://a.example.com\r X-Injected: 1",
                           "Origin: https://a.example.com\r\nAccess-Control-Request-Headers: a\rX-"
                           "Injected: 1"}) {
    INFO(line);
    http_client other{node.port()};
    const auto answer = other.ask(http_request("OPTIONS", "/event", std::string{line} + "\r\n"));
    CHECK(answer.status == 400);
    CHECK(answer.head.find("X-Injected") == std::string::npos);
  }
  // What is echoed is within its line.
  const auto answer = attacker.ask(
      http_request("OPTIONS", "/event",
                   "Origin: https://a.example.com\r\nAccess-Control-Request-Headers: a\t,b\r\n"));
  CHECK(answer.status == 204);
  CHECK(answer.header("Access-Control-Allow-Origin") == "https://a.example.com");
  CHECK(answer.header("Access-Control-Allow-Headers") == "a\t,b");
  attacker.socket().close();
  node.require_recovered();
}

TEST_CASE("Nothing a client says breaks out of an answer over WebSocket") {
  attacked_node node;
  {
    web_socket attacker{node.port()};
    for (const auto* text :
         {R"({"type":"publish","id":"a\r\n","channel":"/default/a","events":["1"]})",
          R"({"type":"subscribe","id":"a\",\"type\":\"data","channel":"/default/a"})",
          R"({"type":"a\r\nX: 1\u0000\"}","id":"a"})"}) {
      INFO(text);
      const auto reply = attacker.ask(text);
      CHECK(reply.find_first_of("\r\n") == std::string::npos);
      CHECK(reply.find("\"type\":\"data\"") == std::string::npos);
      CHECK(reply.find("\"id\":\"a\\") == std::string::npos);
    }
    attacker.socket().close();
  }
  node.require_recovered();
}

} // namespace actormesh::process
