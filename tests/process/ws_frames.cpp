#include "tests/process/node_process.hpp"
#include "tests/process/web_socket.hpp"

#include <catch2/catch.hpp>

namespace actormesh::process {

namespace {

/// The node must close with this code, and end once the client has answered.
void require_closed(web_socket& client, unsigned code) {
  CHECK(client.read_close() == code);
  client.send({.what = opcode::close, .payload = "\x03\xE8"});
  CHECK(client.socket().read_to_end().empty());
}

} // namespace

TEST_CASE("A message may come in fragments, with pings between them") {
  node_process node;
  web_socket client{node.port()};
  const auto text = subscribe_text("s", "/default/a");
  for (std::size_t i = 0; i < text.size(); ++i) {
    client.send({.what = i == 0 ? opcode::text : opcode::continuation,
                 .payload = std::string_view{text}.substr(i, 1),
                 .fin = i + 1 == text.size()});
    if (i % 16 != 0)
      continue;
    client.send({.what = opcode::ping, .payload = text.substr(0, i % 126)});
    const auto pong = client.read_frame();
    REQUIRE(pong.what == opcode::pong);
    REQUIRE(pong.payload == text.substr(0, i % 126));
  }
  REQUIRE(client.read_text() == R"({"type":"subscribe_success","id":"s"})");
}

TEST_CASE("A character may be split between fragments") {
  node_process node;
  web_socket client{node.port()};
  client.subscribe("s", "/default/a");
  const auto text = publish_text("p", "/default/a", {"\"é😀\""});
  const auto middle = text.find("\x98\x80");
  REQUIRE(middle != std::string::npos);
  const std::string_view view{text};
  client.send({.payload = view.substr(0, middle), .fin = false});
  client.send({.what = opcode::continuation, .payload = {}, .fin = false});
  client.send({.what = opcode::continuation, .payload = view.substr(middle)});
  auto got = client.read_text();
  if (got.starts_with(R"({"type":"publish_success")"))
    got = client.read_text();
  REQUIRE(got == "{\"type\":\"data\",\"id\":\"s\",\"event\":\"\\\"é😀\\\"\"}");
}

TEST_CASE("A ping of any length is answered with its payload, a pong is not") {
  node_process node;
  web_socket client{node.port()};
  for (const std::size_t size : {0U, 1U, 124U, 125U}) {
    client.send({.what = opcode::pong, .payload = "unasked"});
    std::string payload(size, '\xFF');
    client.send({.what = opcode::ping, .payload = payload});
    const auto pong = client.read_frame();
    REQUIRE(pong.what == opcode::pong);
    REQUIRE(pong.payload == payload);
  }
}

TEST_CASE("What breaks the WebSocket protocol is closed with the code for it") {
  node_process node;
  struct row {
    const char* name;
    sent_frame frame;
    unsigned code;
  };
  const std::string too_long(126, 'x');
  const std::vector<row> table{
      {"binary", {.what = opcode::binary, .payload = "{}"}, 1003},
      {"invalid UTF-8", {.payload = "{\"type\":\"\xC3\x28\"}"}, 1007},
      {"half a character", {.payload = "{\"type\":\"\xF0\x9F\x98"}, 1007},
      {"a surrogate", {.payload = "\xED\xA0\x80"}, 1007},
      {"not masked", {.payload = "{}", .masked = false}, 1002},
      {"RSV1 without an extension", {.payload = "{}", .reserved = 4}, 1002},
      {"RSV2", {.payload = "{}", .reserved = 2}, 1002},
      {"RSV3", {.payload = "{}", .reserved = 1}, 1002},
      {"a continuation of nothing", {.what = opcode::continuation, .payload = "{}"}, 1002},
      {"an unknown type", {.what = opcode{3}, .payload = "{}"}, 1002},
      {"an unknown control frame", {.what = opcode{11}, .payload = "{}"}, 1002},
      {"a ping in fragments", {.what = opcode::ping, .payload = "x", .fin = false}, 1002},
      {"a ping of 126 bytes", {.what = opcode::ping, .payload = too_long}, 1002},
      {"a close frame of one byte", {.what = opcode::close, .payload = "x"}, 1002},
      {"a close code nobody may send", {.what = opcode::close, .payload = "\x03\xED"}, 1002},
      {"a close code below 1000", {.what = opcode::close, .payload = "\x03\xE7"}, 1002},
      {"a close reason in invalid UTF-8", {.what = opcode::close, .payload = "\x03\xE8\xFF"}, 1007},
  };
  for (const auto& [name, frame, code] : table) {
    INFO(name);
    web_socket client{node.port()};
    client.send(frame);
    require_closed(client, code);
  }
}

TEST_CASE("A new message inside an unfinished one is a protocol error") {
  node_process node;
  web_socket client{node.port()};
  client.send({.payload = "{", .fin = false});
  client.send({.payload = "{}"});
  require_closed(client, 1002);
}

TEST_CASE("Invalid UTF-8 in a fragment is noticed when the message ends, if not before") {
  node_process node;
  web_socket client{node.port()};
  client.send({.payload = "{\"\xE2\x82", .fin = false});
  client.send({.what = opcode::continuation, .payload = "\"}"});
  require_closed(client, 1007);
}

TEST_CASE("A message above 8 MB is closed with 1009, one below is read") {
  node_process node;
  {
    web_socket client{node.port()};
    // A client doubles the frame, and pads it as it likes.
    auto text = subscribe_text("s", "/default/a");
    text.insert(1, std::string(8 * 1024 * 1024 - text.size(), ' '));
    REQUIRE(client.ask(text) == R"({"type":"subscribe_success","id":"s"})");
  }
  {
    web_socket client{node.port()};
    // The header says it all: 8 MiB and one byte.
    client.socket().send(std::string{"\x81\xFF\0\0\0\0\0\x80\0\x01mask", 14});
    require_closed(client, 1009);
  }
  {
    web_socket client{node.port()};
    const std::string part(1024 * 1024, ' ');
    client.send({.payload = part, .fin = false});
    for (int i = 1; i < 8; ++i)
      client.send({.what = opcode::continuation, .payload = part, .fin = false});
    client.require_silence();
    client.send({.what = opcode::continuation, .payload = " "});
    require_closed(client, 1009);
  }
}

TEST_CASE("A close is answered with the same code, then the connection ends") {
  node_process node;
  struct row {
    std::string payload;
    unsigned code;
  };
  for (const auto& [payload, code] :
       {row{"\x03\xE8", 1000}, row{"\x03\xE9 bye", 1001}, row{"\x0B\xB9", 3001},
        row{"\x13\x87", 4999}, row{"", 1000}}) {
    CAPTURE(code);
    web_socket client{node.port()};
    client.subscribe("s", "/default/a");
    client.send({.what = opcode::close, .payload = payload});
    CHECK(client.read_close() == code);
    CHECK(client.socket().read_to_end().empty());
  }
}

TEST_CASE("Nothing that comes after a close is carried out") {
  node_process node;
  web_socket subscriber{node.port()};
  subscriber.subscribe("s", "/default/a");
  web_socket client{node.port()};
  client.send({.what = opcode::close, .payload = "\x03\xE8"});
  try {
    client.send_text(publish_text("p", "/default/a", {"1"}));
  } catch (const std::system_error&) {
    // The node may have ended the connection already.
  }
  REQUIRE(client.read_close() == 1000);
  (void)client.socket().read_to_end();
  subscriber.require_silence();
}

} // namespace actormesh::process
