#include "net/websocket/frame.hpp"
#include "tests/text/bytes.hpp"

#include <catch2/catch.hpp>

#include <array>

using namespace actormesh::websocket;
using actormesh::tests::to_hex;

TEST_CASE("a frame header has the bytes of RFC 6455 section 5.2") {
  struct row {
    opcode op;
    compressed rsv1;
    std::uint64_t payload;
    const char* bytes;
  };
  const auto [op, rsv1, payload, bytes] = GENERATE(values<row>({
      {opcode::text, compressed::no, 0, "81 00"},
      {opcode::text, compressed::no, 5, "81 05"},
      {opcode::text, compressed::no, 125, "81 7d"},
      {opcode::text, compressed::no, 126, "81 7e 00 7e"},
      {opcode::text, compressed::no, 256, "81 7e 01 00"},
      {opcode::text, compressed::no, 0xFFFF, "81 7e ff ff"},
      {opcode::text, compressed::no, 0x10000, "81 7f 00 00 00 00 00 01 00 00"},
      {opcode::text, compressed::no, 0x0123456789ABCDEF, "81 7f 01 23 45 67 89 ab cd ef"},
      {opcode::text, compressed::yes, 7, "c1 07"},
      {opcode::ping, compressed::no, 5, "89 05"},
      {opcode::pong, compressed::no, 5, "8a 05"},
      {opcode::close, compressed::no, 2, "88 02"},
  }));
  std::array<char, max_header_size> out{};
  const auto size = write_header(out.data(), first_byte(op, rsv1), payload);
  CHECK(to_hex({out.data(), size}) == bytes);
}
