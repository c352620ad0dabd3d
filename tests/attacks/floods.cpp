#include "tests/attacks/attacked_node.hpp"
#include "tests/process/sanitizers.hpp"

#include <catch2/catch.hpp>

#include <deque>

namespace actormesh::process {

namespace {

constexpr const char* throttled = "actormesh_auth_refusals_total{reason=\"throttled\"}";

std::string wrong_publish() {
  return http_request("POST", "/event", "x-api-key: da2-aaaaaaaaaaaaaaaaaaaaaaaaaa\r\n",
                      publish_body("/default/a", {"1"}));
}

/// Reads replies up to the one to an unsubscribe.
void read_until_unsubscribed(web_socket& client, const std::string& id) {
  while (client.read_text() != R"({"type":"unsubscribe_success","id":")" + id + "\"}") {
  }
}

const std::string guarded = "apis:\n  - id: default\n    keys_file: keys.yaml\n"
                            "    auth: {failures_per_minute: 10}\n"
                            "    limits: {publishes_per_second: 0}\n"
                            "    namespaces: [{name: default}]\n";

} // namespace

TEST_CASE("Ten thousand times subscribing and unsubscribing hold nobody up and leave nothing") {
  attacked_node node;
  const int rounds = sanitized ? 20 : 100;
  constexpr int each = 100;
  {
    web_socket client{node.port()};
    for (int round = 0; round < rounds; ++round) {
      std::string last;
      for (int i = 0; i < each; ++i) {
        last = std::to_string(round) + '-' + std::to_string(i);
        client.send_text(subscribe_text(last, "/default/" + last));
        client.send_text(unsubscribe_text(last));
      }
      node.require_served();
      read_until_unsubscribed(client, last);
    }
    node.require_healthy();
    client.socket().close();
  }
  node.require_no_new_channels();
  node.require_recovered();
}

TEST_CASE("Subscribing and unsubscribing one channel again and again does no harm") {
  attacked_node node;
  const int rounds = sanitized ? 20 : 100;
  {
    std::deque<web_socket> clients;
    for (int i = 0; i < 4; ++i)
      clients.emplace_back(node.port());
    for (int round = 0; round < rounds; ++round) {
      for (auto& client : clients) {
        for (int i = 0; i < 25; ++i) {
          client.send_text(subscribe_text("s", "/default/healthy"));
          client.send_text(unsubscribe_text("s"));
        }
        client.send_text(subscribe_text("last", "/default/*"));
        client.send_text(unsubscribe_text("last"));
      }
      node.require_served();
      for (auto& client : clients)
        read_until_unsubscribed(client, "last");
    }
    for (auto& client : clients)
      client.socket().close();
  }
  node.require_recovered();
}

TEST_CASE("Publishing to ever new channels leaves nothing behind") {
  attacked_node node;
  {
    http_client attacker{node.port()};
    for (int i = 0; i < (sanitized ? 500 : 5'000); ++i)
      attacker.publish("/default/" + std::to_string(i), {"1"});
    node.require_healthy();
    attacker.socket().close();
  }
  node.require_no_new_channels();
  node.require_recovered();
}

TEST_CASE("Connections that come and go leave nothing behind") {
  attacked_node node;
  for (int i = 0; i < (sanitized ? 200 : 2'000); ++i) {
    web_socket client{node.port()};
    client.send_text(subscribe_text("s", "/default/" + std::to_string(i)));
    if (i % 2 == 0)
      client.socket().reset();
    if (i % 100 == 0)
      node.require_served();
  }
  node.require_no_new_channels();
  node.require_recovered();
}

TEST_CASE("Who guesses keys is answered with 429 and counted; right keys of the address still do") {
  attacked_node node{{.config = guarded, .flags = attack_flags()}};
  {
    http_client attacker{node.port()};
    int refused = 0;
    int slowed = 0;
    constexpr int guesses = 300;
    for (int i = 0; i < guesses; ++i) {
      const auto status = attacker.ask(wrong_publish()).status;
      CHECK((status == 401 || status == 429));
      (status == 429 ? slowed : refused)++;
      if (i % 10 == 0)
        node.require_served();
    }
    CHECK(refused >= 10);
    CHECK(slowed > guesses / 2);
    CHECK(node.numbers()[throttled] == slowed);
    attacker.socket().close();
  }
  node.require_recovered();
}

TEST_CASE("Who guesses keys over a connection of its own has to make a new one for each guess") {
  attacked_node node{{.config = guarded, .flags = attack_flags()}};
  int closed = 0;
  for (int i = 0; i < 30; ++i) {
    web_socket attacker{node.port()};
    auto text = subscribe_text("s", "/default/a");
    text.replace(text.find(node_process::key()), node_process::key().size(),
                 "da2-aaaaaaaaaaaaaaaaaaaaaaaaaa");
    CHECK(attacker.ask(text).find("subscribe_error") != std::string::npos);
    attacker.send({.what = opcode::ping});
    closed += attacker.read_frame().what == opcode::close ? 1 : 0;
    attacker.socket().close();
    node.require_served();
  }
  CHECK(closed >= 15);
  CHECK(node.numbers()[throttled] >= closed);
  node.require_recovered();
}

} // namespace actormesh::process
