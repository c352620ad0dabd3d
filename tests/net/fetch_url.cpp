// Addresses of servers that the node asks.

#include "net/fetch/url.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace actormesh;
using fetch::parse_url;

TEST_CASE("URLs that are taken") {
  struct row {
    const char* text;
    fetch::url expected;
    const char* authority;
  };
  const row rows[] = {
      {"http://example.com", {false, "example.com", 80, "/"}, "example.com"},
      {"https://example.com/", {true, "example.com", 443, "/"}, "example.com"},
      {"HTTPS://Example.COM/Path", {true, "example.com", 443, "/Path"}, "example.com"},
      {"http://h:8080/a/b?c=d&e=%2F", {false, "h", 8080, "/a/b?c=d&e=%2F"}, "h:8080"},
      {"http://h?q", {false, "h", 80, "/?q"}, "h"},
      {"http://h:80/", {false, "h", 80, "/"}, "h"},
      {"https://h:80/", {true, "h", 80, "/"}, "h:80"},
      {"http://my_service-1.local/", {false, "my_service-1.local", 80, "/"}, "my_service-1.local"},
      {"http://127.0.0.1:1/", {false, "127.0.0.1", 1, "/"}, "127.0.0.1:1"},
      {"http://[::1]/", {false, "::1", 80, "/"}, "[::1]"},
      {"https://[2001:DB8::1]:8443/x", {true, "2001:db8::1", 8443, "/x"}, "[2001:db8::1]:8443"},
      {"http://h/-._~!$&'()*+,;=:@", {false, "h", 80, "/-._~!$&'()*+,;=:@"}, "h"},
      {"http://1.example/", {false, "1.example", 80, "/"}, "1.example"},
      {"http://h:65535/", {false, "h", 65535, "/"}, "h:65535"},
  };
  for (const auto& [text, expected, authority] : rows) {
    INFO(text);
    const auto parsed = parse_url(text);
    REQUIRE(parsed.has_value());
    CHECK((*parsed == expected));
    CHECK(parsed->authority() == authority);
  }
}

TEST_CASE("URLs that are refused") {
  const char* const rows[] = {
      "",
      "example.com",
      "//example.com/",
      "/path",
      "ftp://h/",
      "file:///etc/passwd",
      "http:/h/",
      "http:h",
      "http://",
      "http:///path",
      "http://:80/",
      "http://h:/",
      "http://h:0/",
      "http://h:65536/",
      "http://h:99999/",
      "http://h:+80/",
      "http://h:80x/",
      "http://h:8 0/",
      "http://user@h/",
      "http://user:password@h/",
      "http://h/#fragment",
      "http://h#fragment",
      "http://h/a b",
      "http://h/a\"b",
      "http://h/<a>",
      "http://h/a\\b",
      "http://h\\@other/",
      "http://h/\r\nHost: other",
      "http://h/a\tb",
      "http://h/%",
      "http://h/%4",
      "http://h/%4g",
      "http://h/\xC3\xA4",
      "http://\xC3\xA4/",
      "http://a..b/",
      "http://.a/",
      "http://a./",
      "http://-a/",
      "http://a-/",
      "http://a b/",
      "http://a%2Eb/",
      "http://1.2.3/",
      "http://256.0.0.1/",
      "http://2130706433/",
      "http://0x7f000001/",
      "http://a.0x1/",
      "http://::1/",
      "http://[::1/",
      "http://[::1]x/",
      "http://[::1]:/",
      "http://[fe80::1%eth0]/",
      "http://[127.0.0.1]/",
      "http://[]/",
      " http://h/",
      "http://h/ ",
  };
  for (const auto* const text : rows) {
    INFO(text);
    CHECK(!parse_url(text).has_value());
  }
  CHECK(!parse_url(std::string_view{"http://h/\0", 10}).has_value());
}

TEST_CASE("URLs are bounded") {
  const std::string begin = "http://h/";
  CHECK(parse_url(begin + std::string(fetch::max_url_size - begin.size(), 'a')).has_value());
  CHECK(!parse_url(begin + std::string(fetch::max_url_size - begin.size() + 1, 'a')).has_value());
  CHECK(parse_url("http://" + std::string(63, 'a') + "/").has_value());
  CHECK(!parse_url("http://" + std::string(64, 'a') + "/").has_value());
  std::string name;
  for (int i = 0; i < 127; ++i)
    name += "a.";
  CHECK(parse_url("http://" + name.substr(0, 253) + "/").has_value());
  CHECK(!parse_url("http://" + name + "a/").has_value());
}
