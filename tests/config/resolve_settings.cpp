#include "cli/serve_options.hpp"
#include "config/keys/key_text.hpp"
#include "tests/config/temporary_folder.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <string>
#include <vector>

#include <sys/stat.h>

using namespace actormesh;
using cli::resolve_settings;
using cli::serve_options;
using config::testing::temporary_folder;
namespace fs = std::filesystem;

namespace {

constexpr std::string_view open_api = R"(
log: {level: warn}
http: {idle_timeout: 9s}
apis:
  - id: a
    auth: {connect: [NONE], publish: [NONE], subscribe: [NONE]}
    namespaces: [{name: n}]
)";

cli::resolved_settings resolve(const serve_options& options,
                               const std::vector<std::string>& environment = {}) {
  auto resolved = resolve_settings(options, environment);
  if (!resolved)
    FAIL(to_string(resolved.error().front()));
  return *std::move(resolved);
}

std::string first_problem(const serve_options& options,
                          const std::vector<std::string>& environment = {}) {
  const auto resolved = resolve_settings(options, environment);
  return resolved ? "none" : to_string(resolved.error().front());
}

std::chrono::sys_seconds now() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

} // namespace

SCENARIO("the first start without a configuration makes a key") {
  GIVEN("a home without anything in it") {
    const temporary_folder home;
    const std::vector<std::string> environment{"HOME=" + home.path().string()};
    const auto state = home.path() / ".local/state/actormesh";

    WHEN("a node starts") {
      const auto first = resolve({}, environment);

      THEN("there is one API with one namespace, on loopback") {
        CHECK(first.values.listeners == std::vector<config::listener_settings>{{}});
        REQUIRE(first.values.apis.size() == 1);
        const auto& api = first.values.apis[0];
        CHECK(api.id == "default");
        CHECK(api.path_prefix.empty());
        CHECK(api.auth == config::auth_settings{});
        CHECK(api.keys_file == (state / "keys.yaml").string());
        REQUIRE(api.namespaces.size() == 1);
        CHECK(api.namespaces[0].name == "default");
      }
      THEN("the key is there to be printed, and it works") {
        REQUIRE(first.first_key.has_value());
        CHECK(cli::start_lines(first) ==
              std::vector<std::string>{"api key: " + first.first_key->key});
        CHECK(cli::start_hints(first).size() == 1);
        CHECK(first.key_rings.at("default").ring->check(first.first_key->key, now()).outcome ==
              config::key_ring::verdict::accepted);
      }
      THEN("nobody else can look into the directory") {
        struct stat status {};
        REQUIRE(::stat(state.c_str(), &status) == 0);
        CHECK((status.st_mode & 07777U) == 0700U);
      }
      AND_WHEN("it starts again") {
        const auto again = resolve({}, environment);

        THEN("the keys are the same, and none is printed") {
          CHECK_FALSE(again.first_key.has_value());
          CHECK(cli::start_lines(again).empty());
          CHECK(again.key_rings.at("default").ring->keys() ==
                first.key_rings.at("default").ring->keys());
        }
        THEN("it says where they are and how to make one") {
          const auto file = (state / "keys.yaml").string();
          CHECK(cli::start_hints(again) ==
                std::vector<std::string>{"no configuration: using the keys of " + file +
                                         "; `actormesh keys create --file " + file +
                                         "` makes another"});
        }
      }
    }

    WHEN("a start fails for a typing error") {
      CHECK_FALSE(resolve_settings({.loops = "many"}, environment).has_value());

      THEN("it leaves nothing behind") { CHECK_FALSE(fs::exists(home.path() / ".local")); }
    }
  }
}

TEST_CASE("when every key has expired, the start says how to make one") {
  const temporary_folder folder;
  folder.write("keys.yaml",
               config::format_key_ring({"00112233445566778899aabbccddeeff",
                                        {{"key-1", std::string(64, 'a'), "", {}, {}}}}));
  const auto resolved = resolve({.state_dir = folder.path().string()});
  REQUIRE(cli::start_hints(resolved).size() == 1);
  CHECK_THAT(cli::start_hints(resolved)[0], Catch::Contains("is valid any more"));
}

TEST_CASE("the state directory comes from the flag, the environment, XDG, or the home") {
  const temporary_folder folder;
  const auto at = [&](const std::string& name) { return (folder.path() / name).string(); };
  std::vector<std::string> environment{"HOME=" + at("home")};
  CHECK(resolve({}, environment).keys_file == at("home/.local/state/actormesh/keys.yaml"));
  environment.push_back("XDG_STATE_HOME=" + at("xdg"));
  CHECK(resolve({}, environment).keys_file == at("xdg/actormesh/keys.yaml"));
  environment.push_back("ACTORMESH_STATE_DIR=" + at("env"));
  CHECK(resolve({}, environment).keys_file == at("env/keys.yaml"));
  CHECK(resolve({.state_dir = at("flag")}, environment).keys_file == at("flag/keys.yaml"));
  CHECK(first_problem({}, {"XDG_STATE_HOME=relative"}) ==
        "--state-dir: is needed, because neither XDG_STATE_HOME nor HOME is set");
}

TEST_CASE("flags win over the environment, and that over the file") {
  const temporary_folder folder;
  const auto file = folder.write("f.yaml", open_api).string();
  CHECK(resolve({.config_file = file}).values.level == config::log_level::warn);
  CHECK(resolve({}, {"ACTORMESH_CONFIG=" + file}).values.level == config::log_level::warn);
  const std::vector<std::string> environment{
      "ACTORMESH_CONFIG=/nonexistent.yaml", "ACTORMESH_LOG_LEVEL=error",
      "ACTORMESH_LOG_FORMAT=json", "ACTORMESH_LISTEN=127.0.0.1:1"};
  const auto mixed = resolve({.config_file = file, .log_level = "debug"}, environment);
  CHECK(mixed.values.level == config::log_level::debug);
  CHECK(mixed.values.format == config::log_format::json);
  CHECK(mixed.values.http.idle_timeout == std::chrono::seconds{9});
  CHECK(mixed.values.listeners == std::vector<config::listener_settings>{{"127.0.0.1", 1}});
  CHECK(mixed.config_file == file);
  const auto flags = resolve({.config_file = file,
                              .listen = {"127.0.0.1:0", "[::1]:0"},
                              .loops = "3",
                              .node_name = "n",
                              .set = {"websocket.queue_bytes=2MiB", "node.name=other"}},
                             environment);
  CHECK(flags.values.listeners.size() == 2);
  CHECK(flags.values.loops == 3);
  CHECK(flags.values.node_name == "n");
  CHECK(flags.values.websocket.queue_bytes == 2'097'152);
  CHECK_FALSE(flags.first_key.has_value());
  CHECK(cli::start_lines(flags).empty());
  CHECK(cli::start_hints(flags).empty());
}

TEST_CASE("what is wrong with flags and environment is reported under their names") {
  const temporary_folder folder;
  const auto file = folder.write("f.yaml", open_api).string();
  CHECK(first_problem({.config_file = file, .loops = "x"}) ==
        "--loops: expected a whole number from 0 to 64; found \"x\"");
  CHECK(first_problem({.config_file = file, .set = {"x"}}) ==
        "--set: expected OPTION=VALUE, found \"x\"");
  CHECK(first_problem({.config_file = file}, {"ACTORMESH_NODE_LOOPS=x"}) ==
        "ACTORMESH_NODE_LOOPS: expected a whole number from 0 to 64; found \"x\"");
  const auto resolved = resolve({.config_file = file}, {"ACTORMESH_LOOPS=1"});
  REQUIRE(resolved.warnings.size() == 1);
  CHECK(resolved.warnings[0].source == "ACTORMESH_LOOPS");
}

TEST_CASE("every file of keys is loaded, and all that are missing are reported") {
  const temporary_folder folder;
  const auto file = folder
                        .write("f.yaml", R"(
apis:
  - {id: a, keys_file: a.yaml, namespaces: [{name: n}]}
  - {id: b, path_prefix: /b, keys_file: b.yaml, namespaces: [{name: n}]}
)")
                        .string();
  const auto refused = resolve_settings({.config_file = file}, {});
  REQUIRE_FALSE(refused.has_value());
  REQUIRE(refused.error().size() == 2);
  const auto keys = (folder.path() / "b.yaml").string();
  CHECK(to_string(refused.error()[1]) ==
        keys +
            ": cannot be opened: No such file or directory (make one with `actormesh keys "
            "create --file " +
            keys + "`)");

  REQUIRE(config::create_key(folder.path() / "a.yaml", {}).has_value());
  REQUIRE(config::create_key(folder.path() / "b.yaml", {}).has_value());
  const auto resolved = resolve({.config_file = file});
  CHECK(resolved.key_rings.size() == 2);
  CHECK(resolved.key_rings.at("b").ring->keys().size() == 1);
}
