#include "text/host_port.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace actormesh;

TEST_CASE("Addresses are read with names, IPv4 and IPv6") {
  CHECK(text::parse_host_port("node-1.example:7400") == text::host_port{"node-1.example", 7400});
  CHECK(text::parse_host_port("10.0.0.1:1") == text::host_port{"10.0.0.1", 1});
  CHECK(text::parse_host_port("[::1]:65535") == text::host_port{"::1", 65535});
  for (const auto* wrong : {"", ":1", "host", "host:", "host:0", "host:65536", "host:1x",
                            "::1:7400", "[]:1", "host:-1"})
    CHECK_FALSE(text::parse_host_port(wrong));
  CHECK(to_string(text::host_port{"::1", 7}) == "[::1]:7");
}

TEST_CASE("A host that is too long, or odd, is none") {
  CHECK(text::parse_host_port(std::string(253, 'a') + ":1"));
  CHECK_FALSE(text::parse_host_port(std::string(254, 'a') + ":1"));
  for (const auto* wrong : {"a b:1", "a\tb:1", "a\x7f:1", "[a:1", "a]:1", "[a]b:1", "[a]]:1"})
    CHECK_FALSE(text::parse_host_port(wrong));
}

TEST_CASE("Hosts and ports are told apart as they are written") {
  struct row {
    const char* text;
    const char* host;
    const char* port; ///< Null: none.
    bool in_brackets;
  };
  const auto given = GENERATE(values<row>({
      {"", "", nullptr, false},
      {"host", "host", nullptr, false},
      {"host:", "host", "", false},
      {"host:80", "host", "80", false},
      {":80", "", "80", false},
      {"::1", "::1", nullptr, false},
      {"::1:80", "::1:80", nullptr, false},
      {"[::1]", "::1", nullptr, true},
      {"[::1]:", "::1", "", true},
      {"[::1]:80", "::1", "80", true},
      {"[]:80", "", "80", true},
      {"[::1]:8:0", "::1", "8:0", true},
  }));
  CAPTURE(given.text);
  const auto found = text::split_host_port(given.text);
  REQUIRE(found);
  CHECK(found->host == given.host);
  CHECK(found->in_brackets == given.in_brackets);
  CHECK(found->port.has_value() == (given.port != nullptr));
  if (given.port != nullptr)
    CHECK(found->port == given.port);
}

TEST_CASE("What follows a bracket is a colon, or nothing") {
  CHECK_FALSE(text::split_host_port("["));
  CHECK_FALSE(text::split_host_port("[::1"));
  CHECK_FALSE(text::split_host_port("[::1]80"));
}

TEST_CASE("A literal keeps its brackets when its port goes") {
  struct row {
    const char* text;
    const char* host;
  };
  for (const auto& [text, host] : {row{"", ""}, row{"host", "host"}, row{"host:80", "host"},
                                   row{"[::1]", "[::1]"}, row{"[::1]:80", "[::1]"}}) {
    CAPTURE(text);
    CHECK(text::without_port(text) == host);
  }
}

TEST_CASE("A literal of IPv6 is written in brackets") {
  CHECK(text::bracketed("host") == "host");
  CHECK(text::bracketed("10.0.0.1") == "10.0.0.1");
  CHECK(text::bracketed("::1") == "[::1]");
  CHECK(text::format_host_port("host", 0) == "host:0");
  CHECK(text::format_host_port("fd00::1", 443) == "[fd00::1]:443");
}
