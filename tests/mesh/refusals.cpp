#include "tests/mesh/traffic.hpp"
#include "tests/process/http_client.hpp"
#include "tests/process/raw_client.hpp"
#include "tests/process/web_socket.hpp"

#include <catch2/catch.hpp>

#include <memory>
#include <optional>
#include <random>
#include <vector>

namespace actormesh::mesh_tests {

using namespace std::chrono_literals;

namespace {

/// Waits until the node has refused so many for this reason.
void wait_for_refusals(const ledger::place& of, const std::string& reason, std::uint64_t count) {
  wait_for_mesh_page(of, std::to_string(count) + " refused: " + reason,
                     [&](const mesh_page& now) { return now.refused.at(reason) >= count; });
}

/// A node beside those of a mesh, which dials the first of them.
process::node_options stranger(const mesh_nodes& nodes, std::vector<std::string> flags) {
  flags.insert(flags.end(), {"--loops", "1", "--mesh-listen", "127.0.0.1:0", "--join",
                             nodes.mesh_address(0), "--set", "mesh.retry_max=100ms"});
  return {.flags = flags};
}

/// Two nodes that take no nonsense, and go on.
struct pair_of_nodes {
  explicit pair_of_nodes(std::vector<std::string> settings = {})
    : nodes{{.size = 2, .settings = std::move(settings)}} {
    nodes.start_all();
    client.emplace(nodes.place(1).port);
    client->subscribe("s", "/default/a");
  }

  void require_service() {
    process::http_client http{nodes.place(0).port};
    for (int i = 0; i < 10; ++i) {
      http.publish("/default/a", {std::to_string(i)});
      REQUIRE(client->read_event("s") == std::to_string(i));
    }
    const auto page = nodes.page(0);
    INFO(page.text);
    REQUIRE(page.peers.size() == 1);
    REQUIRE(page.is_up("b"));
  }

  mesh_nodes nodes;
  std::uint16_t mesh_port = nodes.mesh_port(0);
  std::optional<process::web_socket> client; ///< At b, while the nonsense is at a.
};

} // namespace

TEST_CASE("A second node of the same name is refused, and both say so") {
  mesh_nodes nodes{{.size = 2}};
  nodes.start_all();
  const auto incarnation = nodes.page(0).find("b")->incarnation;
  process::node_process second{stranger(nodes, {"--name", "b"})};
  wait_for_refusals(nodes.place(0), "name_in_use", 1);
  nodes.node(0).wait_for_log("name_in_use");
  second.wait_for_log("name_in_use");
  const auto page = nodes.page(0);
  INFO(page.text);
  REQUIRE(page.peers.size() == 1);
  REQUIRE(page.find("b")->incarnation == incarnation);
  REQUIRE(page.is_up("b"));
  require_that_all_comes(nodes, 20);
}

TEST_CASE("A node called like the one that it dials is refused, and both say so") {
  mesh_nodes nodes{{.size = 2}};
  nodes.start_all();
  process::node_process second{stranger(nodes, {"--name", "a"})};
  wait_for_refusals(nodes.place(0), "name_in_use", 1);
  nodes.node(0).wait_for_log("name_in_use");
  second.wait_for_log("name_in_use");
  require_that_all_comes(nodes, 20);
}

TEST_CASE("A node of another mesh is refused, and both say so") {
  mesh_nodes nodes{{.size = 2}};
  nodes.start_all();
  process::node_process other{stranger(nodes, {"--name", "x", "--set", "mesh.name=other"})};
  wait_for_refusals(nodes.place(0), "wrong_mesh", 1);
  nodes.node(0).wait_for_log("wrong_mesh");
  other.wait_for_log("wrong_mesh");
  const auto page = read_mesh_page({.node = "x", .port = other.port()});
  INFO(page.text);
  REQUIRE(page.mesh == "other");
  REQUIRE(page.peers_up() == 0);
  REQUIRE(nodes.page(0).peers.size() == 1);
  // It serves its own clients.
  process::http_client http{other.port()};
  wait_for_mesh_page({.node = "x", .port = other.port()}, "joined",
                     [](const mesh_page& now) { return now.joined; });
  http.publish("/default/a", {"1"});
}

TEST_CASE("A node that is its own seed says so once and links with others") {
  mesh_nodes nodes{{.size = 2}};
  nodes.start(0, {"--join", nodes.mesh_address(0)});
  wait_for_refusals(nodes.place(0), "self", 1);
  nodes.node(0).wait_for_log("this node itself");
  nodes.start(1);
  nodes.wait_until_linked();
  const auto page = nodes.page(0);
  INFO(page.text);
  REQUIRE(page.peers.size() == 1);
  REQUIRE(page.refused.at("self") == 1);
  require_that_all_comes(nodes, 20);
}

TEST_CASE("The same seed twice makes one link") {
  mesh_nodes nodes{{.size = 2}};
  nodes.start(0);
  nodes.start(1, {"--join", nodes.mesh_address(0), "--join",
                  "localhost" + nodes.mesh_address(0).substr(9)});
  nodes.wait_until_linked();
  require_that_all_comes(nodes, 50);
  for (const std::size_t node : {0U, 1U})
    nodes.wait_for_page(node, "one peer",
                        [](const mesh_page& now) { return now.peers.size() == 1; });
}

TEST_CASE("Nonsense on the mesh port is cut off and counted") {
  pair_of_nodes at;
  std::mt19937 random{4711};
  std::uint64_t refused = 0;
  const auto offer = [&](const std::string& bytes) {
    process::raw_client client{at.mesh_port};
    client.send(bytes);
    // Cut off by the node, not by the end of the input. It may say why before.
    (void)client.read_to_end();
    wait_for_refusals(at.nodes.place(0), "bad_frame", ++refused);
  };
  const std::string magic{"AMSH"};
  using namespace std::string_literals;
  offer("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  offer(std::string(64, '\0'));
  offer(std::string(64, '\xFF'));
  // A length of 2 GiB, and one that says nothing follows.
  offer("\x7F\xFF\xFF\xFF\x01"s);
  offer("\x00\x00\x00\x00\x01"s);
  // Frames that begin well, but are no hello or end in the middle of one.
  offer("\x00\x00\x00\x09\x01"s + magic + "\x00\x01\x00\x00"s);
  for (const char type : {'\x02', '\x04', '\x05', '\x0A', '\x0B', '\x7F'})
    offer("\x00\x00\x00\x09"s + type + std::string(8, '\x01'));
  for (int i = 0; i < 20; ++i) {
    // Lengths that are believable, or the node would wait for the rest.
    std::string bytes{"\x00\x00\x00\x3F"s};
    for (int k = 0; k < 63; ++k)
      bytes += static_cast<char>(random() & 0xFF);
    offer(bytes);
  }
  at.require_service();
}

TEST_CASE("A connection to the mesh port that says nothing is cut off in time") {
  pair_of_nodes at{{"mesh.handshake_timeout=300ms"}};
  process::raw_client silent{at.mesh_port};
  process::raw_client half{at.mesh_port};
  half.send(std::string_view{"\x00\x00\x00\x40\x01\x41\x4D", 7});
  process::raw_client slow{at.mesh_port};
  for (const char each : {'\x00', '\x00', '\x00'})
    slow.send(std::string_view{&each, 1});
  for (auto* each : {&silent, &half, &slow})
    (void)each->read_to_end();
  wait_for_refusals(at.nodes.place(0), "handshake_timeout", 3);
  at.require_service();
}

TEST_CASE("The mesh port has room for so many connections that say nothing") {
  pair_of_nodes at{{"mesh.max_handshakes=4", "mesh.handshake_timeout=1m"}};
  std::vector<std::unique_ptr<process::raw_client>> silent;
  for (int i = 0; i < 4; ++i)
    silent.push_back(std::make_unique<process::raw_client>(at.mesh_port));
  std::uint64_t refused = 0;
  for (int i = 0; i < 20; ++i) {
    process::raw_client another{at.mesh_port};
    (void)another.read_to_end();
    wait_for_refusals(at.nodes.place(0), "too_many", ++refused);
  }
  at.require_service();
  // A place that is free again is taken by a node.
  silent.clear();
  at.client.reset();
  at.nodes.stop(1);
  at.nodes.start(1);
  at.nodes.wait_until_linked();
}

} // namespace actormesh::mesh_tests
