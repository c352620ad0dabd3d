#include "tests/attacks/attacked_node.hpp"
#include "tests/attacks/crowd.hpp"

#include <catch2/catch.hpp>

#include <deque>

namespace actormesh::process {

namespace {

constexpr std::size_t many = 100;

/// A frame whose mask is four zeros.
std::string frame(unsigned char first, std::string_view payload) {
  std::string text{static_cast<char>(first)};
  text += static_cast<char>(0x80 | payload.size());
  return text.append(4, '\0').append(payload);
}

} // namespace

TEST_CASE("Crowds that break the protocol are closed, even if they never answer") {
  attacked_node node{{.flags = attack_flags({"websocket.close_timeout=200ms"})}};
  struct row {
    const char* name;
    std::string bytes;
    std::string_view close; ///< The frame that they get.
  };
  const std::vector<row> table{
      {"not masked", std::string{"\x81\x02{}"}, "\x88\x02\x03\xEA"},
      {"not masked, in fragments", frame(0x01, "{") + std::string{"\x80\x01}"}, "\x88\x02\x03\xEA"},
      {"reserved bits", frame(0xF1, "{}"), "\x88\x02\x03\xEA"},
      {"an unknown opcode", frame(0x83, "{}"), "\x88\x02\x03\xEA"},
      {"a continuation of nothing", frame(0x80, "{}"), "\x88\x02\x03\xEA"},
      {"a message within another", frame(0x01, "{") + frame(0x81, "{}"), "\x88\x02\x03\xEA"},
      {"a ping in fragments", frame(0x09, "x"), "\x88\x02\x03\xEA"},
      {"a length that is not the shortest", std::string{"\x81\xFE\0\x01\0\0\0\0x", 9},
       "\x88\x02\x03\xEA"},
      {"a length with its top bit", std::string{"\x81\xFF\x80\0\0\0\0\0\0\0\0\0\0\0", 14},
       "\x88\x02\x03\xEA"},
      {"binary", frame(0x82, "{}"), "\x88\x02\x03\xEB"},
      {"invalid UTF-8", frame(0x81, "\xFF"), "\x88\x02\x03\xEF"},
      {"an overlong form", frame(0x81, "\xC0\x80"), "\x88\x02\x03\xEF"},
      {"a surrogate", frame(0x81, "\xED\xA0\x80"), "\x88\x02\x03\xEF"},
      {"a character that is cut off", frame(0x01, "\xF0\x9F") + frame(0x80, ""),
       "\x88\x02\x03\xEF"},
  };
  for (const auto& [name, bytes, close] : table) {
    INFO(name);
    crowd attackers{node.port(), many};
    attackers.send(authorized_upgrade());
    attackers.wait_until_received("\r\n\r\n");
    // What comes behind is not carried out.
    attackers.send(bytes + frame(0x81, R"({"type":"connection_init"})"));
    node.require_served();
    attackers.wait_until_ended(many);
    for (const auto& each : attackers.received()) {
      REQUIRE(each.find(close) != std::string::npos);
      REQUIRE(each.find("connection_ack") == std::string::npos);
    }
  }
  node.require_recovered();
}

TEST_CASE("A message in very many fragments with control frames between them is read") {
  attacked_node node;
  web_socket client{node.port()};
  const auto text = subscribe_text("s", "/default/a");
  std::size_t pings = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string bytes = frame(i == 0                 ? 0x01
                              : i + 1 == text.size() ? 0x80
                                                     : 0x00,
                              text.substr(i, 1));
    if (i + 1 < text.size()) {
      for (int again = 0; again < 20; ++again) {
        bytes += frame(0x8A, "unasked") + frame(0x89, "p") + frame(0x00, "");
        ++pings;
      }
    }
    client.socket().send(bytes);
  }
  for (std::size_t i = 0; i < pings; ++i)
    REQUIRE(client.read_frame().what == opcode::pong);
  REQUIRE(client.read_text() == R"({"type":"subscribe_success","id":"s"})");
  client.socket().close();
  node.require_recovered();
}

TEST_CASE("A message that goes on in empty fragments takes no memory and holds nobody up") {
  attacked_node node;
  web_socket client{node.port()};
  client.socket().send(frame(0x01, "{"));
  std::string empty;
  for (int i = 0; i < 10'000; ++i)
    empty += frame(0x00, "");
  for (int i = 0; i < 50; ++i) {
    client.socket().send(empty);
    node.require_served();
  }
  client.socket().close();
  node.require_recovered();
}

TEST_CASE("Floods of pings from clients that read nothing hold nobody up") {
  attacked_node node;
  std::string pings;
  for (int i = 0; i < 500; ++i)
    pings += frame(0x89, std::string(125, 'p'));
  constexpr std::size_t count = 20;
  std::deque<web_socket> attackers;
  for (std::size_t i = 0; i < count; ++i)
    attackers.emplace_back(node.port(), web_socket::options{.receive_buffer = 4096});
  std::vector<std::size_t> sent(count);
  for (std::size_t all = 1; all != 0;) {
    all = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const auto rest = std::string_view{pings}.substr(sent[i] % pings.size());
      const auto took = attackers[i].socket().send_some(rest);
      sent[i] += took;
      all += took;
    }
    node.require_served();
  }
  node.require_healthy();
  for (auto& each : attackers)
    each.socket().reset();
  node.require_recovered();
}

TEST_CASE("Floods of frames that are refused hold nobody up") {
  attacked_node node;
  std::string nonsense;
  for (int i = 0; i < 5'000; ++i)
    nonsense += frame(0x81, "{}");
  constexpr std::size_t count = 10;
  std::deque<web_socket> attackers;
  for (std::size_t i = 0; i < count; ++i)
    attackers.emplace_back(node.port(), web_socket::options{.receive_buffer = 4096});
  for (int i = 0; i < 20; ++i) {
    for (auto& each : attackers) {
      try {
        static_cast<void>(each.socket().send_some(nonsense));
      } catch (const std::system_error&) {
        // Cut off: it does not read what it is told.
      }
    }
    node.require_served();
  }
  for (auto& each : attackers)
    each.socket().reset();
  node.require_recovered();
}

} // namespace actormesh::process
