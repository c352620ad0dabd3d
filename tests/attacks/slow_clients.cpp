#include "tests/attacks/attacked_node.hpp"
#include "tests/attacks/crowd.hpp"

#include <catch2/catch.hpp>

#include <deque>

namespace actormesh::process {

namespace {

constexpr std::size_t many = 300;

/// The beginning of a text frame of 1,000,000 bytes.
const std::string half_frame{"\x81\xFF\0\0\0\0\0\x0F\x42\x40\0\0\0\0", 14};

const std::string wrong_upgrade =
    upgrade_request("Sec-WebSocket-Protocol: aws-appsync-event-ws, " +
                    header_protocol("da2-aaaaaaaaaaaaaaaaaaaaaaaaaa") + "\r\n");

/// A byte from each at a time, as often as others are served, until the node has had enough.
void trickle(attacked_node& node, crowd& attackers, std::string_view byte) {
  auto all = attackers.ended();
  all += attackers.open();
  const auto until = std::chrono::steady_clock::now() + patience;
  while (attackers.ended() < all && std::chrono::steady_clock::now() < until) {
    attackers.send(byte);
    node.require_healthy();
  }
  REQUIRE(attackers.ended() == all);
}

} // namespace

TEST_CASE("Headers that trickle in end, and hold nobody up") {
  attacked_node node{{.flags = attack_flags({"http.header_timeout=500ms"})}};
  crowd attackers{node.port(), many};
  attackers.send("GET /healthz HTTP/1.1\r\nHost: a\r\nX: ");
  trickle(node, attackers, "x");
  node.require_recovered();
}

TEST_CASE("Bodies that trickle in end, and hold nobody up") {
  attacked_node node{{.flags = attack_flags({"http.body_timeout=500ms"})}};
  for (const auto* how : {"Content-Length: 1000000", "Transfer-Encoding: chunked"}) {
    INFO(how);
    crowd attackers{node.port(), many};
    attackers.send("POST /event HTTP/1.1\r\nHost: a\r\n" + std::string{how} + "\r\n\r\n");
    trickle(node, attackers, "1");
  }
  node.require_recovered();
}

TEST_CASE("WebSocket frames that trickle in hold nobody up") {
  attacked_node node;
  crowd attackers{node.port(), many};
  attackers.send(authorized_upgrade());
  attackers.wait_until_received("\r\n\r\n");
  attackers.send(half_frame);
  for (int i = 0; i < 20; ++i) {
    attackers.send("x");
    node.require_healthy();
  }
  REQUIRE(attackers.ended() == 0);
  attackers.leave();
  node.require_recovered();
}

TEST_CASE("WebSocket frames that trickle in for too long end, and hold nobody up") {
  attacked_node node{{.flags = attack_flags(
                          {"websocket.message_timeout=500ms", "websocket.close_timeout=200ms"})}};
  crowd attackers{node.port(), many};
  attackers.send(authorized_upgrade());
  attackers.wait_until_received("\r\n\r\n");
  attackers.send(half_frame);
  trickle(node, attackers, "x");
  for (const auto& each : attackers.received())
    CHECK(each.find("\x88\x02\x03\xF0") != std::string::npos); // 1008
  node.require_recovered();
}

TEST_CASE("A client that is refused does not stay by never finishing a frame") {
  attacked_node node{{.flags = attack_flags({"websocket.close_timeout=200ms"})}};
  crowd attackers{node.port(), many};
  attackers.send(wrong_upgrade);
  attackers.wait_until_received("\r\n\r\n");
  attackers.send(std::string{"\x81\xFE\x03\xE8\0\0\0\0", 8});
  trickle(node, attackers, "x");
  node.require_recovered();
}

TEST_CASE("Long messages of clients that are refused are not collected") {
  attacked_node node{{.flags = attack_flags({"websocket.close_timeout=200ms"})}};
  crowd attackers{node.port(), many};
  attackers.send(wrong_upgrade);
  attackers.wait_until_received("\r\n\r\n");
  attackers.send(half_frame);
  trickle(node, attackers, std::string(64 * 1024, 'x'));
  for (const auto& each : attackers.received())
    CHECK(each.find("\x88\x02\x03\xF1") != std::string::npos); // 1009
  node.require_recovered();
}

TEST_CASE("Subscribers that never read are cut off and their memory is given back") {
  attacked_node node;
  constexpr std::size_t count = 20;
  std::deque<web_socket> attackers;
  for (std::size_t i = 0; i < count; ++i) {
    attackers.emplace_back(node.port(), web_socket::options{.receive_buffer = 4096});
    attackers.back().subscribe("s", "/default/much");
  }
  http_client publisher{node.port()};
  const auto event = json_string(std::string(200'000, 'x'));
  constexpr int most = 400;
  int published = 0;
  while (published < most && node.numbers()["actormesh_websocket_connections"] > 1) {
    publisher.publish("/default/much", {event, event, event, event, event});
    node.require_served();
    ++published;
  }
  REQUIRE(published < most);
  publisher.socket().close();
  attackers.clear();
  node.require_recovered();
}

TEST_CASE("Clients that never read their answers hold nobody up") {
  attacked_node node;
  std::string requests;
  while (requests.size() < 64 * 1024)
    requests += http_request("GET", "/metrics");
  constexpr std::size_t count = 20;
  std::deque<raw_client> attackers;
  for (std::size_t i = 0; i < count; ++i)
    attackers.emplace_back(node.port(), raw_client::options{.receive_buffer = 4096});
  // As much as fits: the node stops reading before it stores without bound.
  for (std::size_t sent = 1; sent != 0;) {
    sent = 0;
    for (auto& each : attackers)
      sent += each.send_some(requests);
    node.require_served();
  }
  node.require_healthy();
  for (auto& each : attackers)
    each.reset();
  node.require_recovered();
}

} // namespace actormesh::process
