#include "net/forwarded_for.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <string_view>
#include <vector>

using namespace actormesh::net;
namespace ip = boost::asio::ip;

namespace {

std::vector<network> networks(const std::vector<std::string>& texts) {
  std::vector<network> found;
  for (const auto& each : texts) {
    const auto one = network::parse(each);
    REQUIRE(one.has_value());
    found.push_back(*one);
  }
  return found;
}

bool has(const std::string& range, const std::string& address) {
  return networks({range})[0].contains(ip::make_address(address));
}

std::string wrong(std::string_view text) {
  const auto found = network::parse(text);
  REQUIRE_FALSE(found.has_value());
  return found.error();
}

std::string client(const std::string& peer, const std::vector<std::string_view>& lines,
                   const std::vector<std::string>& trusted = {"10.0.0.0/8", "fd00::/8"}) {
  return find_client(ip::make_address(peer), lines, networks(trusted)).to_string();
}

std::string entry(std::string_view text) {
  const auto found = parse_forwarded(text);
  return found ? found->to_string() : "none";
}

} // namespace

TEST_CASE("a network is all addresses that begin with the same bits") {
  CHECK(has("10.0.0.0/8", "10.255.0.1"));
  CHECK_FALSE(has("10.0.0.0/8", "11.0.0.0"));
  CHECK(has("10.1.2.128/25", "10.1.2.255"));
  CHECK_FALSE(has("10.1.2.128/25", "10.1.2.127"));
  CHECK(has("192.0.2.1", "192.0.2.1"));
  CHECK_FALSE(has("192.0.2.1", "192.0.2.0"));
  CHECK(has("0.0.0.0/0", "255.255.255.255"));
  CHECK(has("fd00::/8", "fdff::1"));
  CHECK_FALSE(has("fd00::/8", "fe00::1"));
  CHECK(has("2001:db8::/33", "2001:db8:7fff::"));
  CHECK_FALSE(has("2001:db8::/33", "2001:db8:8000::"));
  CHECK(has("::1", "::1"));
  CHECK_FALSE(has("::1", "::2"));
}

TEST_CASE("IPv4 addresses in IPv6 form are IPv4 addresses") {
  CHECK(has("10.0.0.0/8", "::ffff:10.0.0.1"));
  CHECK(has("::ffff:10.0.0.0/104", "10.0.0.1"));
  CHECK(has("::ffff:10.0.0.1", "10.0.0.1"));
  CHECK_FALSE(has("::/0", "10.0.0.1"));
  CHECK_FALSE(has("::/0", "::ffff:10.0.0.1"));
  CHECK_FALSE(has("0.0.0.0/0", "::1"));
  CHECK(networks({"::ffff:10.0.0.0/104"}) == networks({"10.0.0.0/8"}));
}

TEST_CASE("a network is written with its prefix") {
  CHECK(networks({"10.0.0.0/8"})[0].to_string() == "10.0.0.0/8");
  CHECK(networks({"::1"})[0].to_string() == "::1/128");
}

TEST_CASE("what is no network gets a sentence") {
  for (const std::string_view text :
       {"", "/", "/8", "10.0.0.0.0", "10.0.0/8", "010.0.0.1", "localhost", "fe80::1%lo",
        " 10.0.0.1", "[::1]", "10.0.0.0 /8", "1:2:3", ":::"})
    CHECK(wrong(text) == "expected an address or a network such as 10.0.0.0/8 or fd00::/8");
  for (const std::string_view text :
       {"10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/8/8", "10.0.0.0/8 ",
        "10.0.0.0/99999999999999999999", "10.0.0.0/255.0.0.0"})
    CHECK(wrong(text) == "expected a prefix of 0 to 32 behind the slash");
  CHECK(wrong("::/129") == "expected a prefix of 0 to 128 behind the slash");
  CHECK(wrong("10.1.2.3/8") == "has bits behind its prefix; did you mean 10.0.0.0/8?");
  CHECK(wrong("fd00::1/8") == "has bits behind its prefix; did you mean fd00::/8?");
  CHECK(wrong("::ffff:10.0.0.0/95") ==
        "expected a prefix of 96 to 128 for IPv4 addresses in IPv6 form");
}

TEST_CASE("entries are addresses, with or without a port") {
  CHECK(entry("192.0.2.1") == "192.0.2.1");
  CHECK(entry("192.0.2.1:50000") == "192.0.2.1");
  CHECK(entry("2001:db8::1") == "2001:db8::1");
  CHECK(entry("[2001:db8::1]") == "2001:db8::1");
  CHECK(entry("[2001:db8::1]:50000") == "2001:db8::1");
  CHECK(entry("[2001:0db8:0000:0000:0000:0000:255.255.255.255]:65535") == "2001:db8::ffff:ffff");
  CHECK(entry("::ffff:192.0.2.1") == "192.0.2.1");
  for (const std::string_view text :
       {"", "unknown", "_hidden", "192.0.2.1:", "192.0.2.1:65536", "192.0.2.1:x", "192.0.2.1 x",
        "[192.0.2.1]", "[::1", "::1]", "[::1]x", "[::1]50000", "[::1]:", "fe80::1%1",
        "\"192.0.2.1\"", "http://192.0.2.1"})
    CHECK(entry(text) == "none");
  CHECK(entry(std::string_view{"192.0.2.1\0x", 11}) == "none");
}

TEST_CASE("whoever is not trusted is the client, whatever the header says") {
  CHECK(client("192.0.2.1", {"198.51.100.7"}) == "192.0.2.1");
  CHECK(client("192.0.2.1", {}) == "192.0.2.1");
  CHECK(client("10.0.0.1", {"198.51.100.7"}, {}) == "10.0.0.1");
  CHECK(client("::ffff:192.0.2.1", {"198.51.100.7"}) == "192.0.2.1");
}

TEST_CASE("the client is the first that is not trusted, from the right") {
  CHECK(client("10.0.0.1", {"198.51.100.7"}) == "198.51.100.7");
  CHECK(client("::ffff:10.0.0.1", {"198.51.100.7"}) == "198.51.100.7");
  CHECK(client("fd00::1", {"2001:db8::7"}) == "2001:db8::7");
  CHECK(client("10.0.0.1", {"192.0.2.66, 198.51.100.7"}) == "198.51.100.7");
  CHECK(client("10.0.0.1", {"192.0.2.66,\t198.51.100.7 ,10.0.0.2,10.0.0.3"}) == "198.51.100.7");
  CHECK(client("10.0.0.1", {"10.0.0.9, 198.51.100.7, 10.0.0.2"}) == "198.51.100.7");
  // Lines follow each other.
  CHECK(client("10.0.0.1", {"192.0.2.66", "198.51.100.7, 10.0.0.3", "10.0.0.2"}) == "198.51.100.7");
  CHECK(client("10.0.0.1", {"198.51.100.7", "", "10.0.0.2"}) == "198.51.100.7");
}

TEST_CASE("if all are trusted, the client is the leftmost") {
  CHECK(client("10.0.0.1", {}) == "10.0.0.1");
  CHECK(client("10.0.0.1", {""}) == "10.0.0.1");
  CHECK(client("10.0.0.1", {"10.0.0.3, 10.0.0.2"}) == "10.0.0.3");
}

TEST_CASE("the walk ends before what is no address") {
  CHECK(client("10.0.0.1", {"198.51.100.7, unknown, 10.0.0.2"}) == "10.0.0.2");
  CHECK(client("10.0.0.1", {"198.51.100.7, "}) == "10.0.0.1");
  CHECK(client("10.0.0.1", {"198.51.100.7,,10.0.0.2"}) == "10.0.0.2");
  CHECK(client("10.0.0.1", {","}) == "10.0.0.1");
}

TEST_CASE("no more than 32 addresses are looked at") {
  std::string line = "198.51.100.7";
  for (int i = 1; i < 32; ++i)
    line += ", 10.0.0." + std::to_string(i);
  CHECK(client("10.0.0.99", {line}) == "198.51.100.7");
  line += ", 10.0.0.32";
  CHECK(client("10.0.0.99", {line}) == "10.0.0.1");
}
