#include "tests/attacks/attacked_node.hpp"
#include "tests/attacks/crowd.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

namespace actormesh::process {

namespace {

constexpr std::size_t ten_thousand = 10'000;
constexpr std::size_t addresses = 4;

/// A node that takes HTTP and HTTPS on one port, and the files it needs for that.
struct secure_node {
  secure_node()
    : secure_node(std::vector<std::string>{}) {}
  explicit secure_node(const std::vector<std::string>& more)
    : node{{.config = config(), .flags = attack_flags(more), .listen = false}} {}
  ~secure_node() {
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
  }
  secure_node(const secure_node&) = delete;
  secure_node& operator=(const secure_node&) = delete;

  std::string config() const {
    for (const std::vector<std::string>& step :
         {std::vector<std::string>{"mesh-ca", "init", "--name", "test"},
          {"mesh-ca", "issue", "node", "--out", "."}})
      REQUIRE(run_program(step, folder).status == 0);
    const auto file = (folder / "node").string();
    return "listeners:\n  - {address: 127.0.0.1, port: 0, tls: {mode: both, certificate: " + file +
           ".pem, key: " + file +
           ".key}}\napis:\n  - id: default\n    keys_file: keys.yaml\n"
           "    namespaces: [{name: default}]\n";
  }

  std::filesystem::path folder = make_folder();
  attacked_node node;
};

} // namespace

TEST_CASE("Ten thousand connections that say nothing hold nobody up") {
  attacked_node node;
  const auto count = crowd_size(ten_thousand);
  crowd attackers{node.port(), count, addresses};
  node.wait_for([&](const metrics& now) {
    return now["actormesh_http_connections"] >= static_cast<double>(count);
  });
  node.require_healthy();
  attackers.send("GET /healthz HT");
  node.require_healthy();
  attackers.leave();
  node.require_recovered();
}

TEST_CASE("Ten thousand connections that never begin TLS hold nobody up, and are ended") {
  secure_node secure{{"http.header_timeout=3s"}};
  auto& node = secure.node;
  const auto count = crowd_size(ten_thousand);
  crowd attackers{node.port(), count, addresses};
  node.require_healthy();
  attackers.wait_until_ended(count);
  REQUIRE(std::ranges::all_of(attackers.received(), &std::string::empty));
  node.require_recovered();
}

TEST_CASE("Handshakes of TLS that stop half way are ended") {
  secure_node secure{{"http.header_timeout=500ms"}};
  auto& node = secure.node;
  crowd attackers{node.port(), 300};
  // A record that says it has 512 bytes, and then not.
  attackers.send(std::string{"\x16\x03\x01\x02\x00\x01\x00\x01\xFC\x03\x03", 11});
  node.require_healthy();
  attackers.wait_until_ended(300);
  CHECK(node.numbers()["actormesh_connection_failures_total{reason=\"timeout\"}"] == 300);
  node.require_recovered();
}

TEST_CASE("What is no TLS after its first byte is ended at once") {
  secure_node secure{{"http.header_timeout=10m"}};
  auto& node = secure.node;
  crowd attackers{node.port(), 300};
  attackers.send("\x16GET /healthz HTTP/1.1\r\n\r\n");
  attackers.wait_until_ended(300);
  CHECK(node.numbers()["actormesh_connection_failures_total{reason=\"tls\"}"] == 300);
  node.require_recovered();
}

TEST_CASE("One address gets no more connections than it may, in or before TLS or without") {
  constexpr std::size_t most = 50;
  const std::vector<std::string> limit{"http.connections_per_address=50",
                                       "http.header_timeout=10m"};
  const auto attack = [](attacked_node& node) {
    crowd attackers{node.port(), 3 * most};
    attackers.wait_until_ended(2 * most);
    node.require_healthy();
    REQUIRE(attackers.ended() == 2 * most);
    attackers.leave();
    node.require_recovered();
  };
  SECTION("plain") {
    attacked_node node{{.flags = attack_flags(limit)}};
    attack(node);
  }
  SECTION("TLS") {
    secure_node secure{limit};
    attack(secure.node);
  }
}

TEST_CASE("WebSockets that are refused count among the connections of their address") {
  constexpr std::size_t most = 50;
  attacked_node node{
      {.flags = attack_flags({"http.connections_per_address=50", "websocket.close_timeout=1m"})}};
  const auto upgrade = [&](std::string_view key) {
    return upgrade_request("Sec-WebSocket-Protocol: aws-appsync-event-ws, " + header_protocol(key) +
                           "\r\n");
  };
  // Those that are let in make room for others.
  crowd welcome{node.port(), most};
  welcome.send(upgrade(node_process::key()));
  welcome.wait_until_received("\r\n\r\n");
  crowd attackers{node.port(), most};
  attackers.send(upgrade("da2-aaaaaaaaaaaaaaaaaaaaaaaaaa"));
  attackers.wait_until_received("\r\n\r\n");
  crowd more{node.port(), most};
  more.wait_until_ended(1);
  REQUIRE(more.received().front().empty());
  node.require_healthy();
  for (auto* each : {&welcome, &attackers, &more})
    each->leave();
  node.require_recovered();
}

} // namespace actormesh::process
