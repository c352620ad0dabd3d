#include "net/websocket/deflate.hpp"
#include "tests/net/reference_inflate.hpp"
#include "tests/text/bytes.hpp"

#include <catch2/catch.hpp>

#include <random>

using namespace actormesh::websocket;
using actormesh::tests::from_hex;
using actormesh::tests::reference_inflate;
using actormesh::tests::to_hex;

namespace {

constexpr std::size_t plenty = 8 * 1024 * 1024;

const std::string sync_marker = from_hex("00 00 ff ff");

std::string event_text(std::size_t size) {
  std::string result;
  for (std::size_t i = 0; result.size() < size; ++i)
    result += "{\"order\":" + std::to_string(i * 7919) + ",\"state\":\"shipped\"},";
  result.resize(size);
  return result;
}

std::string noise(std::size_t size) {
  std::mt19937 random{7};
  std::string result;
  while (result.size() < size)
    result += static_cast<char>(random() & 0xFFU);
  return result;
}

std::string block_of(const std::string& text) {
  const auto header = stored_block_header(static_cast<std::uint16_t>(text.size()));
  return std::string{header.data(), header.size()} + text;
}

} // namespace

TEST_CASE("the examples of RFC 7692 section 7.2.3 decompress") {
  const auto* const bytes = GENERATE("f2 48 cd c9 c9 07 00",                   // one block
                                     "00 05 00 fa ff 48 65 6c 6c 6f 00",       // stored
                                     "f3 48 cd c9 c9 07 00 00",                // marked as the last
                                     "f2 48 05 00 00 00 ff ff ca c9 c9 07 00", // two blocks
                                     "f3 48 cd c9 c9 07 00"); // the last one, and nothing more
  INFO(bytes);
  CHECK(inflate_message(from_hex(bytes), plenty).text == "Hello");
}

TEST_CASE("a message without a byte decompresses to one") {
  CHECK(inflate_message({}, plenty).text == "");
  CHECK(inflate_message(from_hex("00"), plenty).text == "");
}

TEST_CASE("data that is broken, cut off or needs an earlier message does not decompress") {
  const auto* const bytes = GENERATE("ff", "07", "f2", "f2 48 cd", "f2 48 cd c9 c9",
                                     "00 05 00 fa fe 48 65 6c 6c 6f 00", // inverse of the size
                                     "00 05 00 fa ff 48 65 6c",          // cut off
                                     "f2 00 11 00 00");                  // section 7.2.3.2
  INFO(bytes);
  const auto result = inflate_message(from_hex(bytes), plenty);
  CHECK_FALSE(result.text);
  CHECK_FALSE(result.too_big);
}

TEST_CASE("blocks after one that is marked as the last are read on") {
  CHECK(inflate_message(from_hex("f3 48 cd c9 c9 07 00 f3 48 cd c9 c9 07 00 00"), plenty).text ==
        "HelloHello");
}

TEST_CASE("decompression stops at its limit") {
  const std::string text(1'000'000, 'a');
  const auto bomb = deflate_tail(text);
  REQUIRE(bomb.size() < 2000);
  CHECK(inflate_message(bomb, text.size()).text == text);
  for (const std::size_t limit :
       {std::size_t{0}, std::size_t{1}, std::size_t{1023}, std::size_t{1024}, text.size() - 1}) {
    const auto result = inflate_message(bomb, limit);
    CHECK_FALSE(result.text);
    CHECK(result.too_big);
  }
}

TEST_CASE("a message of every length up to a growth of the output decompresses within its limit") {
  const auto text = event_text(2100);
  for (std::size_t size = 0; size <= text.size(); ++size) {
    const auto part = text.substr(0, size);
    const auto data = deflate_tail(part);
    if (inflate_message(data, size).text != part)
      FAIL("length " << size);
    if (size != 0 && !inflate_message(data, size - 1).too_big)
      FAIL("limit below length " << size);
  }
}

TEST_CASE("the header of a stored block has the bytes of RFC 1951 section 3.2.4") {
  const auto bytes = [](std::uint16_t size) {
    const auto header = stored_block_header(size);
    return to_hex({header.data(), header.size()});
  };
  CHECK(bytes(0) == "00 00 00 ff ff");
  CHECK(bytes(5) == "00 05 00 fa ff");
  CHECK(bytes(0x1234) == "00 34 12 cb ed");
  CHECK(bytes(max_stored_block) == "00 ff ff 00 00");
}

TEST_CASE("a tail is a message of its own and the end of one with another beginning") {
  const auto text = GENERATE_COPY(std::string{}, std::string{"Hello"}, event_text(128),
                                  event_text(4096), event_text(4097), event_text(240'000),
                                  std::string(70'000, 'a'), noise(4000), noise(100'000));
  const auto tail = deflate_tail(text);
  CHECK(inflate_message(tail, plenty).text == text);
  CHECK(reference_inflate(tail + sync_marker) == text);

  for (const auto& prefix : {std::string{}, std::string{R"({"id":"1","type":"data","event":)"},
                             event_text(max_stored_block)}) {
    const auto message = block_of(prefix) + tail;
    CHECK(inflate_message(message, plenty).text == prefix + text);
    CHECK(reference_inflate(message + sync_marker) == prefix + text);
  }
}

TEST_CASE("a tail does not depend on what was compressed before") {
  const auto first = deflate_tail(event_text(500));
  CHECK(to_hex(deflate_tail("Hello")) == "f2 48 cd c9 c9 07 00");
  CHECK(deflate_tail(event_text(500)) == first);
}
