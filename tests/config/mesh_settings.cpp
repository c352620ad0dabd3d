#include "cli/serve_options.hpp"
#include "config/combinations.hpp"
#include "config/loader.hpp"
#include "config/reload.hpp"
#include "config/schema.hpp"
#include "tests/config/temporary_folder.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <string_view>
#include <vector>

using namespace actormesh;
using namespace actormesh::config;
using namespace std::chrono_literals;
using config::testing::temporary_folder;

namespace {

using texts = std::vector<std::string>;

constexpr std::string_view open_api = R"(
apis:
  - id: a
    auth: {connect: [NONE], publish: [NONE], subscribe: [NONE]}
    namespaces: [{name: n}]
)";

result<loaded_settings> parse(const std::string& text) {
  return parse_settings(text + std::string{open_api}, {.file = "/etc/actormesh/f.yaml"});
}

mesh_settings mesh_of(const std::string& text) {
  const auto parsed = parse(text);
  if (!parsed)
    FAIL(to_string(parsed.error().front()));
  return parsed->values.mesh;
}

texts problems_of(const std::string& text) {
  texts shown;
  const auto parsed = parse(text);
  for (const auto& each : parsed ? parsed->warnings : parsed.error())
    shown.push_back(to_string(each).substr(std::string{"/etc/actormesh/"}.size()));
  return shown;
}

texts combinations_of(const mesh_settings& mesh, std::size_t event_bytes = 1024) {
  settings values;
  values.listeners.emplace_back();
  values.mesh = mesh;
  auto& api = values.apis.emplace_back();
  api.id = "a";
  api.auth = {{auth_mode::none}, {auth_mode::none}, {auth_mode::none}};
  api.limits.event_bytes = event_bytes;
  api.namespaces.emplace_back().name = "n";
  texts shown;
  for (const auto& each : check_combinations(values)) {
    CHECK(each.level == severity::error);
    shown.push_back(each.message);
  }
  return shown;
}

constexpr auto no_tls_remedy =
    "; to leave the machine, make certificates with `actormesh mesh-ca init` and `actormesh "
    "mesh-ca issue NODE`, and set mesh.tls.certificate, mesh.tls.key and mesh.tls.ca";

cli::resolved_settings resolve(const cli::serve_options& options, const texts& environment = {}) {
  auto resolved = cli::resolve_settings(options, environment);
  if (!resolved)
    FAIL(to_string(resolved.error().front()));
  return *std::move(resolved);
}

std::string first_problem(const cli::serve_options& options, const texts& environment = {}) {
  const auto resolved = cli::resolve_settings(options, environment);
  return resolved ? "none" : to_string(resolved.error().front());
}

} // namespace

TEST_CASE("a mesh as it is written becomes settings") {
  const auto mesh = mesh_of(R"(
mesh:
  enabled: false
  name: shop.eu
  address: "[::1]"
  port: 7500
  advertise: Node-1.Example.COM:7501
  seeds: [Node-2:7400, 10.0.0.2:1, "[FD00:0::2]:65535"]
  tls: {certificate: node-1.pem, key: keys/../node-1.key, ca: /ca.pem}
  heartbeat_interval: 100ms
  heartbeat_timeout: 1s
  connect_timeout: 3s
  handshake_timeout: 4s
  retry_min: 10ms
  retry_max: 20ms
  forget_after: 1h
  queue_bytes: 1MiB
  frame_bytes: 2MiB
  max_clients: 0
  max_handshakes: 5
  client_queue_bytes: 3MiB
)");
  mesh_settings expected;
  expected.enabled = false;
  expected.name = "shop.eu";
  expected.address = "::1";
  expected.port = 7500;
  expected.advertise = "node-1.example.com:7501";
  expected.seeds = {"node-2:7400", "10.0.0.2:1", "[fd00::2]:65535"};
  expected.tls = {"/etc/actormesh/node-1.pem", "/etc/actormesh/node-1.key", "/ca.pem"};
  expected.heartbeat_interval = 100ms;
  expected.heartbeat_timeout = 1s;
  expected.connect_timeout = 3s;
  expected.handshake_timeout = 4s;
  expected.retry_min = 10ms;
  expected.retry_max = 20ms;
  expected.forget_after = 1h;
  expected.queue_bytes = 1'048'576;
  expected.frame_bytes = 2'097'152;
  expected.max_clients = 0;
  expected.max_handshakes = 5;
  expected.client_queue_bytes = 3'145'728;
  CHECK(mesh == expected);
}

TEST_CASE("a mesh without anything in it has the defaults") {
  CHECK(mesh_of("") == mesh_settings{});
  CHECK(mesh_of("mesh:\n") == mesh_settings{});
  CHECK(mesh_of("mesh: {tls: }\n") == mesh_settings{});
  CHECK(combinations_of({}).empty());
}

TEST_CASE("wrong options of the mesh are reported with their places") {
  const std::string peer = "HOST:PORT, such as node-2.example.com:7400, 10.0.0.2:7400 or "
                           "[fd00::2]:7400";
  CHECK(problems_of("mesh: {name: \"\"}") ==
        texts{"f.yaml:1:14: mesh.name: expected 1 to 64 characters of A-Z, a-z, 0-9, _ . and -; "
              "found \"\""});
  CHECK(problems_of("node: {name: a b}") ==
        texts{"f.yaml:1:14: node.name: expected nothing, or 1 to 64 characters of A-Z, a-z, 0-9, _ "
              ". and -; found \"a b\""});
  CHECK(problems_of("mesh: {seeds: [a:1, b]}") ==
        texts{"f.yaml:1:21: mesh.seeds: expected a list, each " + peer + "; found \"b\" in it"});
  CHECK(problems_of("mesh: {tls: {cert: a}}").front().starts_with("f.yaml:1:14: unknown option"));
  CHECK(problems_of("mesh: {tls: 1}") ==
        texts{"f.yaml:1:13: mesh.tls: expected a mapping, found \"1\""});
  for (const auto* const wrong : {"a", "a:", ":1", "a:0", "a:65536", "::1:7400", "[::1]", "a b:1",
                                  "a:-1", "[x]:1", "a:1:2"}) {
    CAPTURE(wrong);
    CHECK_FALSE(mesh_peer_rule().normalise(wrong).has_value());
  }
}

TEST_CASE("TLS of the mesh takes three files") {
  mesh_settings mesh;
  mesh.tls = {"c", "k", "a"};
  CHECK(combinations_of(mesh).empty());
  mesh.tls = {"c", "", "a"};
  CHECK(combinations_of(mesh) ==
        texts{"mesh.tls.key: expected a file, because mesh.tls.certificate is set; TLS needs "
              "mesh.tls.certificate, mesh.tls.key and mesh.tls.ca"});
  mesh.tls = {"", "", "a"};
  CHECK(combinations_of(mesh).size() == 2);
  mesh.enabled = false;
  CHECK(combinations_of(mesh).empty());
}

TEST_CASE("beyond loopback the mesh needs TLS, and the problem says how to get there") {
  for (const auto* const address : {"10.0.0.1", "0.0.0.0", "::", "fd00::1", "::ffff:10.0.0.1"}) {
    CAPTURE(address);
    mesh_settings mesh;
    mesh.address = address;
    mesh.advertise = "node-1:7400";
    CHECK(combinations_of(mesh) ==
          texts{"mesh.address: expected a loopback address, because the mesh has no TLS, found " +
                std::string{address} + no_tls_remedy});
    mesh.tls = {"c", "k", "a"};
    CHECK(combinations_of(mesh).empty());
    mesh.tls = {};
    mesh.enabled = false;
    CHECK(combinations_of(mesh).empty());
  }
  for (const auto* const address : {"127.0.0.1", "127.1.2.3", "::1"}) {
    CAPTURE(address);
    mesh_settings mesh;
    mesh.address = address;
    CHECK(combinations_of(mesh).empty());
  }
}

TEST_CASE("a seed beyond loopback needs TLS; what a name stands for is not known yet") {
  mesh_settings mesh;
  mesh.seeds = {"localhost:1", "node-2:7400", "127.0.0.1:1", "[::1]:1"};
  CHECK(combinations_of(mesh).empty());
  mesh.seeds = {"10.0.0.2:7400", "[fd00::2]:7400"};
  CHECK(combinations_of(mesh) ==
        texts{"mesh.seeds: expected loopback addresses, because the mesh has no TLS, found "
              "10.0.0.2:7400" +
                  std::string{no_tls_remedy},
              "mesh.seeds: expected loopback addresses, because the mesh has no TLS, found "
              "[fd00::2]:7400" +
                  std::string{no_tls_remedy}});
  mesh.tls = {"c", "k", "a"};
  CHECK(combinations_of(mesh).empty());
}

TEST_CASE("others are told an address that they can dial") {
  mesh_settings mesh;
  mesh.tls = {"c", "k", "a"};
  mesh.address = "0.0.0.0";
  CHECK(combinations_of(mesh) ==
        texts{"mesh.advertise: expected HOST:PORT, because other nodes can't dial 0.0.0.0 "
              "(mesh.address)"});
  mesh.advertise = "[::]:7400";
  mesh.seeds = {"0.0.0.0:7400"};
  CHECK(combinations_of(mesh) ==
        texts{"mesh.advertise: expected a host that can be dialled, found [::]:7400",
              "mesh.seeds: expected a host that can be dialled, found 0.0.0.0:7400"});
}

TEST_CASE("timers of the mesh go together") {
  mesh_settings mesh;
  mesh.heartbeat_interval = 1s;
  mesh.heartbeat_timeout = 2s;
  mesh.retry_min = mesh.retry_max = 1s;
  CHECK(combinations_of(mesh).empty());
  mesh.heartbeat_timeout = 1999ms;
  mesh.retry_max = 999ms;
  CHECK(combinations_of(mesh) ==
        texts{"mesh.heartbeat_timeout: expected at least twice mesh.heartbeat_interval (1s), found "
              "1999ms: one late heartbeat would end the link",
              "mesh.retry_min: expected no more than mesh.retry_max (999ms), found 1s"});
}

TEST_CASE("an event fits into the frames and queues of the mesh") {
  mesh_settings mesh;
  mesh.frame_bytes = 16384;
  mesh.queue_bytes = 12288;
  mesh.client_queue_bytes = 12288;
  CHECK(combinations_of(mesh, 12288).empty());
  CHECK(combinations_of(mesh, 12289) ==
        texts{"apis[0].limits.event_bytes: expected no more than 12KiB, what a frame of "
              "mesh.frame_bytes (16KiB) has room for, found 12289",
              "apis[0].limits.event_bytes: expected no more than mesh.queue_bytes (12KiB), found "
              "12289",
              "apis[0].limits.event_bytes: expected no more than mesh.client_queue_bytes (12KiB), "
              "found 12289"});
  mesh.enabled = false;
  CHECK(combinations_of(mesh, 12289).empty());
}

TEST_CASE("a change of the mesh waits for a restart") {
  settings running;
  auto fresh = running;
  fresh.mesh.seeds = {"a:1"};
  fresh.mesh.tls.ca = "/ca.pem";
  const auto plan = plan_reload(running, fresh);
  CHECK(plan.applied.empty());
  CHECK(plan.needs_restart ==
        std::vector<change>{{"mesh.seeds", "[]", "[\"a:1\"]"}, {"mesh.tls.ca", "\"\"", "/ca.pem"}});
  CHECK(plan.next == running);
}

TEST_CASE("flags of serve set the mesh, and win over the environment and the file") {
  const temporary_folder folder;
  const auto file =
      folder.write("f.yaml", "mesh: {seeds: [f:1], port: 1, name: shop}\n" + std::string{open_api})
          .string();
  CHECK(resolve({.config_file = file}).values.mesh.seeds == texts{"f:1"});
  const texts environment{"ACTORMESH_JOIN=e:1,e:2", "ACTORMESH_MESH_PORT=2",
                          "ACTORMESH_MESH_NAME=other"};
  const auto by_environment = resolve({.config_file = file}, environment).values.mesh;
  CHECK(by_environment.seeds == texts{"e:1", "e:2"});
  CHECK(by_environment.port == 2);
  CHECK(by_environment.name == "other");
  const auto by_flag = resolve(
      {.config_file = file, .join = {"G:1", "[::1]:2"}, .mesh_listen = "[::1]:3"}, environment);
  CHECK(by_flag.values.mesh.seeds == texts{"g:1", "[::1]:2"});
  CHECK(by_flag.values.mesh.address == "::1");
  CHECK(by_flag.values.mesh.port == 3);
  CHECK(by_flag.values.mesh.enabled);
  CHECK_FALSE(resolve({.config_file = file, .no_mesh = true}).values.mesh.enabled);

  CHECK(first_problem({.config_file = file, .join = {"x"}}) ==
        "--join: expected HOST:PORT, such as node-2.example.com:7400, 10.0.0.2:7400 or "
        "[fd00::2]:7400; found \"x\"");
  CHECK(first_problem({.config_file = file}, {"ACTORMESH_JOIN=x"}).starts_with("ACTORMESH_JOIN: "));
  CHECK(first_problem({.config_file = file, .mesh_listen = "x"}) ==
        "--mesh-listen: expected ADDRESS:PORT, such as 127.0.0.1:7400 or [::1]:7400; found \"x\"");
  CHECK(first_problem({.config_file = file, .mesh_listen = "10.0.0.1:7400"}) ==
        "--mesh-listen: mesh.address: expected a loopback address, because the mesh has no TLS, "
        "found 10.0.0.1" +
            std::string{no_tls_remedy});
}

TEST_CASE("a port that nobody wrote anywhere may move") {
  const temporary_folder folder;
  const auto state = folder.path().string();
  const auto of = [&](cli::serve_options options, const texts& environment = {}) {
    options.state_dir = state;
    const auto resolved = resolve(options, environment);
    return std::pair{resolved.listen_may_move, resolved.mesh_port_may_move};
  };
  CHECK(of({}) == std::pair{true, true});
  CHECK(of({.join = {"127.0.0.1:7400"}}) == std::pair{true, true});
  CHECK(of({.listen = {"127.0.0.1:8080"}}) == std::pair{false, true});
  CHECK(of({.mesh_listen = "127.0.0.1:7400"}) == std::pair{true, false});
  CHECK(of({}, {"ACTORMESH_LISTEN=127.0.0.1:8080"}) == std::pair{false, true});
  CHECK(of({}, {"ACTORMESH_MESH_PORT=7400"}) == std::pair{true, false});
  CHECK(of({.set = {"mesh.port=7400"}}) == std::pair{true, false});
  CHECK(of({.set = {"mesh.advertise=localhost:7400"}}) == std::pair{true, false});

  const auto of_file = [&](const std::string& text) {
    return of({.config_file = folder.write("f.yaml", text + std::string{open_api}).string()});
  };
  CHECK(of_file("") == std::pair{true, true});
  CHECK(of_file("mesh: {name: shop}\n") == std::pair{true, true});
  CHECK(of_file("listeners: [{port: 8080}]\n") == std::pair{false, true});
  CHECK(of_file("mesh: {port: 7400}\n") == std::pair{true, false});
  CHECK(of_file("mesh: {address: 127.0.0.1}\n") == std::pair{true, false});
}

TEST_CASE("a node has the name that was written, or none yet") {
  const temporary_folder folder;
  const auto unnamed = resolve({.state_dir = folder.path().string()});
  CHECK_FALSE(unnamed.name_given);
  CHECK(unnamed.values.node_name.empty());
  const auto named = resolve({.state_dir = folder.path().string(), .node_name = "n"});
  CHECK(named.name_given);
  CHECK(named.values.node_name == "n");
}

TEST_CASE("the name of a node without a name is made of host and port") {
  using cli::default_node_name;
  CHECK(default_node_name("web-1.example.com", 7400) == "web-1.example.com-7400");
  CHECK(default_node_name("a b/ü", 1) == "a-b----1");
  CHECK(default_node_name("", 7401) == "node-7401");
  CHECK(default_node_name(std::string(200, 'x'), 65535) == std::string(58, 'x') + "-65535");
  CHECK(default_node_name(7400).ends_with("-7400"));
  CHECK(mesh_name_rule().normalise(default_node_name(7400)).has_value());
}
