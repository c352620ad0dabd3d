#include "tests/mesh/traffic.hpp"
#include "tests/process/http_client.hpp"
#include "tests/process/web_socket.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

namespace actormesh::mesh_tests {

namespace {

/// Starts them in this order, and checks that everything gets everywhere.
void form(const std::vector<std::size_t>& order) {
  mesh_nodes nodes{{.size = order.size()}};
  for (const auto each : order)
    nodes.start(each);
  nodes.wait_until_linked();
  require_that_all_comes(nodes, 300);
}

} // namespace

TEST_CASE("Three nodes form a mesh, the seeds first") { form({0, 1, 2}); }

TEST_CASE("Three nodes form a mesh, the seeds last") { form({2, 1, 0}); }

TEST_CASE("Five nodes form a mesh, started in any order") { form({4, 2, 1, 3, 0}); }

TEST_CASE("A node on several loops links as one") {
  mesh_nodes nodes{{.size = 2, .loops = "3"}};
  nodes.start_all();
  require_that_all_comes(nodes, 300);
}

TEST_CASE("A node says where its mesh port is, and --join is all that another one needs") {
  process::node_process first{
      {.flags = {"--loops", "1", "--name", "first", "--mesh-listen", "127.0.0.1:0"}}};
  const auto address = first.printed_after("mesh on ");
  process::node_process second{{.flags = {"--loops", "1", "--name", "second", "--mesh-listen",
                                          "127.0.0.1:0", "--join", address}}};
  const auto page = wait_for_mesh_page({.node = "second", .port = second.port()}, "a link",
                                       [](const mesh_page& now) { return now.is_up("first"); });
  REQUIRE(page.mesh == "actormesh");
  REQUIRE(page.name == "second");
  REQUIRE(page.find("first")->address == address);
  process::web_socket client{second.port()};
  client.subscribe("s", "/default/a");
  process::http_client http{first.port()};
  http.publish("/default/a", {"1"});
  REQUIRE(client.read_event("s") == "1");
}

TEST_CASE("actormesh status shows the nodes and their links") {
  mesh_nodes nodes{{.size = 3}};
  nodes.start_all();
  const auto ask = [&](std::uint16_t port) {
    return nodes.node(0).run_tool({"status", "--url", "http://127.0.0.1:" + std::to_string(port)});
  };
  const auto linked = ask(nodes.place(1).port);
  CAPTURE(linked.output, linked.errors);
  REQUIRE(linked.status == 0);
  for (std::size_t i = 0; i < nodes.size(); ++i)
    REQUIRE(linked.output.find(nodes.mesh_address(i)) != std::string::npos);
  nodes.kill(2);
  nodes.wait_until_down(1, 2);
  const auto broken = ask(nodes.place(1).port);
  CAPTURE(broken.output, broken.errors);
  REQUIRE(broken.status == 1);
  REQUIRE(broken.output.find("unreachable") != std::string::npos);
  REQUIRE(ask(nodes.place(2).port).status == 2);
}

TEST_CASE("A node that is alone is ready when its seeds have not answered") {
  mesh_nodes nodes{{.size = 3}};
  nodes.start(2);
  nodes.wait_for_page(2, "joined", [](const mesh_page& now) { return now.joined; });
  process::http_client http{nodes.place(2).port};
  REQUIRE(http.ask(process::http_request("GET", "/readyz"), "GET").status == 200);
  http.publish("/default/a", {"1"});
}

TEST_CASE("Whoever subscribed before the mesh was there gets what comes through it") {
  mesh_nodes nodes{{.size = 3}};
  nodes.start(2);
  nodes.wait_until_linked();
  process::web_socket client{nodes.place(2).port};
  client.subscribe("exact", "/default/a");
  nodes.start(1);
  nodes.start(0);
  nodes.wait_until_linked();
  for (const std::size_t node : {0U, 1U})
    nodes.wait_for_page(node, "the interest of c",
                        [](const mesh_page& now) { return now.find("c")->their_interest == 1; });
  for (const std::size_t node : {0U, 1U}) {
    process::http_client http{nodes.place(node).port};
    http.publish("/default/a", {std::to_string(node)});
    REQUIRE(client.read_event("exact") == std::to_string(node));
  }
}

TEST_CASE("Interest comes and goes with the subscriptions") {
  mesh_nodes nodes{{.size = 2}};
  nodes.start_all();
  const auto wait_for_interest = [&](std::uint64_t count) {
    return nodes.wait_for_page(
        0, "interest in " + std::to_string(count),
        [&](const mesh_page& now) { return now.find("b")->their_interest == count; });
  };
  process::web_socket first{nodes.place(1).port};
  first.subscribe("a", "/default/a");
  wait_for_interest(1);
  process::web_socket second{nodes.place(1).port};
  second.subscribe("a", "/default/a");
  second.subscribe("all", "/default/*");
  wait_for_interest(2);
  REQUIRE(first.ask(process::unsubscribe_text("a")) ==
          R"({"type":"unsubscribe_success","id":"a"})");
  // The second one holds both.
  process::http_client http{nodes.place(0).port};
  http.publish("/default/a", {"1"});
  std::vector<std::string> got{second.read_text(), second.read_text()};
  std::ranges::sort(got);
  REQUIRE(got == std::vector<std::string>{R"({"type":"data","id":"a","event":"1"})",
                                          R"({"type":"data","id":"all","event":"1"})"});
  wait_for_interest(2);
  second.socket().reset();
  // Nothing crosses a link that nobody asked for.
  const auto sent = wait_for_interest(0).find("b")->events_sent;
  http.publish("/default/a", {"2"});
  first.subscribe("b", "/default/b");
  http.publish("/default/b", {"3"});
  REQUIRE(first.read_event("b") == "3");
  nodes.wait_for_page(0, "one event more",
                      [&](const mesh_page& now) { return now.find("b")->events_sent == sent + 1; });
}

TEST_CASE("Sixteen nodes form a mesh and agree on interest") {
  constexpr std::size_t many = 16;
  mesh_nodes nodes{{.size = many}};
  for (std::size_t i = 0; i < many; ++i)
    nodes.start(many - 1 - i);
  nodes.wait_until_linked();
  std::vector<std::unique_ptr<process::web_socket>> clients;
  for (std::size_t i = 0; i < many; ++i) {
    auto& client =
        *clients.emplace_back(std::make_unique<process::web_socket>(nodes.place(i).port));
    client.subscribe("all", "/default/common");
    client.subscribe("own", "/default/" + nodes.name(i) + "/*");
  }
  nodes.wait_until_agreed(2);
  for (std::size_t i = 0; i < many; ++i) {
    const auto page = nodes.page(i);
    INFO(page.text);
    REQUIRE(page.peers.size() == many - 1);
    REQUIRE(page.peers_up() == many - 1);
  }
  for (std::size_t i = 0; i < many; ++i) {
    process::http_client http{nodes.place(i).port};
    http.publish("/default/common", {std::to_string(i)});
    for (const auto& each : clients)
      REQUIRE(each->read_event("all") == std::to_string(i));
    const auto other = (i + 7) % many;
    http.publish("/default/" + nodes.name(other) + "/x", {"1"});
    REQUIRE(clients[other]->read_event("own") == "1");
  }
  for (const auto& each : clients)
    each->require_silence();
}

} // namespace actormesh::mesh_tests
