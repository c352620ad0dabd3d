/// Those who dial a node with TLS and are not of its mesh.
#include "tests/mesh_security/nodes.hpp"
#include "tests/mesh_security/test_peer.hpp"

#include <catch2/catch.hpp>

#include <functional>
#include <random>

namespace actormesh::mesh_security {

using namespace std::chrono_literals;
using security = linked_nodes::security;

namespace {

using process::node_process;

/// Who comes with a certificate that is not good, and what the node says of it.
struct stranger {
  std::string what;
  std::string name;
  std::optional<certificates::wanted> certificate;
  std::string detail;
};

/// Dials, does TLS, and says what a node would.
void knock(std::uint16_t port, const peer_tls& how, const std::string& name,
           const std::function<void(test_peer&)>& then) {
  test_peer peer{port};
  static_cast<void>(peer.start_tls(test_peer::side::dialed, how));
  static_cast<void>(peer.send_unless_cut(test_peer::frame_of(hello_of(name))));
  then(peer);
}

} // namespace

TEST_CASE("Nobody gets in whose certificate is not good") {
  linked_nodes nodes{security::tls};
  const std::vector<stranger> all{
      {"none", "x", std::nullopt, "peer did not return a certificate"},
      {"another CA", "x", certificates::wanted{.ca = "other"}, "certificate"},
      {"expired", "x", certificates::wanted{.begins = -24h * 10, .life = std::chrono::days{5}},
       "certificate has expired"},
      {"not yet valid", "x", certificates::wanted{.begins = 24h * 5},
       "certificate is not yet valid"},
      // As if it were of this node itself, or of the one that has a link.
      {"another CA, name of a node", "b", certificates::wanted{.ca = "other"}, "certificate"},
      {"expired, name of a node", "b",
       certificates::wanted{.begins = -24h * 10, .life = std::chrono::days{5}},
       "certificate has expired"},
  };
  std::uint64_t refused = 0;
  for (const auto& each : all) {
    INFO(each.what);
    const auto before = nodes.a().log().size();
    peer_tls how;
    if (each.certificate)
      how.files = nodes.papers().issue(each.name, *each.certificate);
    knock(nodes.mesh_port_of_a(), how, each.name, [](test_peer& peer) {
      // Not a byte of the mesh: no welcome, no refuse.
      REQUIRE(peer.read_to_end().empty());
    });
    wait_for_refused(nodes.a(), "no_certificate", ++refused);
    // What has been said already is not said again.
    if (each.name == "x") {
      nodes.a().wait_for_log("no_certificate", before);
      nodes.a().wait_for_log(each.detail, before);
    }
    nodes.require_untouched();
  }
}

TEST_CASE("Nobody gets in with the certificate of somebody else") {
  linked_nodes nodes{security::tls};
  const auto of_client = nodes.papers().issue("x", {.role = config::mesh_role::client});
  struct impostor {
    config::mesh_tls_settings files;
    std::string name;
  };
  const std::vector<impostor> all{
      {of_client, "x"},
      {nodes.papers().issue("y"), "x"},
      {nodes.papers().issue("y"), "b"}, // Which has a link.
      {nodes.papers().issue("y"), "a"}, // Who is dialed.
  };
  std::uint64_t refused = 0;
  for (const auto& each : all) {
    INFO(each.files.certificate << " as " << each.name);
    const auto before = nodes.a().log().size();
    knock(nodes.mesh_port_of_a(), {each.files}, each.name, [](test_peer& peer) {
      const auto got = peer.read<mesh::refuse>();
      REQUIRE(static_cast<mesh::refusal>(got.why) == mesh::refusal::wrong_certificate);
      REQUIRE(peer.read_to_end().empty());
    });
    wait_for_refused(nodes.a(), "wrong_certificate", ++refused);
    if (refused < 3)
      nodes.a().wait_for_log("wrong_certificate", before);
    nodes.require_untouched();
  }
}

TEST_CASE("A node without TLS gets into no mesh that has it, and both say so") {
  linked_nodes nodes{security::tls};
  node_process plain{mesh_node("x", {"--join", mesh_address(nodes.a())})};
  wait_for(nodes.a(), "a refusal",
           [](const mesh_view& now) { return now.refused("no_certificate") >= 2; });
  nodes.a().wait_for_log("no_certificate");
  plain.wait_for_log("mesh connection failed");
  REQUIRE(look_at(plain).peers_up() == 0);
  REQUIRE(look_at(nodes.a()).peers_up() == 1);
  nodes.require_untouched();
}

TEST_CASE("A node with TLS gets into no mesh that has none, and both say so") {
  linked_nodes nodes{security::plain};
  auto flags = tls_flags(nodes.papers().issue("x"));
  flags.insert(flags.end(), {"--join", mesh_address(nodes.a())});
  node_process other{mesh_node("x", flags)};
  wait_for(nodes.a(), "a refusal",
           [](const mesh_view& now) { return now.refused("bad_frame") >= 2; });
  nodes.a().wait_for_log("bad_frame");
  other.wait_for_log("mesh connection failed");
  REQUIRE(look_at(other).peers_up() == 0);
  nodes.require_untouched();
}

TEST_CASE("A node of another CA gets in nowhere, and both say so") {
  linked_nodes nodes{security::tls};
  auto flags = tls_flags(nodes.papers().issue("x", {.ca = "other"}));
  flags.insert(flags.end(), {"--join", mesh_address(nodes.a())});
  node_process other{mesh_node("x", flags)};
  // It refuses a as much as a refuses it.
  wait_for(nodes.a(), "a refusal",
           [](const mesh_view& now) { return now.refused("no_certificate") >= 3; });
  nodes.a().wait_for_log("no_certificate");
  nodes.a().wait_for_log("unknown ca");
  other.wait_for_log("mesh connection failed");
  other.wait_for_log("certificate in certificate chain");
  REQUIRE(look_at(other).peers_up() == 0);
  REQUIRE(look_at(nodes.a()).peers_up() == 1);
  nodes.require_untouched();
}

TEST_CASE("Garbage instead of TLS is cut off and counted") {
  linked_nodes nodes{security::tls};
  const auto files = open_files(nodes.a().pid());
  using namespace std::string_literals;
  std::vector<std::string> all{
      "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
      std::string(64, '\0'),
      std::string(100'000, '\xFF'),
      test_peer::frame_of(hello_of("x")),
      // A handshake record that is no handshake, an alert, and data before there is a key.
      "\x16\x03\x01\x00\x10"s + std::string(16, 'x'),
      "\x15\x03\x01\x00\x02\x02\x28"s,
      "\x17\x03\x03\x00\x10"s + std::string(16, 'x'),
      // Longer than a record may be.
      "\x16\x03\x01\xFF\xFF"s + std::string(65'535, 'x'),
      // A hello of TLS 1.2 with nothing in it that could be used.
      "\x16\x03\x01\x00\x2D\x01\x00\x00\x29\x03\x03"s + std::string(32, 'r') +
          "\x00\x00\x02\x00\xFF\x01\x00"s,
  };
  std::mt19937 random{4711};
  for (int i = 0; i < 50; ++i) {
    std::string bytes;
    for (int k = 0; k < 300; ++k)
      bytes += static_cast<char>(random() & 0xFF);
    all.push_back(bytes);
  }
  std::uint64_t refused = 0;
  for (const auto& each : all) {
    INFO(refused);
    test_peer peer{nodes.mesh_port_of_a()};
    static_cast<void>(peer.send_unless_cut(each));
    static_cast<void>(peer.read_to_end());
    wait_for_refused(nodes.a(), "no_certificate", ++refused);
  }
  nodes.a().wait_for_log("no_certificate");
  nodes.require_untouched();
  wait_for_open_files(nodes.a(), files);
}

TEST_CASE("Many failed handshakes at once leave the links alone") {
  linked_nodes nodes{security::tls};
  const auto files = open_files(nodes.a().pid());
  const auto of_others = nodes.papers().issue("x", {.ca = "other"});
  std::uint64_t refused = 0;
  for (int round = 0; round < 10; ++round) {
    std::vector<test_peer> peers;
    for (int i = 0; i < 20; ++i)
      peers.emplace_back(nodes.mesh_port_of_a());
    for (std::size_t i = 0; i < peers.size(); ++i) {
      if (i % 2 == 0)
        static_cast<void>(peers[i].send_unless_cut("no TLS at all"));
      else
        static_cast<void>(peers[i].start_tls(test_peer::side::dialed, {of_others}));
    }
    nodes.require_untouched();
    for (auto& each : peers)
      static_cast<void>(each.read_to_end());
    wait_for_refused(nodes.a(), "no_certificate", refused += peers.size());
  }
  wait_for_open_files(nodes.a(), files);
  nodes.require_untouched();
}

} // namespace actormesh::mesh_security
