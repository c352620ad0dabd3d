/// Peers that have a link and do not behave.
#include "tests/mesh_security/nodes.hpp"
#include "tests/mesh_security/test_peer.hpp"
#include "tests/process/http_client.hpp"
#include "tests/process/sanitizers.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

namespace actormesh::mesh_security {

using namespace std::string_literals;
using security = linked_nodes::security;

namespace {

std::string frame(mesh::frame_type type, const std::string& body) {
  const auto length = body.size() + 1;
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8)
    bytes += static_cast<char>(length >> shift & 0xFF);
  return bytes + static_cast<char>(type) + body;
}

mesh::interest snapshot_of(std::vector<std::string> keys) {
  mesh::interest made;
  made.number = 1;
  made.flags = mesh::interest::snapshot_begins | mesh::interest::snapshot_ends;
  made.gained = std::move(keys);
  return made;
}

} // namespace

TEST_CASE("A peer that sends malformed frames loses its link, and that is all") {
  const auto how = GENERATE(security::plain, security::tls);
  linked_nodes nodes{how};
  const auto files = open_files(nodes.a().pid());
  using mesh::frame_type;
  const auto varint_without_end = std::string(64, '\xFF');
  const std::vector<std::string> all{
      // No frame.
      std::string(64, '\0'),
      std::string(64, '\xFF'),
      "\x7F\xFF\xFF\xFF\x0B"s,
      // A type that does not exist, or not here.
      frame(static_cast<frame_type>(0), "x"),
      frame(static_cast<frame_type>(14), "x"),
      frame(static_cast<frame_type>(255), ""),
      frame(frame_type::hello, "x"),
      test_peer::frame_of(hello_of("z")),
      test_peer::frame_of(mesh::welcome{}),
      test_peer::frame_of(mesh::confirm{}),
      test_peer::frame_of(mesh::start{}),
      test_peer::frame_of(mesh::refuse{}),
      frame(frame_type::client_request, "x"),
      // Events that end in their middle, or say that there are more than there are.
      frame(frame_type::events, "\x10x"),
      frame(frame_type::events, "\x01x\x05y"),
      frame(frame_type::events, "\x01x\xFF\xFF\xFF\x7F"),
      frame(frame_type::events, "\x01x\x01\xFF\xFF\xFF\x7F"),
      frame(frame_type::events, varint_without_end),
      // Interest likewise, and what was never told.
      frame(frame_type::interest, ""),
      frame(frame_type::interest, std::string(8, '\0') + "\x03\xFF\xFF\xFF\x7F"),
      frame(frame_type::interest, std::string(8, '\0') + "\x03" + varint_without_end),
      frame(frame_type::interest_seen, "x"),
      test_peer::frame_of(mesh::interest_seen{1'000'000}),
      test_peer::frame_of(mesh::interest_seen{UINT64_MAX}),
      // More than was sent.
      frame(frame_type::events_seen, "x"),
      test_peer::frame_of(mesh::events_seen{1}),
      test_peer::frame_of(mesh::events_seen{UINT64_MAX}),
      frame(frame_type::peers, "\xFF\xFF\xFF\x7F"),
      frame(frame_type::peers, varint_without_end),
      frame(frame_type::peers, "\x01\x01x"),
  };
  std::size_t count = 0;
  for (const auto& each : all) {
    INFO(count++);
    const auto before = nodes.a().log().size();
    test_peer peer{nodes.mesh_port_of_a()};
    if (how == security::tls)
      REQUIRE(peer.start_tls(test_peer::side::dialed, {nodes.papers().issue("z")}));
    peer.link(hello_of("z"));
    static_cast<void>(peer.send_unless_cut(each));
    static_cast<void>(peer.read_to_end());
    // Nobody listens where z could be dialed, so it is known as gone.
    wait_for(nodes.a(), "the end of the link", [](const mesh_view& now) {
      return now.error_of("z") == "sent what cannot be understood";
    });
    nodes.a().wait_for_log("mesh link down", before);
  }
  // Those were the links of z.
  REQUIRE(count_in_log(nodes.a(), "mesh link down peer=z") == all.size());
  REQUIRE(count_in_log(nodes.b(), "mesh link down") == 0);
  REQUIRE(look_at(nodes.a()).is_up("b"));
  wait_for_open_files(nodes.a(), files);
}

TEST_CASE("What peers leave half done is given back") {
  linked_nodes nodes{security::tls};
  const auto files = open_files(nodes.a().pid());
  const auto papers = nodes.papers().issue("z");
  const auto round = [&] {
    test_peer peer{nodes.mesh_port_of_a()};
    REQUIRE(peer.start_tls(test_peer::side::dialed, {papers}));
    peer.link(hello_of("z"));
    peer.say(snapshot_of({"/default/x"}));
    // The most of a large frame, and then no more.
    peer.send("\x00\x80\x00\x00\x0B"s + std::string(4'000'000, 'x'));
    peer.close();
    wait_for(nodes.a(), "the end of the link",
             [](const mesh_view& now) { return !now.is_up("z"); });
  };
  for (int i = 0; i < 5; ++i)
    round();
  const auto before = resident_bytes(nodes.a().pid());
  for (int i = 0; i < 50; ++i)
    round();
  wait_for_open_files(nodes.a(), files);
  constexpr std::size_t slack = 32U * 1024 * 1024;
  if (!process::sanitized)
    REQUIRE(resident_bytes(nodes.a().pid()) < before + slack);
}

TEST_CASE("A link may end in the middle of TLS without taking others along") {
  linked_nodes nodes{security::tls};
  const auto papers = nodes.papers().issue("z");
  for (int i = 0; i < 20; ++i) {
    test_peer peer{nodes.mesh_port_of_a()};
    REQUIRE(peer.start_tls(test_peer::side::dialed, {papers}));
    peer.link(hello_of("z"));
    // Not encrypted: a record that is none.
    REQUIRE(peer.send_some("\x17\x03\x03\x00\x20 this was never encrypted at all"s) != 0);
    static_cast<void>(peer.read_to_end());
    wait_for(nodes.a(), "the end of the link",
             [](const mesh_view& now) { return !now.is_up("z"); });
  }
  REQUIRE(count_in_log(nodes.b(), "mesh link down") == 0);
  REQUIRE(look_at(nodes.a()).is_up("b"));
}

TEST_CASE("A peer that asks and never reads the answers is cut off") {
  linked_nodes nodes{security::plain};
  const auto files = open_files(nodes.a().pid());
  const auto before = resident_bytes(nodes.a().pid());
  test_peer peer{nodes.mesh_port_of_a()};
  peer.link(hello_of("z"));
  // Each is answered by a whole snapshot, or by a pong.
  std::string asking;
  for (std::uint64_t i = 0; i < 1'000; ++i)
    asking += test_peer::frame_of(mesh::interest_seen{0}) + test_peer::frame_of(mesh::ping{i});
  // Until it is cut off, which is when it has not confirmed for too long, at the latest.
  constexpr std::size_t most = 200U * 1024 * 1024;
  for (std::size_t sent = 0; sent < most && peer.send_unless_cut(asking); sent += asking.size())
    if (!process::sanitized)
      REQUIRE(resident_bytes(nodes.a().pid()) < before + 64U * 1024 * 1024);
  peer.close();
  wait_for(nodes.a(), "the end of the link", [](const mesh_view& now) { return !now.is_up("z"); });
  REQUIRE(look_at(nodes.a()).is_up("b"));
  wait_for_open_files(nodes.a(), files);
}

TEST_CASE("A peer that never reads costs events for itself alone, is counted and is cut off") {
  linked_nodes nodes{
      security::plain,
      {"mesh.queue_bytes=1MiB", "mesh.heartbeat_interval=500ms", "mesh.heartbeat_timeout=3s"}};
  const auto files = open_files(nodes.a().pid());
  test_peer peer{nodes.mesh_port_of_a()};
  peer.link(hello_of("z"));
  peer.say(snapshot_of({"default/default/untouched", "default/default/flood"}));
  wait_for(nodes.a(), "the interest of z",
           [](const mesh_view& now) { return now.their_interest("z") == 2; });
  process::http_client http{nodes.a().port()};
  const auto large = '"' + std::string(100'000, 'x') + '"';
  // Until the kernel takes no more and the queue is full; a publisher is told so.
  auto full = false;
  for (int i = 0; i < 1'000 && !full; ++i)
    full = http.ask(process::publish_request("/default/flood", {large})).status != 200 ||
           look_at(nodes.a()).lost("peer_queue_full") != 0 || !look_at(nodes.a()).is_up("z");
  REQUIRE(full);
  http.socket().close();
  wait_for(nodes.a(), "the end of the link", [](const mesh_view& now) { return !now.is_up("z"); });
  REQUIRE(count_in_log(nodes.b(), "mesh link down") == 0);
  REQUIRE(look_at(nodes.a()).is_up("b"));
  wait_for(nodes.a(), "counted losses", [](const mesh_view& now) {
    return now.lost("peer_queue_full") + now.lost("peer_down") + now.lost("peer_unconfirmed") != 0;
  });
  wait_for_open_files(nodes.a(), files);
}

} // namespace actormesh::mesh_security
