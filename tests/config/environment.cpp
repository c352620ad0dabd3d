#include "config/loader.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace actormesh::config;

namespace {

environment_values read(const std::vector<std::string>& variables) {
  return read_environment(variables);
}

} // namespace

TEST_CASE("variables become overrides of the options they are named after") {
  const auto values =
      read({"PATH=/bin", "ACTORMESH_LOG_LEVEL=debug", "ACTORMESH_WEBSOCKET_KEEP_ALIVE_INTERVAL=10s",
            "HOME=/root", "ACTORMESH_NODE_NAME=a=b", "ACTORMESH_HTTP_BODY_BYTES=2MiB"});
  REQUIRE(values.overrides.size() == 4);
  CHECK(values.warnings.empty());
  CHECK(values.overrides[0].path == "log.level");
  CHECK(values.overrides[0].value == "debug");
  CHECK(values.overrides[0].source == "ACTORMESH_LOG_LEVEL");
  CHECK(values.overrides[1].path == "websocket.keep_alive_interval");
  CHECK(values.overrides[2].value == "a=b");
  CHECK(values.overrides[3].path == "http.body_bytes");
}

TEST_CASE("a variable that is set to nothing counts as not set") {
  const auto values = read({"ACTORMESH_LOG_LEVEL=", "ACTORMESH_WHATEVER=", "ACTORMESH_CONFIG="});
  CHECK(values.overrides.empty());
  CHECK(values.warnings.empty());
  CHECK(values.config_file.empty());
}

TEST_CASE("four variables stand for flags") {
  const auto values =
      read({"ACTORMESH_CONFIG=/c.yaml", "ACTORMESH_STATE_DIR=/s",
            "ACTORMESH_LISTEN=127.0.0.1:80,[::1]:81", "ACTORMESH_JOIN=node-1:7400,node-2:7400"});
  CHECK(values.config_file == "/c.yaml");
  CHECK(values.state_dir == "/s");
  REQUIRE(values.listeners.size() == 2);
  CHECK(values.listeners[0].value == "127.0.0.1:80");
  CHECK(values.listeners[1].value == "[::1]:81");
  CHECK(values.listeners[1].source == "ACTORMESH_LISTEN");
  REQUIRE(values.seeds.size() == 2);
  CHECK(values.seeds[0].value == "node-1:7400");
  CHECK(values.seeds[1].value == "node-2:7400");
  CHECK(values.seeds[1].source == "ACTORMESH_JOIN");
}

TEST_CASE("an unknown variable is a warning, with the one that was meant") {
  const auto values = read({"ACTORMESH_LOG_LEVLE=info", "ACTORMESH_FROBNICATE=1"});
  CHECK(values.overrides.empty());
  REQUIRE(values.warnings.size() == 2);
  CHECK(to_string(values.warnings[0]) ==
        "ACTORMESH_LOG_LEVLE: warning: no option has this variable, it is ignored; did you mean "
        "ACTORMESH_LOG_LEVEL?");
  CHECK(to_string(values.warnings[1]) ==
        "ACTORMESH_FROBNICATE: warning: no option has this variable, it is ignored");
}

TEST_CASE("what Kubernetes sets for a service called actormesh-mesh is no port") {
  const auto values =
      read({"ACTORMESH_MESH_PORT=tcp://10.0.0.1:7400",
            "ACTORMESH_MESH_PORT_7400_TCP=tcp://10.0.0.1:7400",
            "ACTORMESH_MESH_SERVICE_HOST=10.0.0.1", "ACTORMESH_MESH_SERVICE_PORT=7400"});
  CHECK(values.warnings.empty());
  CHECK(values.overrides.empty());
  CHECK(read({"ACTORMESH_MESH_PORT=7401"}).overrides.size() == 1);
}

TEST_CASE("what Kubernetes sets for a service called actormesh is no mistake") {
  const auto values =
      read({"ACTORMESH_PORT=tcp://10.0.0.1:80", "ACTORMESH_PORT_80_TCP=tcp://10.0.0.1:80",
            "ACTORMESH_SERVICE_HOST=10.0.0.1", "ACTORMESH_SERVICE_PORT=80",
            "ACTORMESH_SERVICE_PORT_HTTP=80", "ACTORMESH_PORT_80_TCP_ADDR=10.0.0.1"});
  CHECK(values.warnings.empty());
  CHECK(values.overrides.empty());
}
