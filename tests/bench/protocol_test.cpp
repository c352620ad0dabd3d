#include "bench/wire/appsync.hpp"
#include "bench/wire/event.hpp"
#include "bench/wire/frame.hpp"
#include "bench/wire/nats.hpp"
#include "text/base64.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <string_view>

using namespace actormesh::bench;
using namespace actormesh::bench::wire;
using namespace std::string_view_literals;

namespace {

appsync_options options() {
  return {.host = "127.0.0.1:8080", .path_prefix = "/v/dev", .api_key = "da2-k", .event_bytes = 40};
}

std::string server_frame(std::string_view text) {
  std::string out;
  append_server_frame(out, opcode::text, text);
  return out;
}

std::string data_frame(std::uint64_t moment) {
  return server_frame(R"({"type":"data","id":"s1","event":")" + escape(make_event(40, moment)) +
                      "\"}");
}

/// Takes one client frame off the front of `bytes` and returns what is in it.
std::string take_frame(std::string& bytes) {
  const auto header = parse_frame_header(bytes);
  REQUIRE(header.masked);
  auto payload = bytes.substr(header.header_size, header.payload_size);
  apply_mask(payload.data(), payload.size(), bytes.data() + header.header_size - 4);
  bytes.erase(0, header.frame_size());
  return payload;
}

} // namespace

TEST_CASE("the realtime handshake names both sub-protocols and the API's path") {
  const auto request = appsync_realtime{options()}.opening();
  CHECK(request.starts_with("GET /v/dev/event/realtime HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n"));
  const auto credentials =
      actormesh::text::encode_base64url(R"({"host":"127.0.0.1:8080","x-api-key":"da2-k"})");
  CHECK(request.find("Sec-WebSocket-Protocol: aws-appsync-event-ws, header-" + credentials +
                     "\r\n") != std::string::npos);
}

TEST_CASE("an upgrade's response is waited for and must be 101") {
  CHECK(upgrade_response_size("HTTP/1.1 101 Switching Protocols\r\nUpgrade: ") == 0);
  CHECK(upgrade_response_size("HTTP/1.1 101 X\r\n\r\nmore"sv) == 18);
  CHECK_THROWS_AS(upgrade_response_size("HTTP/1.1 404 Not Found\r\n\r\n"), protocol_error);
}

TEST_CASE("the greeting initialises the connection and subscribes") {
  auto greeting = appsync_realtime{options()}.greeting("/default/a", 7);
  CHECK(take_frame(greeting) == R"({"type":"connection_init"})");
  CHECK(take_frame(greeting) == R"({"type":"subscribe","id":"subscription-000000007",)"
                                R"("channel":"/default/a","authorization":{"x-api-key":"da2-k"}})");
  CHECK(greeting.empty());
}

TEST_CASE("a publish carries one event as a string") {
  std::string out;
  appsync_realtime{options()}.append_publish(out, "/default/a", 3, 5);
  CHECK(take_frame(out) == R"({"type":"publish","id":"p3","channel":"/default/a","events":[")"
                           R"({\"t\":1000000000000000005,\"pad\":\"xxxxxx\"})"
                           R"("],"authorization":{"x-api-key":"da2-k"}})");
}

TEST_CASE("frames are counted by what they are, and the age of events is recorded") {
  const auto bytes = server_frame(R"({"type":"ka"})") + data_frame(1'000) + data_frame(1'010) +
                     server_frame(R"({"type":"publish_success","id":"p1"})") +
                     server_frame(R"({"type":"subscribe_success","id":"s1"})") +
                     server_frame(R"({"type":"connection_ack","connectionTimeoutMs":300000})");
  histogram latency;
  const auto found = appsync_realtime{options()}.read(bytes, 1'050, latency);
  CHECK(found.consumed == bytes.size());
  CHECK(found.events == 2);
  CHECK(found.accepted == 1);
  CHECK(found.subscribed == 1);
  CHECK(found.greeted == 1);
  CHECK(latency.count() == 2);
  CHECK(latency.quantile(0) == 40);
  CHECK(latency.quantile(1) == 50);
}

TEST_CASE("a frame that has not fully arrived is left for later, wherever it is cut") {
  const auto whole = data_frame(1'000);
  const auto bytes = whole + whole;
  appsync_realtime reader{options()};
  histogram latency;
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const auto found = reader.read(std::string_view{bytes}.substr(0, size), 2'000, latency);
    CHECK(found.events == size / whole.size());
    CHECK(found.consumed == found.events * whole.size());
  }
}

TEST_CASE("errors and closes of the server end the run") {
  const auto bytes = GENERATE(server_frame(R"({"type":"publish_error","id":"p1","errors":[]})"),
                              std::string{"\x88\x02\x03\xE8", 4}, std::string{"\x01\x01x"},
                              server_frame(R"({"type":"data","id":"s1","event":"1"})"));
  histogram latency;
  appsync_realtime reader{options()};
  CHECK_THROWS_AS(reader.read(bytes, 0, latency), protocol_error);
}

TEST_CASE("an HTTP publish has the length of its body") {
  std::string out;
  appsync_http{options()}.append_publish(out, "/default/a", 0, 5);
  CHECK(out == "POST /v/dev/event HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n"
               "Content-Type: application/json\r\nx-api-key: da2-k\r\nContent-Length: 84\r\n\r\n"
               R"({"channel":"/default/a","events":[")"
               R"({\"t\":1000000000000000005,\"pad\":\"xxxxxx\"})"
               R"("]})");
}

TEST_CASE("HTTP responses are counted when they are whole") {
  const auto response = "HTTP/1.1 200 OK\r\ncontent-LENGTH: 4\r\nServer: x\r\n\r\n{  }"sv;
  const auto bytes = std::string{response} + std::string{response};
  appsync_http reader{options()};
  histogram latency;
  CHECK(reader.read(bytes, 0, latency).accepted == 2);
  CHECK(reader.read(std::string_view{bytes}.substr(0, bytes.size() - 1), 0, latency).accepted == 1);
  CHECK_THROWS_AS(reader.read("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n", 0, latency),
                  protocol_error);
}

TEST_CASE("NATS messages are counted, plain and in frames") {
  const auto event = make_event(40, 100);
  const auto lines = "INFO {}\r\nPONG\r\nMSG default.a 1 40\r\n" + event + "\r\n";
  histogram latency;

  nats plain{nats_transport::plain, "h", 40};
  const auto cut = plain.read(lines + "MSG default.a 1 40\r\n{\"t", 150, latency);
  CHECK(cut.consumed == lines.size());
  CHECK(cut.events == 1);
  CHECK(cut.subscribed == 1);
  CHECK(latency.quantile(1) == 50);

  nats framed{nats_transport::websocket, "h", 40};
  CHECK(framed.read(server_frame(lines) + server_frame(lines), 150, latency).events == 2);
  CHECK_THROWS_AS(plain.read("-ERR 'Slow Consumer'\r\n", 0, latency), protocol_error);
}

TEST_CASE("a channel becomes a NATS subject") {
  std::string out;
  nats{nats_transport::plain, "h", 40}.append_publish(out, "/default/a", 0, 1);
  CHECK(out == "PUB default.a 40\r\n" + make_event(40, 1) + "\r\n");
}
