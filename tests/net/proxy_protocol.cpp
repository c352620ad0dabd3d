#include "net/proxy_protocol.hpp"

#include <catch2/catch.hpp>

#include <cstddef>
#include <string>
#include <string_view>

using namespace actormesh::net;
using namespace std::string_literals;
using state = proxy_reader::state;

namespace {

const std::string signature = "\r\n\r\n\0\r\nQUIT\n"s;
const std::string v4_addresses = "\xc0\x00\x02\x01\xc6\x33\x64\x02\xc3\x50\x01\xbb"s;
const std::string v6_addresses = "\x20\x01\x0d\xb8"s + std::string(11, '\0') + "\x01"s +
                                 "\x20\x01\x0d\xb8"s + std::string(11, '\0') + "\x02"s +
                                 "\xc3\x50\x01\xbb"s;

/// A header: version and command, family and transport, what follows the length.
std::string header(char version, char family, const std::string& rest) {
  return signature + version + family + static_cast<char>(rest.size() / 256) +
         static_cast<char>(rest.size() % 256) + rest;
}

proxy_error error_of(const std::string& bytes, std::size_t most = proxy_header_bytes) {
  proxy_reader reader{most};
  reader.put(bytes);
  REQUIRE(reader.current_state() == state::failed);
  CHECK(reader.wanted() == 0);
  return reader.error();
}

/// Reads a header with a client's first bytes behind it.
proxy_header read(const std::string& bytes) {
  proxy_reader reader;
  CHECK(reader.put(bytes + "GET /") == bytes.size());
  REQUIRE(reader.current_state() == state::done);
  return reader.header();
}

std::string extension(char type, std::size_t size) {
  return std::string{type} + static_cast<char>(size / 256) + static_cast<char>(size % 256) +
         std::string(size, 'x');
}

} // namespace

TEST_CASE("a proxy says whom it speaks for") {
  const auto v4 = read(header('\x21', '\x11', v4_addresses));
  CHECK_FALSE(v4.local);
  REQUIRE(v4.source);
  CHECK(v4.source->address().to_string() == "192.0.2.1");
  CHECK(v4.source->port() == 50'000);

  const auto v6 = read(header('\x21', '\x21', v6_addresses));
  REQUIRE(v6.source);
  CHECK(v6.source->address().to_string() == "2001:db8::1");
  CHECK(v6.source->port() == 50'000);
}

TEST_CASE("an IPv4 address in IPv6 form is an IPv4 address") {
  const auto mapped = std::string(10, '\0') + "\xff\xff\xc0\x00\x02\x01"s + v6_addresses.substr(16);
  const auto found = read(header('\x21', '\x21', mapped));
  REQUIRE(found.source);
  CHECK(found.source->address().to_string() == "192.0.2.1");
}

TEST_CASE("a proxy that speaks for itself names nobody") {
  CHECK(read(header('\x20', '\x00', "")).local);
  // Whatever it adds, even if that would be an address, or makes no sense.
  for (const char family : {'\x00', '\x11', '\x21', '\x31', '\xff'}) {
    const auto found = read(header('\x20', family, v4_addresses + "?"));
    CHECK(found.local);
    CHECK_FALSE(found.source);
  }
}

TEST_CASE("a proxy may not know the client, or its address may be none of IP") {
  for (const auto& bytes : {header('\x21', '\x00', ""), header('\x21', '\x00', "anything"),
                            header('\x21', '\x31', std::string(216, 'u'))}) {
    const auto found = read(bytes);
    CHECK_FALSE(found.local);
    CHECK_FALSE(found.source);
  }
}

TEST_CASE("extensions are passed over") {
  const auto extensions = extension('\x01', 2) + extension('\x04', 0) + extension('\xee', 300);
  CHECK(read(header('\x21', '\x11', v4_addresses + extensions)).source);
  CHECK(read(header('\x21', '\x21', v6_addresses + extension('\x05', 0))).source);
}

TEST_CASE("extensions have to end where the header does") {
  const auto wrong = GENERATE("\x01"s, "\x01\x00"s, "\x01\x00\x01"s, "\x01\x01\x00x"s);
  CHECK(error_of(header('\x21', '\x11', v4_addresses + wrong)) == proxy_error::bad_extensions);
  CHECK(error_of(header('\x21', '\x11', v4_addresses + extension('\x04', 3) + wrong)) ==
        proxy_error::bad_extensions);
}

TEST_CASE("what is no header is an error at its first wrong byte") {
  proxy_reader reader;
  CHECK(reader.put("GET / HTTP/1.1\r\n") == 1);
  CHECK(reader.error() == proxy_error::no_header);
  CHECK(error_of("\x16\x03\x01") == proxy_error::no_header);
  CHECK(error_of("\r\n\r\nGET / HTTP/1.1\r\n") == proxy_error::no_header);
  CHECK(error_of("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") == proxy_error::no_header);
  CHECK(error_of("POST /event HTTP/1.1\r\n") == proxy_error::no_header);
  CHECK(error_of("PROXY TCP4 192.0.2.1 192.0.2.2 50000 443\r\n") == proxy_error::version_1);
  for (std::size_t i = 0; i < signature.size(); ++i) {
    auto wrong = header('\x21', '\x11', v4_addresses);
    wrong[i] = 'x';
    proxy_reader one;
    CHECK(one.put(wrong) == i + 1);
    CHECK(one.error() == proxy_error::no_header);
  }
}

TEST_CASE("what the specification does not know is an error") {
  CHECK(error_of(header('\x11', '\x11', v4_addresses)) == proxy_error::bad_version);
  CHECK(error_of(header('\x31', '\x11', v4_addresses)) == proxy_error::bad_version);
  CHECK(error_of(header('\x22', '\x11', v4_addresses)) == proxy_error::bad_command);
  CHECK(error_of(header('\x21', '\x41', v4_addresses)) == proxy_error::bad_family);
  CHECK(error_of(header('\x21', '\x10', v4_addresses)) == proxy_error::bad_family);
  CHECK(error_of(header('\x21', '\x13', v4_addresses)) == proxy_error::bad_family);
  // Datagrams have no connections.
  CHECK(error_of(header('\x21', '\x12', v4_addresses)) == proxy_error::bad_family);
}

TEST_CASE("a header has to have room for its addresses") {
  CHECK(error_of(header('\x21', '\x11', v4_addresses.substr(1))) == proxy_error::bad_length);
  CHECK(error_of(header('\x21', '\x11', "")) == proxy_error::bad_length);
  CHECK(error_of(header('\x21', '\x21', v4_addresses)) == proxy_error::bad_length);
  CHECK(error_of(header('\x21', '\x21', v6_addresses.substr(1))) == proxy_error::bad_length);
  CHECK(error_of(header('\x21', '\x31', std::string(215, 'u'))) == proxy_error::bad_length);
}

TEST_CASE("a header is not larger than allowed") {
  const auto of_size = [](std::size_t size) {
    return header('\x21', '\x11', v4_addresses + extension('\x04', size - 16 - 12 - 3));
  };
  CHECK(read(of_size(536)).source);
  CHECK(error_of(of_size(537)) == proxy_error::too_large);
  CHECK(error_of(header('\x20', '\x00', std::string(65'535, 'x'))) == proxy_error::too_large);
  CHECK(error_of(of_size(101), 100) == proxy_error::too_large);
  // Nobody can allow more than 4 KiB.
  CHECK(error_of(of_size(4'097), 1'000'000) == proxy_error::too_large);
  proxy_reader reader{1'000'000};
  reader.put(of_size(4'096));
  CHECK(reader.current_state() == state::done);
}

TEST_CASE("whoever reads what is wanted leaves the client's bytes alone") {
  const auto bytes = header('\x21', '\x11', v4_addresses + extension('\x04', 5));
  proxy_reader reader;
  CHECK(reader.wanted() == 16);
  reader.put(bytes.substr(0, 10));
  CHECK(reader.wanted() == 6);
  reader.put(bytes.substr(10, 6));
  CHECK(reader.wanted() == 20);
  reader.put(bytes.substr(16));
  CHECK(reader.wanted() == 0);
  CHECK(reader.current_state() == state::done);
  CHECK(reader.put("GET /") == 0);
}

TEST_CASE("a header may come in any pieces") {
  const auto bytes = header('\x21', '\x21', v6_addresses + extension('\x04', 20)) + "GET /";
  for (std::size_t size = 1; size <= bytes.size(); ++size) {
    proxy_reader reader;
    std::size_t used = 0;
    while (reader.current_state() == state::header)
      used += reader.put(std::string_view{bytes}.substr(used, size));
    REQUIRE(reader.current_state() == state::done);
    CHECK(used == bytes.size() - 5);
    CHECK(reader.header().source->address().to_string() == "2001:db8::1");
  }
}
