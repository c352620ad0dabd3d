#include "net/websocket/framer.hpp"
#include "tests/text/bytes.hpp"

#include <catch2/catch.hpp>

#include <array>

using namespace actormesh::websocket;
using actormesh::net::frame_kind;
using actormesh::net::framer;
using actormesh::tests::to_hex;

TEST_CASE("a message has the head of its frame, and that of its own part if it is compressed") {
  struct row {
    frame_kind kind;
    std::size_t own;
    std::size_t shared;
    const char* bytes;
  };
  const auto [kind, own, shared, bytes] = GENERATE(values<row>({
      {text_message, 0, 0, "81 00"},
      {text_message, 2, 3, "81 05"},
      {text_message, 100, 26, "81 7e 00 7e"},
      {text_message, 1, 0xFFFF, "81 7f 00 00 00 00 00 01 00 00"},
      {binary_message, 0, 5, "82 05"},
      {kind_of(opcode::ping), 5, 0, "89 05"},
      {kind_of(opcode::pong), 5, 0, "8a 05"},
      {kind_of(opcode::close), 2, 0, "88 02"},
      // RFC 1951 section 3.2.4: the size of the stored block, and its complement.
      {compressed_text_message, 2, 3, "c1 0a 00 02 00 fd ff"},
      {compressed_text_message, 0x1234, 0xFFFF, "c1 7f 00 00 00 00 00 01 12 38 00 34 12 cb ed"},
  }));
  std::array<char, framer::max_head> out{};
  const auto size = message_framer.head(out.data(), kind, {own, shared});
  CHECK(to_hex({out.data(), size}) == bytes);
  CHECK(message_framer.tail.empty());
}
