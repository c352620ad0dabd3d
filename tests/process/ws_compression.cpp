#include "tests/net/reference_inflate.hpp"
#include "tests/process/node_process.hpp"
#include "tests/process/web_socket.hpp"

#include <catch2/catch.hpp>

namespace actormesh::process {

namespace {

std::string inflated(const received_frame& what) {
  REQUIRE(what.what == opcode::text);
  REQUIRE(what.compressed);
  // RFC 7692, section 7.2.2: the end of the last block is not sent.
  const auto text = tests::reference_inflate(what.payload + std::string{"\0\0\xFF\xFF", 4});
  REQUIRE(text.has_value());
  return *text;
}

std::string deflate_offer(std::string_view offer) {
  return authorized_upgrade("Sec-WebSocket-Extensions: " + std::string{offer} + "\r\n");
}

const std::vector<std::string> enabled{"--loops", "1",
                                       "--set",   "websocket.compression=true",
                                       "--set",   "websocket.compression_threshold=100"};

} // namespace

TEST_CASE("Compression is not negotiated unless it is enabled") {
  node_process node;
  web_socket client{node.port(), {.request = deflate_offer("permessage-deflate")}};
  REQUIRE_FALSE(client.answer().has_header("Sec-WebSocket-Extensions"));
  client.subscribe("s", "/default/a");
  http_client http{node.port()};
  const auto event = '"' + std::string(1000, 'x') + '"';
  http.publish("/default/a", {event});
  REQUIRE(client.read_event("s") == event);
}

TEST_CASE("Large events reach a client that negotiated compression compressed") {
  node_process node{{.flags = enabled}};
  web_socket packed{node.port(),
                    {.request = deflate_offer("permessage-deflate; client_max_window_bits")}};
  REQUIRE(packed.answer().header("Sec-WebSocket-Extensions").starts_with("permessage-deflate"));
  web_socket plain{node.port()};
  REQUIRE_FALSE(plain.answer().has_header("Sec-WebSocket-Extensions"));
  packed.subscribe("one", "/default/a");
  packed.subscribe("two", "/default/a");
  plain.subscribe("s", "/default/a");
  http_client http{node.port()};
  const auto event = '"' + std::string(1000, 'x') + "é\"";
  for (int again = 0; again < 3; ++again) {
    http.publish("/default/a", {event, "7"});
    for (const auto* id : {"one", "two"}) {
      const auto frame = packed.read_frame();
      REQUIRE(frame.payload.size() < 200);
      REQUIRE(inflated(frame) == R"({"type":"data","id":")" + std::string{id} + R"(","event":"\")" +
                                     event.substr(1, event.size() - 2) + R"(\""})");
      REQUIRE(packed.read_event(id) == "7");
    }
    REQUIRE(plain.read_event("s") == event);
    REQUIRE(plain.read_event("s") == "7");
  }
}

TEST_CASE("A client may send compressed messages once that is negotiated") {
  node_process node{{.flags = enabled}};
  web_socket client{node.port(), {.request = deflate_offer("permessage-deflate")}};
  // One stored block of RFC 1951 that is not the last one, and an empty one without its end.
  const auto text = subscribe_text("s", "/default/a");
  const auto size = text.size();
  std::string stored{'\0'};
  for (const auto part : {size & 0xFF, size >> 8, ~size & 0xFF, ~size >> 8 & 0xFF})
    stored += static_cast<char>(part);
  stored += text + std::string{"\0", 1};
  client.send({.payload = stored, .reserved = 4});
  REQUIRE(client.read_text() == R"({"type":"subscribe_success","id":"s"})");
  client.send({.payload = "\xFF\xFF\xFF", .reserved = 4});
  const auto code = client.read_close();
  REQUIRE((code == 1002 || code == 1007));
}

} // namespace actormesh::process
