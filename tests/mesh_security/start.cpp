/// With what a node starts, and without what it does not. By the commands that the documentation
/// names.
#include "tests/mesh_security/nodes.hpp"

#include <catch2/catch.hpp>

namespace actormesh::mesh_security {

using namespace std::chrono_literals;
using process::run_program;
using process::tool_result;

namespace {

/// A start that is to fail.
tool_result serve(const std::vector<std::string>& flags) {
  const auto folder = process::make_folder();
  std::vector<std::string> arguments{"serve", "--listen", "127.0.0.1:0", "--state-dir", "."};
  arguments.insert(arguments.end(), flags.begin(), flags.end());
  auto result = run_program(arguments, folder);
  std::filesystem::remove_all(folder);
  return result;
}

} // namespace

TEST_CASE("Without TLS no node opens its mesh port beyond loopback, and it says what to do") {
  for (const auto* address : {"0.0.0.0:0", "[::]:0", "192.0.2.1:0"}) {
    const auto result =
        serve({"--mesh-listen", address, "--set", "mesh.advertise=node.example.com:7400"});
    INFO(address << ": " << result.errors);
    REQUIRE(result.status == 2);
    for (const auto* part : {"actormesh mesh-ca init", "actormesh mesh-ca issue NODE"})
      REQUIRE(result.errors.find(part) != std::string::npos);
  }
}

TEST_CASE("No node starts with a certificate that nobody would accept") {
  certificates papers;
  const auto refuses = [](const config::mesh_tls_settings& files, const std::string& why,
                          const std::string& name = "n") {
    auto flags = tls_flags(files);
    flags.insert(flags.end(), {"--mesh-listen", "127.0.0.1:0", "--name", name});
    const auto result = serve(flags);
    INFO(result.errors);
    REQUIRE(result.status == 2);
    REQUIRE(result.errors.find(why) != std::string::npos);
  };
  refuses(papers.issue("n", {.begins = -24h * 10, .life = std::chrono::days{5}}), "expired at");
  refuses(papers.issue("n", {.begins = 24h * 5}), "not yet");
  refuses(papers.issue("n", {.role = config::mesh_role::client}), "of the client");
  refuses(papers.issue("n"), "is the certificate of the node", "m");
  auto mixed = papers.issue("n");
  mixed.ca = papers.issue("n", {.ca = "other"}).ca;
  refuses(mixed, "expected to be signed by a CA");
  mixed = papers.issue("n");
  mixed.key = papers.issue("n").key;
  refuses(mixed, "is not the key of");
}

TEST_CASE("What mesh-ca makes is all that two nodes need") {
  const auto folder = process::make_folder();
  for (const auto& each : std::vector<std::vector<std::string>>{
           {"mesh-ca", "init", "--name", "shop"},
           {"mesh-ca", "issue", "node-1", "--out", "node-1"},
           {"mesh-ca", "issue", "node-2", "--out", "node-2"},
       }) {
    const auto result = run_program(each, folder);
    INFO(result.errors);
    REQUIRE(result.status == 0);
  }
  const auto flags = [&](const std::string& name) {
    auto made = tls_flags({(folder / name / (name + ".pem")).string(),
                           (folder / name / (name + ".key")).string(),
                           (folder / "mesh-ca/ca.pem").string()});
    made.insert(made.end(), {"--set", "mesh.name=shop", "--set", "mesh.address=0.0.0.0", "--loops",
                             "1", "--set", "mesh.port=0"});
    return made;
  };
  {
    // Everywhere, which TLS allows.
    auto first = flags("node-1");
    first.insert(first.end(), {"--set", "mesh.advertise=127.0.0.1:1"});
    process::node_process one{{.flags = first}};
    auto second = flags("node-2");
    second.insert(second.end(), {"--set", "mesh.advertise=127.0.0.1:1", "--join",
                                 "127.0.0.1:" + std::to_string(mesh_port(one))});
    process::node_process two{{.flags = second}};
    wait_until_up(one, "node-2");
    wait_until_up(two, "node-1");
  }
  std::filesystem::remove_all(folder);
}

} // namespace actormesh::mesh_security
