#include "config/reference.hpp"

#include "config/loader.hpp"
#include "config/schema.hpp"
#include "tests/config/temporary_folder.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace actormesh::config;
using testing::read_file;

// Tests run in the source folder.

TEST_CASE("docs/configuration.md is what the descriptors say") {
  INFO("after a change: build/release/bin/actormesh config-reference > docs/configuration.md");
  CHECK(read_file("docs/configuration.md") == reference_markdown());
}

TEST_CASE("config/actormesh.example.yaml is what the descriptors say") {
  INFO("after a change: build/release/bin/actormesh config-reference example > "
       "config/actormesh.example.yaml");
  CHECK(read_file("config/actormesh.example.yaml") == example_yaml());
}

TEST_CASE("config/actormesh.schema.json is what the descriptors say") {
  INFO("after a change: build/release/bin/actormesh config-reference json-schema > "
       "config/actormesh.schema.json");
  CHECK(read_file("config/actormesh.schema.json") == json_schema());
}

TEST_CASE("the example is a configuration without problems") {
  const auto parsed = parse_settings(example_yaml(), {.file = "/etc/example.yaml"});
  REQUIRE(parsed.has_value());
  CHECK(parsed->warnings.empty());
  CHECK(parsed->values.apis.size() == 2);
}

TEST_CASE("what the example sets is the default, but for names") {
  const auto parsed = parse_settings(example_yaml(), {.file = "/etc/example.yaml"});
  REQUIRE(parsed.has_value());
  settings expected;
  expected.node_name = "node-1";
  expected.listeners.emplace_back();
  auto& dev = expected.apis.emplace_back();
  dev.id = "dev";
  dev.keys_file = "/etc/keys-dev.yaml";
  dev.namespaces.emplace_back().name = "default";
  expected.apis.push_back(parsed->values.apis.back());
  CHECK(parsed->values == expected);
}

TEST_CASE("what differs from the defaults is written as a file that says the same") {
  settings values;
  CHECK(yaml_of_changes(values).empty());
  values.level = log_level::debug;
  values.mesh.name = "shop";
  values.mesh.seeds = {"node-2:7400"};
  values.mesh.tls.ca = "/a b.pem";
  CHECK(yaml_of_changes(values) == R"(log:
  level: debug
mesh:
  name: shop
  seeds: ["node-2:7400"]
  tls:
    ca: "/a b.pem"
)");
}

TEST_CASE("the reference names every option and every variable") {
  const auto text = reference_markdown();
  for (const auto& each : all_options()) {
    CAPTURE(each.path);
    CHECK(text.find("| `" + each.path + "`") != std::string::npos);
    if (each.scalar)
      CHECK(text.find("`" + environment_name(each.path) + "`") != std::string::npos);
  }
}
