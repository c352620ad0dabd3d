#include "net/websocket/deflate.hpp"
#include "tests/attacks/attacked_node.hpp"
#include "tests/attacks/crowd.hpp"
#include "text/base64.hpp"

#include <catch2/catch.hpp>

namespace actormesh::process {

namespace {

constexpr std::size_t many = 100;
constexpr std::size_t mebibyte = 1024 * 1024;

std::string nested(std::size_t depth, std::string_view open, std::string_view close) {
  std::string text;
  for (std::size_t i = 0; i < depth; ++i)
    text += open;
  text += '1';
  for (std::size_t i = 0; i < depth; ++i)
    text += close;
  return text;
}

/// JSON nobody should follow to its end.
std::vector<std::string> deep_texts() {
  return {nested(100'000, "[", "]"), nested(100'000, "{\"a\":", "}"), std::string(200'000, '['),
          nested(100'000, "[{\"a\":", "}]")};
}

/// Sends what the node takes until it has ended the connection, and returns the answer.
std::string send_until_ended(std::uint16_t port, std::string_view start, std::string_view more) {
  raw_client attacker{port};
  try {
    attacker.send(start);
    for (int i = 0; i < 64 && !attacker.has_input(); ++i)
      attacker.send(more);
  } catch (const std::system_error&) {
    // It has.
  }
  return attacker.read_to_end();
}

} // namespace

TEST_CASE("Headers and bodies beyond their limits are refused before they are stored") {
  attacked_node node;
  const std::string megabyte(mebibyte, 'x');
  const std::string post = "POST /event HTTP/1.1\r\nHost: a\r\n";
  for (int i = 0; i < 20; ++i) {
    CHECK(send_until_ended(node.port(), "GET /", megabyte).starts_with("HTTP/1.1 431 "));
    CHECK(send_until_ended(node.port(), post + "X: ", megabyte).starts_with("HTTP/1.1 431 "));
    CHECK(send_until_ended(node.port(), post + "Content-Length: 10000000000\r\n\r\n", megabyte)
              .starts_with("HTTP/1.1 413 "));
    CHECK(send_until_ended(node.port(), post + "Transfer-Encoding: chunked\r\n\r\n",
                           "100000\r\n" + megabyte + "\r\n")
              .starts_with("HTTP/1.1 413 "));
    node.require_served();
  }
  node.require_recovered();
}

TEST_CASE("Headers without end in number are refused") {
  attacked_node node;
  std::string lines;
  while (lines.size() < mebibyte)
    lines += "a:\r\n";
  for (int i = 0; i < 20; ++i)
    CHECK(send_until_ended(node.port(), "GET / HTTP/1.1\r\n", lines).starts_with("HTTP/1.1 431 "));
  node.require_recovered();
}

TEST_CASE("A body of tiny chunks costs no more than another one") {
  attacked_node node;
  std::string chunks;
  for (int i = 0; i < 50'000; ++i)
    chunks += "1;extension=value\r\n \r\n";
  http_client attacker{node.port()};
  attacker.send("POST /event HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
  node.require_served();
  attacker.send(chunks);
  node.require_served();
  attacker.send("0\r\n\r\n");
  CHECK(attacker.read_answer().status == 400);
  attacker.socket().close();
  node.require_recovered();
}

TEST_CASE("JSON that is nested deeply is refused in bodies, in events and in frames") {
  attacked_node node;
  http_client http{node.port()};
  for (const auto& deep : deep_texts()) {
    CAPTURE(deep.substr(0, 20));
    for (const auto& body :
         {deep, R"({"channel":"/default/a","events":["1"],"other":)" + deep + "}",
          R"({"channel":"/default/a","events":)" + deep + "}"})
      CHECK(http.ask(http_request("POST", "/event", key_line(), body)).status == 400);
    const auto answer = http.ask(publish_request("/default/a", {deep.substr(0, 100'000)}));
    CHECK((answer.status == 400 || answer.body.find("\"successful\":[]") != std::string::npos));

    web_socket client{node.port()};
    const auto first = client.ask(R"({"type":"subscribe","id":"s","authorization":)" + deep + "}");
    CHECK(first.find("error") != std::string::npos);
    CHECK(client.ask(deep).find("error") != std::string::npos);
    const auto second = client.ask(publish_text("p", "/default/a", {deep.substr(0, 100'000)}));
    CHECK(second.find("publish_success") == std::string::npos);
    client.socket().close();
  }
  http.socket().close();
  node.require_recovered();
}

TEST_CASE("Deep JSON in the sub-protocol of a connection is refused") {
  attacked_node node;
  for (const auto& deep : {std::string(8'000, '['), nested(4'000, "[", "]")}) {
    web_socket client{node.port(),
                      {.request = upgrade_request(
                           "Sec-WebSocket-Protocol: aws-appsync-event-ws, header-" +
                           text::encode_base64url(R"({"x-api-key":)" + deep + "}") + "\r\n")}};
    CHECK(client.ask(R"({"type":"connection_init"})").find("connection_error") !=
          std::string::npos);
    client.socket().close();
  }
  node.require_recovered();
}

TEST_CASE("Events, ids, channels and keys of any size do no harm") {
  attacked_node node;
  const std::string long_text(mebibyte, 'x');
  {
    web_socket client{node.port()};
    http_client http{node.port()};
    for (int i = 0; i < 20; ++i) {
      for (const auto& text :
           {publish_text(long_text, "/default/a", {"1"}), publish_text("p", "/" + long_text, {"1"}),
            subscribe_text(long_text, "/default/a"), subscribe_text("s", "/default/" + long_text),
            unsubscribe_text(long_text), "{\"type\":\"" + long_text + "\"}"}) {
        const auto reply = client.ask(text);
        CHECK(reply.find("error") != std::string::npos);
        CHECK(reply.size() < 1'000);
      }
      // Of an event that is too large only that is said.
      for (const auto& reply :
           {client.ask(publish_text("p", "/default/a", {json_string(long_text)})),
            http.ask(publish_request("/default/a", {json_string(long_text)})).body}) {
        CHECK(reply.find("\"successful\":[]") != std::string::npos);
        CHECK(reply.size() < 1'000);
      }
      node.require_served();
    }
    client.socket().close();
    http.socket().close();
  }
  node.require_recovered();
}

TEST_CASE("Frames that claim more than they may are refused for what they claim") {
  attacked_node node{{.flags = attack_flags({"websocket.close_timeout=200ms"})}};
  crowd attackers{node.port(), many};
  attackers.send(authorized_upgrade());
  attackers.wait_until_received("\r\n\r\n");
  attackers.send(std::string{"\x81\xFF\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF\0\0\0\0", 14});
  attackers.wait_until_ended(many);
  for (const auto& each : attackers.received())
    CHECK(each.find("\x88\x02\x03\xF1") != std::string::npos); // 1009
  node.require_recovered();
}

TEST_CASE("Messages that decompress without end are stopped at their limit") {
  attacked_node node{
      {.flags = attack_flags({"websocket.compression=true", "websocket.close_timeout=200ms"})}};
  // 64 MiB in 64 KiB.
  const auto bomb = websocket::deflate_tail(std::string(64 * mebibyte, ' '));
  REQUIRE(bomb.size() < 128 * 1024);
  const auto upgrade = authorized_upgrade("Sec-WebSocket-Extensions: permessage-deflate\r\n");
  for (std::size_t i = 0; i < many / 2; ++i) {
    web_socket attacker{node.port(), {.request = upgrade}};
    attacker.send({.payload = bomb, .reserved = 4});
    CHECK(attacker.read_close() == 1009);
    node.require_served();
  }
  // In fragments, a byte each, with what belongs to nothing behind them.
  web_socket attacker{node.port(), {.request = upgrade}};
  attacker.send({.payload = bomb.substr(0, 1), .fin = false, .reserved = 4});
  for (std::size_t i = 1; i < 10'000; ++i)
    attacker.send({.what = opcode::continuation, .payload = bomb.substr(i, 1), .fin = i == 9'999});
  const auto code = attacker.read_close();
  CHECK((code == 1007 || code == 1009));
  attacker.socket().close();
  node.require_recovered();
}

} // namespace actormesh::process
