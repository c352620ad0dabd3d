/// `actormesh status` of nodes that run.
#include "tests/mesh_security/nodes.hpp"
#include "tests/mesh_security/test_peer.hpp"

#include <catch2/catch.hpp>

#include <csignal>

namespace actormesh::mesh_security {

using process::node_process;

namespace {

process::tool_result status_of(const node_process& node, std::vector<std::string> more = {}) {
  more.insert(more.begin(), {"status", "--url", "http://127.0.0.1:" + std::to_string(node.port())});
  return node.run_tool(more);
}

void require_parts(const std::string& text, const std::vector<std::string>& parts) {
  INFO(text);
  for (const auto& each : parts) {
    INFO(each);
    REQUIRE(text.find(each) != std::string::npos);
  }
}

} // namespace

TEST_CASE("status says how a node stands with its mesh") {
  node_process a{mesh_node("a")};
  SECTION("alone") {
    const auto result = status_of(a);
    INFO(result.output << result.errors);
    REQUIRE(result.status == 0);
    REQUIRE(result.errors.empty());
    require_parts(result.output, {"node      a\n", "address   " + mesh_address(a), "joined    yes",
                                  "mesh      actormesh\n", "peers     0 of 0 up"});
  }
  SECTION("with a peer") {
    node_process b{mesh_node("b", {"--join", mesh_address(a)})};
    wait_until_up(a, "b");
    wait_until_up(b, "a");
    process::web_socket client{b.port()};
    client.subscribe("s", "/default/x");
    // The page is written from time to time, not with each change.
    wait_for(b, "a channel that a knows of", [](const mesh_view& now) {
      const auto text = now.text();
      return now.joined() && text.find("\"channels\":1,") != std::string::npos &&
             text.find("\"ours_confirmed\":1}") != std::string::npos;
    });
    const auto result = status_of(b);
    INFO(result.output << result.errors);
    REQUIRE(result.status == 0);
    require_parts(result.output,
                  {"node      b\n", "peers     1 of 1 up", "interest  1 channels, 0 patterns",
                   "PEER  ADDRESS", "\na  ", mesh_address(a) + "  up", " ms  ", "0/1", "0 B"});
    REQUIRE(result.output.find("refused") == std::string::npos);
    REQUIRE(result.output.find("lost") == std::string::npos);
  }
  SECTION("with a peer that is gone") {
    node_process b{mesh_node("b", {"--join", mesh_address(a)})};
    wait_until_up(a, "b");
    b.signal(SIGKILL);
    REQUIRE(b.wait_for_exit() == 128 + SIGKILL);
    wait_for(a, "the end of the link", [](const mesh_view& now) { return !now.is_up("b"); });
    const auto result = status_of(a);
    INFO(result.output << result.errors);
    REQUIRE(result.status == 1);
    require_parts(result.output, {"peers     0 of 1 up", "unreachable"});
  }
  SECTION("with somebody refused") {
    test_peer peer{mesh_port(a)};
    peer.send("GET / HTTP/1.1\r\n\r\n");
    static_cast<void>(peer.read_to_end());
    wait_for_refused(a, "bad_frame", 1);
    require_parts(status_of(a).output, {"refused   bad_frame 1\n"});
  }
  SECTION("as JSON") {
    const auto result = status_of(a, {"--json"});
    REQUIRE(result.status == 0);
    REQUIRE(boost::json::parse(result.output).at("node").at("name").as_string() == "a");
  }
}

TEST_CASE("status of a node that waits for its seed is 1") {
  test_listener nobody;
  node_process node{mesh_node("n", {"--join", nobody.address()})};
  const auto result = status_of(node);
  INFO(result.output << result.errors);
  REQUIRE(result.status == 1);
  require_parts(result.output, {"joined    no", nobody.address() + "  connecting"});
}

TEST_CASE("status says what is wrong when it cannot ask, with status 2") {
  const auto folder = process::make_folder();
  const auto fails = [&](const std::vector<std::string>& arguments, const std::string& why) {
    auto all = arguments;
    all.insert(all.begin(), "status");
    const auto result = process::run_program(all, folder);
    INFO(result.output << result.errors);
    REQUIRE(result.status == 2);
    REQUIRE(result.output.empty());
    REQUIRE(result.errors.find(why) != std::string::npos);
  };
  for (const auto* each : {"https://127.0.0.1", "http://", "http://127.0.0.1:0", "http://[::1]:x",
                           "http://127.0.0.1:80/mesh", "http://127.0.0.1:99999", ""})
    fails({"--url", each}, "expected http://HOST:PORT");
  fails({"--nonsense"}, "--nonsense");
  std::string address;
  {
    const test_listener gone;
    address = gone.address();
  }
  fails({"--url", "http://" + address}, "Connection refused");
  // Nobody answers.
  const test_listener silent;
  fails({"--url", silent.address()}, "time");
  // A node without a mesh.
  node_process alone{{.flags = {"--loops", "1", "--set", "mesh.enabled=false"}}};
  fails({"--url", "http://localhost:" + std::to_string(alone.port()) + "/"}, "no mesh");
  std::filesystem::remove_all(folder);
}

} // namespace actormesh::mesh_security
