#include "tests/process/node_process.hpp"
#include "tests/process/web_socket.hpp"
#include "text/base64.hpp"

#include <catch2/catch.hpp>

namespace actormesh::process {

namespace {

constexpr const char* event_protocol = "Sec-WebSocket-Protocol: aws-appsync-event-ws";

std::string connection_error(std::string_view type, std::string_view message, unsigned code) {
  return R"({"type":"connection_error","errors":[{"errorType":)" + json_string(type) +
         R"(,"message":)" + json_string(message) + R"(,"errorCode":)" + std::to_string(code) +
         "}]}";
}

/// The client says what clients say first, and is told why not.
void require_refused(web_socket& client, const std::string& expected) {
  CHECK(client.ask(R"({"type":"connection_init"})") == expected);
  CHECK(client.read_close() == 1000);
  client.send({.what = opcode::close, .payload = "\x03\xE8"});
  CHECK(client.socket().read_to_end().empty());
}

constexpr const char* unauthorized_message = "You are not authorized to make this call.";

} // namespace

TEST_CASE("An upgrade is answered with the key's digest and the sub-protocol alone") {
  node_process node;
  web_socket client{node.port()};
  const auto& answer = client.answer();
  REQUIRE(answer.head.starts_with("HTTP/1.1 101 Switching Protocols\r\n"));
  REQUIRE(answer.header("Upgrade") == "websocket");
  REQUIRE(answer.header("Connection") == "Upgrade");
  REQUIRE(answer.header("Sec-WebSocket-Accept") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  REQUIRE(answer.header("Sec-WebSocket-Protocol") == "aws-appsync-event-ws");
  REQUIRE_FALSE(answer.has_header("Sec-WebSocket-Extensions"));
  client.require_silence();
}

TEST_CASE("Credentials are taken from each place where clients put them") {
  node_process node;
  const auto header = header_protocol(node_process::key());
  const auto upper = "header-" + actormesh::text::encode_base64url(R"({"X-API-KEY":")" +
                                                                   node_process::key() + "\"}");
  auto padded = "header-" + actormesh::text::encode_base64url(R"({"x-api-key":")" +
                                                              node_process::key() + "\"}");
  while ((padded.size() - 7) % 4 != 0)
    padded += '=';
  const std::string start = event_protocol;
  const std::vector<std::string> table{
      start + ", " + header + "\r\n",
      start + "," + header + "\r\n",
      "Sec-WebSocket-Protocol: " + header + ", aws-appsync-event-ws\r\n",
      "Sec-WebSocket-Protocol: " + header + "\r\n" + start + "\r\n",
      start + ", " + padded + "\r\n",
      start + ", " + upper + "\r\n",
      start + "\r\n" + key_line(),
      start + "\r\ncontent-encoding: amz-1.0\r\naccept: application/json\r\nX-Api-Key: " +
          node_process::key() + "\r\n",
  };
  for (const auto& headers : table) {
    INFO(headers);
    web_socket client{node.port(), {.request = upgrade_request(headers)}};
    CHECK(client.answer().header("Sec-WebSocket-Protocol") == "aws-appsync-event-ws");
    CHECK(client.ask(R"({"type":"connection_init"})") ==
          R"({"type":"connection_ack","connectionTimeoutMs":300000})");
  }
}

TEST_CASE("Names in an upgrade may be in any case") {
  node_process node;
  const auto request = "GET /event/realtime HTTP/1.1\r\nhost: a\r\nupgrade: WebSocket\r\n"
                       "connection: keep-alive, UPGRADE\r\nsec-websocket-version: 13\r\n"
                       "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                       "sec-websocket-protocol: aws-appsync-event-ws\r\n" +
                       key_line() + "\r\n";
  web_socket client{node.port(), {.request = request}};
  client.subscribe("s", "/default/a");
}

TEST_CASE("Without the sub-protocol the client gets 101 and a connection_error") {
  node_process node;
  for (const auto& headers :
       {key_line(), "Sec-WebSocket-Protocol: " + header_protocol(node_process::key()) + "\r\n",
        "Sec-WebSocket-Protocol: graphql-ws\r\n" + key_line()}) {
    INFO(headers);
    web_socket client{node.port(), {.request = upgrade_request(headers)}};
    CHECK_FALSE(client.answer().has_header("Sec-WebSocket-Protocol"));
    require_refused(client, connection_error("SubProtocolNotSupportedError",
                                             "SubProtocolNotSupportedError", 400));
  }
}

TEST_CASE("Bad credentials get 101, then a connection_error and a close") {
  node_process node;
  const std::string start = event_protocol;
  for (const auto& headers :
       {start + "\r\n", start + "\r\nx-api-key: da2-wrong\r\n",
        start + ", " + header_protocol("da2-wrong") + "\r\n", start + ", header-!\r\n",
        start + ", header-" + actormesh::text::encode_base64url("[]") + "\r\n",
        start + ", header-" + actormesh::text::encode_base64url("{}") + "\r\n",
        start + ", header-" + actormesh::text::encode_base64url(R"({"x-api-key":7})") + "\r\n",
        // A sub-protocol with credentials wins over headers.
        start + ", " + header_protocol("da2-wrong") + "\r\n" + key_line()}) {
    INFO(headers);
    web_socket client{node.port(), {.request = upgrade_request(headers)}};
    CHECK(client.answer().header("Sec-WebSocket-Protocol") == "aws-appsync-event-ws");
    require_refused(client, connection_error("UnauthorizedException", unauthorized_message, 401));
  }
}

TEST_CASE("A refused client that says nothing is told all the same") {
  node_process node;
  web_socket client{node.port(),
                    {.request = upgrade_request(std::string{event_protocol} + "\r\n")}};
  REQUIRE(client.read_text() ==
          connection_error("UnauthorizedException", unauthorized_message, 401));
  REQUIRE(client.read_close() == 1000);
}

TEST_CASE("An upgrade that is none is refused as HTTP") {
  node_process node;
  const auto accepted = authorized_upgrade();
  const auto with = [&](std::string_view line, std::string_view instead) {
    auto text = accepted;
    const auto found = text.find(line);
    REQUIRE(found != std::string::npos);
    return text.replace(found, line.size(), instead);
  };
  struct row {
    const char* name;
    std::string request;
    unsigned status;
  };
  const std::vector<row> table{
      {"no Upgrade", with("Upgrade: websocket\r\n", ""), 426},
      {"another Upgrade", with("Upgrade: websocket", "Upgrade: h2c"), 426},
      {"no Connection: Upgrade", with("Connection: Upgrade", "Connection: keep-alive"), 426},
      {"another version", with("Version: 13", "Version: 8"), 426},
      {"a short key", with("dGhlIHNhbXBsZSBub25jZQ==", "dGhl"), 400},
      {"no key", with("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", ""), 400},
      {"POST", with("GET ", "POST "), 405},
  };
  for (const auto& [name, request, status] : table) {
    INFO(name);
    http_client http{node.port()};
    const auto answer = http.ask(request, "GET");
    CHECK(answer.status == status);
    CHECK(answer.header("x-amzn-RequestId").size() == 36);
  }
}

TEST_CASE("Frames that come with the upgrade are not lost") {
  node_process node;
  raw_client client{node.port()};
  // A masked ping without a payload, in the same packet.
  client.send(authorized_upgrade() + std::string{"\x89\x80\x01\x02\x03\x04", 6});
  REQUIRE(client.read_until("\r\n\r\n").starts_with("HTTP/1.1 101 "));
  REQUIRE(client.read_bytes(2) == std::string{"\x8A\x00", 2});
}

TEST_CASE("An upgrade may follow other requests on its connection") {
  node_process node;
  web_socket client{node.port(), {.request = authorized_upgrade()}};
  raw_client mixed{node.port()};
  mixed.send(http_request("HEAD", "/healthz") + authorized_upgrade());
  REQUIRE(mixed.read_until("\r\n\r\n").starts_with("HTTP/1.1 200 "));
  REQUIRE(mixed.read_until("\r\n\r\n").starts_with("HTTP/1.1 101 "));
}

} // namespace actormesh::process
