#include "bench/wire/frame.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <string_view>

using namespace actormesh::bench::wire;
using namespace std::string_literals;

TEST_CASE("a header's size, length and flags are read") {
  struct row {
    std::string bytes;
    std::size_t header_size;
    std::size_t payload_size;
    opcode kind;
    bool final;
    bool masked;
  };
  const auto [bytes, header_size, payload_size, kind, final, masked] = GENERATE(
      row{"\x81\x00"s, 2, 0, opcode::text, true, false},
      row{"\x82\x7D"s, 2, 125, opcode::binary, true, false},
      row{"\x81\x7E\x01\x00"s, 4, 256, opcode::text, true, false},
      row{"\x81\x7F\x00\x00\x00\x00\x00\x01\x00\x00"s, 10, 65'536, opcode::text, true, false},
      row{"\x81\x85\x01\x02\x03\x04"s, 6, 5, opcode::text, true, true},
      row{"\x01\x03"s, 2, 3, opcode::text, false, false},
      row{"\x89\x00"s, 2, 0, opcode::ping, true, false});
  const auto header = parse_frame_header(bytes);
  CHECK(header.header_size == header_size);
  CHECK(header.payload_size == payload_size);
  CHECK(header.kind == kind);
  CHECK(header.final == final);
  CHECK(header.masked == masked);
}

TEST_CASE("bytes that end inside a header have a header of size 0") {
  const auto bytes = GENERATE(""s, "\x81"s, "\x81\x7E\x01"s,
                              "\x81\x7F\x00\x00\x00\x00\x00\x01\x00"s, "\x81\x85\x01\x02\x03"s);
  CHECK(parse_frame_header(bytes).header_size == 0);
}

TEST_CASE("a server's frame is its header and the payload") {
  std::string out;
  append_server_frame(out, opcode::text, "Hello");
  CHECK(out == "\x81\x05Hello");
}

TEST_CASE("a client's frame is masked: the example of RFC 6455, 5.7") {
  std::string out;
  append_client_frame(out, opcode::text, "Hello", 0x3D21FA37U);
  CHECK(out == "\x81\x85\x37\xFA\x21\x3D\x7F\x9F\x4D\x51\x58");
}

TEST_CASE("frames of every length form can be read back and unmasked") {
  const auto size = GENERATE(std::size_t{0}, 7, 125, 126, 65'535, 65'536, 100'001);
  const std::string payload(size, 'x');
  std::string frame;
  append_client_frame(frame, opcode::binary, payload, 0xA1B2C3D4U);
  const auto header = parse_frame_header(frame);
  REQUIRE(header.frame_size() == frame.size());
  REQUIRE(header.payload_size == size);
  apply_mask(frame.data() + header.header_size, size, frame.data() + header.header_size - 4);
  CHECK(frame.substr(header.header_size) == payload);
}
