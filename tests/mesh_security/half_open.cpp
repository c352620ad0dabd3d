/// Connections to the mesh port that go nowhere.
#include "tests/mesh_security/nodes.hpp"
#include "tests/mesh_security/test_peer.hpp"

#include <catch2/catch.hpp>

namespace actormesh::mesh_security {

using namespace std::string_literals;
using security = linked_nodes::security;

TEST_CASE("Who says nothing, or not enough, at the mesh port is cut off in time") {
  const auto how = GENERATE(security::plain, security::tls);
  linked_nodes nodes{how, {"mesh.handshake_timeout=500ms"}};
  const auto files = open_files(nodes.a().pid());
  const auto tls = how == security::tls;
  test_peer silent{nodes.mesh_port_of_a()};
  test_peer half{nodes.mesh_port_of_a()};
  // The beginning of a hello, of TLS or of ours.
  half.send(tls ? "\x16\x03\x01\x01\x00\x01"s : "\x00\x00\x00\x40\x01"s + "AM");
  test_peer stays{nodes.mesh_port_of_a()};
  if (tls)
    REQUIRE(stays.start_tls(test_peer::side::dialed, {nodes.papers().issue("z")}));
  stays.say(hello_of("z"));
  static_cast<void>(stays.read<mesh::welcome>());
  // It has got as far as to be welcome, but never confirms.
  for (auto* each : {&silent, &half, &stays})
    static_cast<void>(each->read_to_end());
  wait_for_refused(nodes.a(), "handshake_timeout", 3);
  nodes.a().wait_for_log("handshake_timeout");
  REQUIRE(look_at(nodes.a()).peers_up() == 1);
  nodes.require_untouched();
  wait_for_open_files(nodes.a(), files);
}

TEST_CASE("Pings do not prolong a handshake") {
  linked_nodes nodes{security::plain, {"mesh.handshake_timeout=500ms"}};
  test_peer peer{nodes.mesh_port_of_a()};
  const auto ping = test_peer::frame_of(mesh::ping{7});
  // Each is answered, so this is as slow as the node.
  while (peer.send_unless_cut(ping) && peer.read_frame()) {
  }
  wait_for_refused(nodes.a(), "handshake_timeout", 1);
  nodes.require_untouched();
}

TEST_CASE("Only so many may be in their handshake, and a node gets in when there is room") {
  const auto how = GENERATE(security::plain, security::tls);
  linked_nodes nodes{how, {"mesh.max_handshakes=4"}};
  const auto files = open_files(nodes.a().pid());
  std::vector<test_peer> silent;
  for (int i = 0; i < 4; ++i)
    silent.emplace_back(nodes.mesh_port_of_a());
  std::uint64_t refused = 0;
  for (int i = 0; i < 10; ++i) {
    test_peer another{nodes.mesh_port_of_a()};
    REQUIRE(another.read_to_end().empty());
    wait_for_refused(nodes.a(), "too_many", ++refused);
  }
  nodes.a().wait_for_log("too_many");
  nodes.require_untouched();

  auto flags =
      how == security::tls ? tls_flags(nodes.papers().issue("c")) : std::vector<std::string>{};
  flags.insert(flags.end(), {"--join", mesh_address(nodes.a())});
  process::node_process third{mesh_node("c", flags)};
  third.wait_for_log("mesh connection failed");
  silent.clear();
  wait_until_up(third, "a");
  wait_until_up(third, "b");
  wait_until_up(nodes.a(), "c");
  REQUIRE(third.stop() == 0);
  nodes.require_untouched();
  wait_for_open_files(nodes.a(), files);
}

} // namespace actormesh::mesh_security
