#include "tests/mesh_security/nodes.hpp"

#include "tests/process/http_client.hpp"

#include <catch2/catch.hpp>

namespace actormesh::mesh_security {

process::node_options mesh_node(const std::string& name, std::vector<std::string> flags) {
  flags.insert(flags.begin(), {"--name", name, "--loops", "1", "--mesh-listen", "127.0.0.1:0"});
  for (const auto* each : {"mesh.heartbeat_interval=1s", "mesh.heartbeat_timeout=20s",
                           "mesh.handshake_timeout=20s", "mesh.retry_max=200ms"})
    // First: what a test says counts.
    flags.insert(flags.begin(), {"--set", each});
  return {.flags = std::move(flags)};
}

std::string mesh_address(process::node_process& node) { return node.printed_after("mesh on "); }

std::uint16_t mesh_port(process::node_process& node) {
  const auto address = mesh_address(node);
  return static_cast<std::uint16_t>(std::stoul(address.substr(address.rfind(':') + 1)));
}

std::size_t count_in_log(const process::node_process& node, std::string_view text) {
  const auto log = node.log();
  std::size_t count = 0;
  for (auto at = log.find(text); at != std::string::npos; at = log.find(text, at + 1))
    ++count;
  return count;
}

linked_nodes::linked_nodes(security how, std::vector<std::string> settings) {
  std::vector<std::string> flags;
  for (const auto& each : settings)
    flags.insert(flags.end(), {"--set", each});
  auto flags_a = flags;
  auto flags_b = flags;
  if (how == security::tls) {
    files_a_ = papers_.issue("a");
    files_b_ = papers_.issue("b");
    for (const auto& each : tls_flags(files_a_))
      flags_a.push_back(each);
    for (const auto& each : tls_flags(files_b_))
      flags_b.push_back(each);
  }
  a_ = std::make_unique<process::node_process>(mesh_node("a", flags_a));
  port_ = mesh_port(*a_);
  flags_b.insert(flags_b.end(), {"--join", mesh_address(*a_)});
  b_ = std::make_unique<process::node_process>(mesh_node("b", flags_b));
  wait_until_up(*a_, "b");
  wait_until_up(*b_, "a");
  since_at_a_ = look_at(*a_).of_peer("b", "since");
  since_at_b_ = look_at(*b_).of_peer("a", "since");
  client_.emplace(b_->port());
  client_->subscribe("s", "/default/untouched");
}

void linked_nodes::require_untouched() {
  process::http_client http{a_->port()};
  for (int i = 0; i < 10; ++i) {
    const auto event = std::to_string(++published_);
    http.publish("/default/untouched", {event});
    REQUIRE(client_->read_event("s") == event);
  }
  const auto at_a = look_at(*a_);
  const auto at_b = look_at(*b_);
  INFO(at_a.text() << at_b.text());
  REQUIRE(at_a.is_up("b"));
  REQUIRE(at_b.is_up("a"));
  REQUIRE(at_a.of_peer("b", "since") == since_at_a_);
  REQUIRE(at_b.of_peer("a", "since") == since_at_b_);
  REQUIRE(count_in_log(*a_, "mesh link down peer=b") == 0);
  REQUIRE(count_in_log(*b_, "mesh link down peer=a") == 0);
}

} // namespace actormesh::mesh_security
