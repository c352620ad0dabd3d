#include "net/websocket/deflate.hpp"
#include "net/websocket/message_reader.hpp"
#include "tests/text/bytes.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>
#include <vector>

using namespace actormesh::websocket;
using actormesh::tests::from_hex;

namespace {

struct seen {
  opcode kind = opcode::text;
  std::string payload;
  unsigned code = 0;

  friend bool operator==(const seen&, const seen&) = default;
  friend std::ostream& operator<<(std::ostream& out, const seen& what) {
    return out << '{' << static_cast<unsigned>(what.kind) << ' ' << what.payload << ' ' << what.code
               << '}';
  }
};

struct outcome {
  std::vector<seen> messages;
  read_error error = read_error::none;

  friend bool operator==(const outcome&, const outcome&) = default;
  friend std::ostream& operator<<(std::ostream& out, const outcome& what) {
    for (const auto& one : what.messages)
      out << one;
    return out << ' ' << to_string(what.error);
  }
};

constexpr message_reader::options plain{1000, false};
constexpr message_reader::options deflating{1000, true};
constexpr message_reader::options with_binary{1000, true, true};

/// Feeds all bytes to one reader, at most `piece` at a time.
outcome read(message_reader::options opts, std::string bytes, std::size_t piece) {
  message_reader reader{opts};
  outcome result;
  for (std::size_t at = 0; at < bytes.size() && result.error == read_error::none;) {
    const std::span<char> input{bytes.data() + at, std::min(piece, bytes.size() - at)};
    const auto step = reader.next(input);
    if (step.complete)
      result.messages.push_back({step.complete->kind, std::string{step.complete->payload},
                                 static_cast<unsigned>(step.complete->code)});
    else if (step.error == read_error::none && step.consumed != input.size())
      FAIL("took " << step.consumed << " of " << input.size());
    at += step.consumed;
    result.error = step.error;
  }
  return result;
}

/// Reads bytes whole, and checks that no other way to cut them makes a difference.
outcome read(message_reader::options opts, const std::string& bytes) {
  auto whole = read(opts, bytes, bytes.size());
  for (std::size_t piece = 1; piece < std::min<std::size_t>(bytes.size(), 20); ++piece) {
    INFO("pieces of " << piece);
    CHECK(read(opts, bytes, piece) == whole);
  }
  return whole;
}

outcome text(std::string payload) { return {{{opcode::text, std::move(payload), 0}}}; }
outcome error(read_error which) { return {{}, which}; }

/// A masked frame, its length in the shortest form.
std::string frame(unsigned first, const std::string& payload) {
  constexpr std::string_view key = "\x37\xfa\x21\x3d";
  std::string result{static_cast<char>(first)};
  if (payload.size() < 126) {
    result += static_cast<char>(0x80U | payload.size());
  } else if (payload.size() <= 0xFFFF) {
    result += from_hex("fe");
    result += static_cast<char>(payload.size() >> 8U);
    result += static_cast<char>(payload.size() & 0xFFU);
  } else {
    result += from_hex("ff 00 00 00 00");
    for (unsigned shift = 32; shift > 0; shift -= 8)
      result += static_cast<char>(payload.size() >> (shift - 8) & 0xFFU);
  }
  result += key;
  for (std::size_t i = 0; i < payload.size(); ++i)
    result += static_cast<char>(payload[i] ^ key[i % 4]);
  return result;
}

constexpr unsigned fin = 0x80;
constexpr unsigned rsv1 = 0x40;
constexpr unsigned continuation = 0x0;
constexpr unsigned text_op = 0x1;
constexpr unsigned close_op = 0x8;
constexpr unsigned ping_op = 0x9;
constexpr unsigned pong_op = 0xA;

} // namespace

TEST_CASE("the masked examples of RFC 6455 section 5.7 are read") {
  CHECK(read(plain, from_hex("81 85 37 fa 21 3d 7f 9f 4d 51 58")) == text("Hello"));
  CHECK(read(plain, from_hex("8a 85 37 fa 21 3d 7f 9f 4d 51 58")) ==
        outcome{{{opcode::pong, "Hello", 0}}});
}

TEST_CASE("the examples of RFC 7692 section 7.2.3 are read") {
  const auto one = from_hex("f2 48 cd c9 c9 07 00");
  CHECK(read(deflating, frame(fin | rsv1 | text_op, one)) == text("Hello"));
  CHECK(read(deflating, frame(rsv1 | text_op, one.substr(0, 3)) +
                            frame(fin | continuation, one.substr(3))) == text("Hello"));
  CHECK(read(deflating, frame(fin | rsv1 | text_op, from_hex("f3 48 cd c9 c9 07 00 00"))) ==
        text("Hello"));
}

TEST_CASE("messages of all lengths are read") {
  const auto size = GENERATE(0U, 1U, 7U, 8U, 9U, 125U, 126U, 127U, 128U, 65'535U, 65'536U, 70'000U);
  std::string payload;
  while (payload.size() < size)
    payload += static_cast<char>('a' + payload.size() % 23);
  const message_reader::options opts{size, GENERATE(false, true)};
  const auto bytes = frame(fin | text_op, payload);
  CHECK(read(opts, bytes) == text(payload));
  CHECK(read(opts, bytes + bytes) ==
        outcome{{{opcode::text, payload, 0}, {opcode::text, payload, 0}}});
  CHECK(read(opts, frame(text_op, payload.substr(0, size / 3)) + frame(continuation, "") +
                       frame(fin | continuation, payload.substr(size / 3))) == text(payload));
}

TEST_CASE("control frames between fragments come in order") {
  const auto bytes = frame(text_op, "a") + frame(fin | ping_op, "p") + frame(continuation, "b") +
                     frame(fin | pong_op, "") + frame(fin | continuation, "c") +
                     frame(fin | text_op, "d") + frame(fin | close_op, from_hex("03 e8") + "bye");
  CHECK(read(plain, bytes) == outcome{{{opcode::ping, "p", 0},
                                       {opcode::pong, "", 0},
                                       {opcode::text, "abc", 0},
                                       {opcode::text, "d", 0},
                                       {opcode::close, "bye", 1000}}});
}

TEST_CASE("a character may be split over fragments") {
  CHECK(read(plain, frame(text_op, from_hex("e2 82")) +
                        frame(fin | continuation, from_hex("ac"))) == text("\xe2\x82\xac"));
}

TEST_CASE("what a client may not send is refused") {
  struct row {
    const char* what;
    std::string bytes;
    read_error plain_error;
    read_error deflate_error;
  };
  const auto same = [](const char* what, std::string bytes, read_error why) {
    return row{what, std::move(bytes), why, why};
  };
  using enum read_error;
  const auto given = GENERATE_COPY(values<row>({
      same("no mask", from_hex("81 05 48 65 6c 6c 6f"), not_masked),
      same("RSV2", frame(fin | 0x20U | text_op, "a"), reserved_bits),
      same("RSV3", frame(fin | 0x10U | text_op, "a"), reserved_bits),
      {"RSV1", frame(fin | rsv1 | text_op, from_hex("ff")), reserved_bits, bad_compression},
      same("RSV1 on a ping", frame(fin | rsv1 | ping_op, "a"), reserved_bits),
      same("RSV1 on a continuation", frame(text_op, "a") + frame(fin | rsv1 | continuation, "b"),
           reserved_bits),
      same("opcode 3", frame(fin | 0x3U, "a"), bad_opcode),
      same("opcode 7", frame(fin | 0x7U, "a"), bad_opcode),
      same("opcode 11", frame(fin | 0xBU, "a"), bad_opcode),
      same("opcode 15", frame(fin | 0xFU, "a"), bad_opcode),
      same("fragmented ping", frame(ping_op, "a"), bad_control_frame),
      same("fragmented close", frame(close_op, ""), bad_control_frame),
      same("long ping", frame(fin | ping_op, std::string(126, 'a')), bad_control_frame),
      same("16 bits for 125", from_hex("81 fe 00 7d 00 00 00 00"), bad_length),
      same("64 bits for 65535", from_hex("81 ff 00 00 00 00 00 00 ff ff 00 00 00 00"), bad_length),
      same("the top bit", from_hex("81 ff 80 00 00 00 00 00 00 00 00 00 00 00"), bad_length),
      same("continuation of nothing", frame(fin | continuation, "a"), bad_fragment),
      same("text within text", frame(text_op, "a") + frame(fin | text_op, "b"), bad_fragment),
      same("binary within text", frame(text_op, "a") + frame(fin | 0x2U, "b"), bad_fragment),
      same("binary", frame(fin | 0x2U, "a"), binary),
      {"compressed binary", frame(fin | rsv1 | 0x2U, "a"), reserved_bits, binary},
      same("broken text", frame(fin | text_op, from_hex("c3 28")), invalid_utf8),
      same("text cut off",
           frame(text_op, from_hex("e2")) + frame(fin | continuation, from_hex("82")),
           invalid_utf8),
      {"compressed broken text", frame(fin | rsv1 | text_op, deflate_tail(from_hex("c3 28"))),
       reserved_bits, invalid_utf8},
      same("1001 bytes", from_hex("81 fe 03 e9 00 00 00 00"), too_big),
      same("2^62 bytes", from_hex("81 ff 40 00 00 00 00 00 00 00 00 00 00 00"), too_big),
      same("500 and 501 bytes",
           frame(text_op, std::string(500, 'a')) + from_hex("80 fe 01 f5 00 00 00 00"), too_big),
      same("a byte more than a full message",
           frame(text_op, std::string(1000, 'a')) + from_hex("80 81 00 00 00 00"), too_big),
      {"a bomb", frame(fin | rsv1 | text_op, deflate_tail(std::string(1001, 'a'))), reserved_bits,
       too_big},
  }));
  INFO(given.what);
  CHECK(read(plain, given.bytes) == error(given.plain_error));
  CHECK(read(deflating, given.bytes) == error(given.deflate_error));
}

TEST_CASE("binary messages are read where the protocol has them") {
  constexpr unsigned binary_op = 0x2;
  const auto bytes = from_hex("00 c3 28 ff");
  const outcome one{{{opcode::binary, bytes, 0}}};
  CHECK(read(with_binary, frame(fin | binary_op, bytes)) == one);
  CHECK(read(with_binary, frame(binary_op, bytes.substr(0, 2)) + frame(fin | ping_op, "p") +
                              frame(fin | continuation, bytes.substr(2))) ==
        outcome{{{opcode::ping, "p", 0}, {opcode::binary, bytes, 0}}});
  CHECK(read(with_binary, frame(fin | rsv1 | binary_op, deflate_tail(bytes))) == one);
  CHECK(read(with_binary, frame(fin | binary_op, bytes) + frame(fin | text_op, "t")) ==
        outcome{{{opcode::binary, bytes, 0}, {opcode::text, "t", 0}}});
  // Text stays text.
  CHECK(read(with_binary, frame(fin | text_op, bytes)) == error(read_error::invalid_utf8));
  CHECK(read(with_binary, frame(binary_op, "a") + frame(fin | text_op, "b")) ==
        error(read_error::bad_fragment));
}

TEST_CASE("the longest message may change between two") {
  message_reader reader{plain};
  reader.limit(3);
  auto fits = frame(fin | text_op, "abc");
  CHECK(reader.next(fits).complete.has_value());
  auto too_long = frame(fin | text_op, "abcd");
  CHECK(reader.next(too_long).error == read_error::too_big);
}

TEST_CASE("close frames are read") {
  const auto close = [](unsigned code, const std::string& reason) {
    return frame(fin | close_op,
                 std::string{static_cast<char>(code >> 8U), static_cast<char>(code & 0xFFU)} +
                     reason);
  };
  CHECK(read(plain, frame(fin | close_op, "")) == outcome{{{opcode::close, "", 0}}});
  for (const unsigned code : {1000U, 1001U, 1002U, 1003U, 1007U, 1008U, 1011U, 1012U, 1013U, 1014U,
                              3000U, 3001U, 3999U, 4000U, 4999U})
    CHECK(read(plain, close(code, "why")) == outcome{{{opcode::close, "why", code}}});
  for (const unsigned code :
       {0U, 1U, 999U, 1004U, 1005U, 1006U, 1015U, 1016U, 1100U, 2000U, 2999U, 5000U, 65'535U})
    CHECK(read(plain, close(code, "")) == error(read_error::bad_close));
  CHECK(read(plain, frame(fin | close_op, "\x03")) == error(read_error::bad_close));
  CHECK(read(plain, close(1000, "\xff")) == error(read_error::invalid_utf8));
  CHECK(read(plain, close(1000, std::string(123, 'r'))) ==
        outcome{{{opcode::close, std::string(123, 'r'), 1000}}});
}

TEST_CASE("every error is answered with its close code") {
  using enum read_error;
  for (const auto one : {not_masked, reserved_bits, bad_opcode, bad_control_frame, bad_length,
                         bad_fragment, bad_close})
    CHECK(close_code_of(one) == close_code::protocol_error);
  CHECK(close_code_of(binary) == close_code::unsupported_data);
  CHECK(close_code_of(invalid_utf8) == close_code::invalid_payload);
  CHECK(close_code_of(bad_compression) == close_code::invalid_payload);
  CHECK(close_code_of(too_big) == close_code::message_too_big);
  CHECK(close_code_of(none) == close_code::none);
}

SCENARIO("a message that lies whole in the input is not copied") {
  GIVEN("two messages in one buffer") {
    auto bytes = frame(fin | text_op, "first") + frame(fin | text_op, "second");
    message_reader reader{plain};
    WHEN("the first is read") {
      const auto step = reader.next(bytes);
      THEN("it is a part of the buffer, and nothing is held") {
        REQUIRE(step.complete);
        CHECK(step.complete->payload == "first");
        CHECK(step.complete->payload.data() == bytes.data() + 6);
        CHECK(step.consumed == 11);
        CHECK(reader.buffered() == 0);
      }
    }
  }
}

SCENARIO("what is held is what has come") {
  GIVEN("a reader for long messages") {
    message_reader reader{{8U << 20U, false}};
    WHEN("a header announces 8 MiB and ten bytes come") {
      auto bytes = from_hex("81 ff 00 00 00 00 00 80 00 00 00 00 00 00") + std::string(10, 'a');
      const auto step = reader.next(bytes);
      THEN("ten bytes are held") {
        CHECK_FALSE(step.complete);
        CHECK(step.consumed == bytes.size());
        CHECK(reader.buffered() == 10);
      }
    }
    WHEN("a part of a header comes") {
      auto bytes = from_hex("81 fe 01");
      reader.next(bytes);
      THEN("it is held") { CHECK(reader.buffered() == 3); }
    }
    WHEN("a part of a ping comes within a message") {
      auto bytes = frame(text_op, "abc") + frame(fin | ping_op, "0123456789").substr(0, 10);
      reader.next(bytes);
      THEN("both are held") { CHECK(reader.buffered() == 3 + 4); }
    }
    WHEN("a message has come in two pieces") {
      auto bytes = frame(fin | text_op, std::string(1000, 'a'));
      reader.next({bytes.data(), 500});
      const auto step = reader.next({bytes.data() + 500, bytes.size() - 500});
      THEN("it is handed out and no longer counts") {
        REQUIRE(step.complete);
        CHECK(step.complete->payload == std::string(1000, 'a'));
        CHECK(reader.buffered() == 0);
        CHECK_FALSE(reader.next({}).complete);
      }
    }
  }
}

TEST_CASE("a reader can be moved within a message") {
  auto bytes = frame(fin | text_op, "Hello");
  message_reader first{plain};
  first.next({bytes.data(), 8});
  message_reader second{std::move(first)};
  const auto step = second.next({bytes.data() + 8, bytes.size() - 8});
  REQUIRE(step.complete);
  CHECK(step.complete->payload == "Hello");
}
