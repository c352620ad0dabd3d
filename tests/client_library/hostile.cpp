#include "actors/mesh/client_frames.hpp"
#include "tests/client_library/nodes.hpp"
#include "tests/process/raw_client.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdint>
#include <exception>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace actormesh::client_tests {

namespace {

using mesh::client_operation;
using mesh::client_status;
using process::raw_client;

template <class Body> std::string frame_of(Body body) {
  caf::byte_buffer out;
  mesh::append_frame(out, std::move(body));
  return {reinterpret_cast<const char*>(out.data()), out.size()};
}

std::string frame_of(mesh::frame_type type, std::string_view body) {
  std::string out{"\0\0\0\0", 4};
  out += static_cast<char>(type);
  out += body;
  out[3] = static_cast<char>(out.size() - 4);
  return out;
}

std::string hello_of(const std::string& key) {
  mesh::hello who;
  who.role = static_cast<std::uint8_t>(mesh::peer_role::client);
  who.mesh = "actormesh";
  who.name = "raw";
  who.api = "default";
  who.credential = key;
  return frame_of(who);
}

mesh::client_request request(std::uint64_t number, client_operation what) {
  mesh::client_request made;
  made.number = number;
  made.operation = static_cast<std::uint8_t>(what);
  made.subscription = number;
  made.channel = "/default/x";
  return made;
}

/// A client that has been let in, byte by byte.
class raw_mesh_client {
public:
  explicit raw_mesh_client(const mesh_node& node, int receive_buffer = 0)
    : socket(port_of(node), {.receive_buffer = receive_buffer}) {
    socket.send(hello_of(process::node_process::key()));
    REQUIRE_FALSE(next(mesh::frame_type::welcome).empty());
  }

  static std::uint16_t port_of(const mesh_node& node) {
    return static_cast<std::uint16_t>(std::stoul(node.address.substr(node.address.find(':') + 1)));
  }

  /// The body of the next frame of a type; others are passed over.
  std::string next(mesh::frame_type wanted) {
    for (;;) {
      const auto head = socket.read_bytes(mesh::frame_header_size);
      std::size_t length = 0;
      for (const auto each : head.substr(0, 4))
        length = length << 8U | static_cast<unsigned char>(each);
      auto body = socket.read_bytes(length - 1);
      if (static_cast<mesh::frame_type>(head[4]) == wanted)
        return body;
    }
  }

  mesh::client_answer answer() {
    const auto body = next(mesh::frame_type::client_answer);
    const auto got = mesh::read_frame<mesh::client_answer>(
        {reinterpret_cast<const caf::byte*>(body.data()), body.size()});
    REQUIRE(got);
    return *got;
  }

  raw_client socket;
};

} // namespace

TEST_CASE("A client that breaks the protocol is cut off, and harms nobody") {
  mesh_node a{"a"};
  client::mesh_client other{system(), options_for({a.address})};
  recorder seen;
  other.subscribe("/default/x", seen.actor());
  seen.read_to("subscribed /default/x");
  const std::vector<std::string> broken{
      frame_of(mesh::frame_type::client_request, "\1\2\3"),
      frame_of(mesh::frame_type::client_request, std::string(40, '\xff')),
      frame_of(mesh::frame_type::interest, std::string(20, '\0')),
      frame_of(mesh::frame_type::events, "\1a\1x"),
      frame_of(mesh::frame_type::start, ""),
      frame_of(mesh::frame_type::confirm, std::string(1, '\0')),
      frame_of(static_cast<mesh::frame_type>(99), ""),
      hello_of(process::node_process::key()),
      "GET / HTTP/1.1\r\n\r\n",
      std::string(4, '\0'),
  };
  for (const auto& each : broken) {
    raw_mesh_client client{a};
    client.socket.send(each);
    static_cast<void>(client.socket.read_to_end());
  }
  // Also right behind the hello.
  for (const auto& each : broken) {
    raw_client client{raw_mesh_client::port_of(a)};
    client.send(hello_of(process::node_process::key()) + each);
    static_cast<void>(client.read_to_end());
  }
  process::http_client http{a.process.port()};
  process::wait_for_metrics(http,
                            [](const auto& now) { return now["actormesh_mesh_clients"] == 1; });
  CHECK(get(other.publish("/default/x", {"1"})).all_ok());
  CHECK(seen.next() == "/default/x 1");
}

TEST_CASE("What a client asks in the same read as its hello is answered") {
  mesh_node a{"a"};
  raw_client socket{raw_mesh_client::port_of(a)};
  socket.send(hello_of(process::node_process::key()) +
              frame_of(request(1, client_operation::subscribe)));
  // welcome, and then the answer with the number 1
  static_cast<void>(socket.read_until(std::string{"\x21\0\0\0\0\0\0\0\1", 9}));
}

TEST_CASE("Requests that make no sense are answered and counted") {
  mesh_node a{"a"};
  raw_mesh_client client{a};
  client.socket.send(frame_of(request(1, static_cast<client_operation>(77))) +
                     frame_of(request(2, client_operation::unsubscribe)) +
                     frame_of(request(3, client_operation::subscribe)) +
                     frame_of(request(3, client_operation::subscribe)) +
                     frame_of(request(4, client_operation::publish)));
  const auto is = [](const mesh::client_answer& got, std::uint64_t number, client_status status) {
    return got.number == number && got.status == static_cast<std::uint8_t>(status);
  };
  CHECK(is(client.answer(), 1, client_status::internal));
  CHECK(is(client.answer(), 2, client_status::unknown_subscription));
  std::vector<mesh::client_answer> rest{client.answer(), client.answer(), client.answer()};
  std::ranges::sort(rest, {}, &mesh::client_answer::status);
  CHECK(is(rest[0], 3, client_status::ok));
  CHECK(is(rest[1], 4, client_status::no_events));
  CHECK(is(rest[2], 3, client_status::duplicate_subscription));
  process::http_client http{a.process.port()};
  CHECK(process::read_metrics(http)["actormesh_protocol_errors_total"] == 1);
}

TEST_CASE("A client that does not read its answers is held up, and then cut off") {
  mesh_node a{"a"};
  process::http_client http{a.process.port()};
  raw_mesh_client client{a, 4096};
  std::string flood;
  for (std::uint64_t i = 0; i < 1'000; ++i)
    flood += frame_of(request(i, client_operation::unsubscribe));
  constexpr std::size_t far_too_much = 256 * 1024 * 1024;
  std::size_t sent = 0;
  auto cut = false;
  while (!cut && sent < far_too_much) {
    try {
      const auto more =
          client.socket.send_some(std::string_view{flood}.substr(sent % flood.size()));
      sent += more;
      if (more == 0)
        cut = process::read_metrics(http)["actormesh_mesh_clients"] == 0;
    } catch (const std::exception&) {
      cut = true;
    }
  }
  CHECK(cut);
  CHECK(sent < far_too_much);
}

TEST_CASE("A client that has gone silent is cut off") {
  process::node_options how;
  how.flags = {"--loops", "1"};
  mesh_node a{"a", how, {}, "300ms"};
  process::http_client http{a.process.port()};
  raw_mesh_client silent{a};
  raw_mesh_client half{a};
  half.socket.send(frame_of(request(1, client_operation::subscribe)).substr(0, 9));
  process::wait_for_metrics(http,
                            [](const auto& now) { return now["actormesh_mesh_clients"] == 0; });
}

} // namespace actormesh::client_tests
