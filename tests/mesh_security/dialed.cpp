/// Those whom a node dials, and who are not who they should be.
#include "tests/mesh_security/nodes.hpp"
#include "tests/mesh_security/test_peer.hpp"

#include <catch2/catch.hpp>

namespace actormesh::mesh_security {

using namespace std::chrono_literals;

namespace {

/// A node that has nobody to dial but a test.
struct dialing_node {
  certificates papers;
  test_listener listener;
  process::node_process node{mesh_node("n", flags())};

  std::vector<std::string> flags() {
    auto made = tls_flags(papers.issue("n"));
    made.insert(made.end(), {"--join", listener.address(), "--set", "mesh.connect_timeout=2s"});
    return made;
  }
};

} // namespace

TEST_CASE("A node says nothing to who is dialed and has no good certificate") {
  struct impostor {
    std::string what;
    certificates::wanted certificate;
    std::string detail;
  };
  const std::vector<impostor> all{
      {"another CA", {.ca = "other"}, "certificate"},
      {"expired", {.begins = -24h * 10, .life = std::chrono::days{5}}, "certificate has expired"},
      {"not yet valid", {.begins = 24h * 5}, "certificate is not yet valid"},
      {"of a client", {.role = config::mesh_role::client}, "unsuitable certificate purpose"},
  };
  dialing_node at;
  for (const auto& each : all) {
    INFO(each.what);
    const auto files = at.papers.issue("x", each.certificate);
    auto peer = at.listener.accept();
    static_cast<void>(peer.start_tls(test_peer::side::accepted, {files}));
    REQUIRE(peer.read_to_end().empty());
    at.node.wait_for_log("mesh connection failed");
    at.node.wait_for_log(each.detail);
    REQUIRE(look_at(at.node).peers_up() == 0);
  }
}

TEST_CASE("A node links with nobody who has a good certificate and another name") {
  dialing_node at;
  const auto files = at.papers.issue("x");
  auto peer = at.listener.accept();
  REQUIRE(peer.start_tls(test_peer::side::accepted, {files}));
  REQUIRE(peer.read<mesh::hello>().name == "n");
  mesh::welcome answer;
  answer.name = "y";
  answer.incarnation = 1;
  peer.say(answer);
  while (const auto got = peer.read_frame())
    REQUIRE(got->type != mesh::frame_type::confirm);
  at.node.wait_for_log("mesh peer has the wrong certificate");
  REQUIRE(look_at(at.node).peers_up() == 0);
}

TEST_CASE("A node links with who has a good certificate") {
  dialing_node at;
  const auto files = at.papers.issue("x");
  auto peer = at.listener.accept();
  REQUIRE(peer.start_tls(test_peer::side::accepted, {files}));
  REQUIRE(peer.read<mesh::hello>().name == "n");
  mesh::welcome answer;
  answer.name = "x";
  answer.incarnation = 1;
  peer.say(answer);
  static_cast<void>(peer.read<mesh::confirm>());
  peer.say(mesh::start{});
  wait_until_up(at.node, "x");
}

TEST_CASE("A node whose seed speaks another language tries again and lives") {
  dialing_node at;
  for (const auto* each :
       {"HTTP/1.1 400 Bad Request\r\n\r\n", "\x15\x03\x03\x02\x02\x28", "", "x"}) {
    auto peer = at.listener.accept();
    peer.send(each);
    peer.close();
  }
  static_cast<void>(at.listener.accept());
  at.node.wait_for_log("mesh connection failed");
  REQUIRE(look_at(at.node).peers_up() == 0);
}

TEST_CASE("Who is dialed without TLS can say what it wants in the handshake") {
  using namespace std::string_literals;
  test_listener listener;
  process::node_process node{mesh_node("n", {"--join", listener.address()})};
  const auto welcome_as = [](const std::string& name) {
    mesh::welcome made;
    made.name = name;
    made.incarnation = 1;
    return test_peer::frame_of(made);
  };
  const auto hello = test_peer::frame_of(hello_of("x"));
  const auto confirm = test_peer::frame_of(mesh::confirm{});
  const auto start = test_peer::frame_of(mesh::start{});
  const std::vector<std::string> all{
      "GET / HTTP/1.1\r\n\r\n",
      std::string(64, '\0'),
      std::string(64, '\xFF'),
      hello,   // Who dials says it.
      confirm, // The same.
      start,   // Before the welcome.
      welcome_as("x") + welcome_as("x"),
      welcome_as("x") + confirm,
      welcome_as(""),
      welcome_as("not a name\n"),
      welcome_as(std::string(1'000, 'x')),
      test_peer::frame_of(mesh::leave{}),
      "\x00\x00\x00\x03\x02\xFF\xFF"s,                                     // No welcome.
      "\x00\x00\x00\x0B\x02\x00\x00\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"s, // Long lengths.
      "\x00\x00\x00\x02\x03\xC8"s,                                         // Half a refuse.
      test_peer::frame_of(mesh::refuse{200, "for a reason that is none\n\x1B[31m"}),
  };
  std::size_t count = 0;
  for (const auto& each : all) {
    INFO(count++);
    auto peer = listener.accept();
    static_cast<void>(peer.read<mesh::hello>());
    static_cast<void>(peer.send_unless_cut(each));
    static_cast<void>(peer.read_to_end());
    REQUIRE(look_at(node).peers_up() == 0);
  }
  // None of them keeps it from linking with a node.
  auto peer = listener.accept();
  static_cast<void>(peer.read<mesh::hello>());
  peer.send(welcome_as("z"));
  static_cast<void>(peer.read<mesh::confirm>());
  peer.send(start);
  wait_until_up(node, "z");
}

} // namespace actormesh::mesh_security
