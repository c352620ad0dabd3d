/// What may not be said in the handshake.
#include "tests/mesh_security/nodes.hpp"
#include "tests/mesh_security/test_peer.hpp"

#include <catch2/catch.hpp>

#include <functional>
#include <map>

namespace actormesh::mesh_security {

using namespace std::string_literals;
using security = linked_nodes::security;

namespace {

std::string big_endian(std::uint32_t value) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8)
    bytes += static_cast<char>(value >> shift & 0xFF);
  return bytes;
}

/// A frame of any type with any body.
std::string any_frame(mesh::frame_type type, const std::string& body) {
  return big_endian(static_cast<std::uint32_t>(body.size() + 1)) + static_cast<char>(type) + body;
}

mesh::hello changed(const std::function<void(mesh::hello&)>& change) {
  auto made = hello_of("z");
  change(made);
  return made;
}

} // namespace

TEST_CASE("A frame that may not come in the handshake ends it") {
  linked_nodes nodes{security::plain};
  const auto files = open_files(nodes.a().pid());
  const auto hello = test_peer::frame_of(hello_of("z"));
  using mesh::frame_type;
  const std::vector<std::string> all{
      // Not a hello.
      "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
      "\x16\x03\x01\x02\x00\x01\x00\x01\xFC\x03\x03",
      std::string(64, '\0'),
      std::string(64, '\xFF'),
      // Lengths that no frame of a handshake has.
      big_endian(0) + '\x01',
      big_endian(mesh::max_handshake_frame + 1) + '\x01',
      big_endian(16U * 1024 * 1024) + '\x01',
      big_endian(0x7FFFFFFF) + '\x01',
      big_endian(0xFFFFFFFF) + '\x01',
      // A hello that is none.
      any_frame(frame_type::hello, ""),
      any_frame(frame_type::hello, "AMSH"),
      any_frame(frame_type::hello, "AMSH\x00\x01\x00\x00"s),
      any_frame(frame_type::hello, "AMSH\x00\x01\x00\x00\x00\xFF\xFF\xFF\xFF\x7F"s),
      any_frame(frame_type::hello, "AMSH\x00\x01\x00\x00\x00\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"s),
      test_peer::frame_of(changed([](mesh::hello& it) { it.magic = 0x48534d41; })),
      test_peer::frame_of(changed([](mesh::hello& it) { it.name.clear(); })),
      test_peer::frame_of(changed([](mesh::hello& it) { it.name = "no name\n\x1B[2J"; })),
      test_peer::frame_of(changed([](mesh::hello& it) { it.name = std::string(10'000, 'z'); })),
      // What only who is dialed says.
      test_peer::frame_of(mesh::welcome{}),
      test_peer::frame_of(mesh::refuse{}),
      test_peer::frame_of(mesh::start{}),
      hello + test_peer::frame_of(mesh::welcome{}),
      hello + test_peer::frame_of(mesh::refuse{}),
      hello + test_peer::frame_of(mesh::start{}),
      // Too early, or once too often.
      test_peer::frame_of(mesh::confirm{}),
      hello + hello,
      hello + any_frame(frame_type::confirm, "\xFF\xFF\xFF\xFF\xFF\xFF"),
      hello + any_frame(frame_type::confirm, "\x05"),
      test_peer::frame_of(mesh::peers{}),
      test_peer::frame_of(mesh::interest{}),
      test_peer::frame_of(mesh::interest_seen{}),
      test_peer::frame_of(mesh::events_seen{}),
      test_peer::frame_of(mesh::leave{}),
      any_frame(frame_type::events, "\x01x\x01y"),
      any_frame(frame_type::client_request, "x"),
      any_frame(frame_type::client_answer, "x"),
      any_frame(frame_type::client_events, "x"),
      hello + test_peer::frame_of(mesh::peers{}),
      hello + test_peer::frame_of(mesh::interest{}),
      hello + test_peer::frame_of(mesh::leave{}),
      hello + any_frame(frame_type::events, "\x01x\x01y"),
      // No frame of ours at all.
      any_frame(static_cast<frame_type>(0), "x"),
      any_frame(static_cast<frame_type>(14), "x"),
      any_frame(static_cast<frame_type>(255), "x"),
      hello + any_frame(static_cast<frame_type>(127), "x"),
  };
  std::uint64_t refused = 0;
  for (const auto& each : all) {
    INFO("the " << refused << "th");
    test_peer peer{nodes.mesh_port_of_a()};
    static_cast<void>(peer.send_unless_cut(each));
    static_cast<void>(peer.read_to_end());
    wait_for_refused(nodes.a(), "bad_frame", ++refused);
  }
  nodes.a().wait_for_log("bad_frame");
  const auto view = look_at(nodes.a());
  INFO(view.text());
  REQUIRE(view.peers_up() == 1);
  nodes.require_untouched();
  wait_for_open_files(nodes.a(), files);
}

TEST_CASE("A hello that does not fit is answered with the reason") {
  linked_nodes nodes{security::plain};
  struct unfit {
    mesh::hello what;
    mesh::refusal why;
  };
  const std::vector<unfit> all{
      {changed([](mesh::hello& it) { it.mesh = "other"; }), mesh::refusal::wrong_mesh},
      {changed([](mesh::hello& it) { it.mesh = std::string(9'000, 'x') + "\x1B[31m\n"; }),
       mesh::refusal::wrong_mesh},
      {changed([](mesh::hello& it) { it.major = mesh::protocol_major + 1; }),
       mesh::refusal::wrong_version},
      {changed([](mesh::hello& it) { it.major = 0; }), mesh::refusal::wrong_version},
      {changed([](mesh::hello& it) { it.name = "a"; }), mesh::refusal::name_in_use},
      {changed([](mesh::hello& it) { it.name = "b"; }), mesh::refusal::name_in_use},
  };
  std::map<mesh::refusal, std::uint64_t> refused;
  for (const auto& each : all) {
    const std::string reason = to_string(each.why);
    INFO(reason);
    test_peer peer{nodes.mesh_port_of_a()};
    peer.say(each.what);
    const auto got = peer.read<mesh::refuse>();
    REQUIRE(static_cast<mesh::refusal>(got.why) == each.why);
    REQUIRE_FALSE(got.text.empty());
    REQUIRE(got.text.size() < 500);
    static_cast<void>(peer.read_to_end());
    wait_for_refused(nodes.a(), reason, ++refused[each.why]);
    nodes.a().wait_for_log(reason);
  }
  REQUIRE(nodes.a().log().find('\x1B') == std::string::npos);
  nodes.require_untouched();
}

TEST_CASE("A hello of a later major version is answered whatever follows in it") {
  linked_nodes nodes{security::plain};
  test_peer peer{nodes.mesh_port_of_a()};
  peer.send(any_frame(mesh::frame_type::hello, "AMSH\x00\x09what nobody knows yet"s));
  REQUIRE(static_cast<mesh::refusal>(peer.read<mesh::refuse>().why) ==
          mesh::refusal::wrong_version);
  nodes.require_untouched();
}

TEST_CASE("Those who are refused and stay do not keep anything") {
  linked_nodes nodes{security::plain};
  const auto files = open_files(nodes.a().pid());
  std::vector<test_peer> peers;
  for (int i = 0; i < 100; ++i) {
    auto& peer = peers.emplace_back(nodes.mesh_port_of_a());
    peer.say(changed([](mesh::hello& it) { it.mesh = "other"; }));
    static_cast<void>(peer.read<mesh::refuse>());
  }
  wait_for_refused(nodes.a(), "wrong_mesh", peers.size());
  wait_for_open_files(nodes.a(), files);
  nodes.require_untouched();
}

} // namespace actormesh::mesh_security
