#include "cli/check_config.hpp"
#include "cli/keys.hpp"
#include "cli/serve_options.hpp"
#include "config/keys/key_file.hpp"
#include "config/keys/time_text.hpp"
#include "tests/config/command.hpp"
#include "tests/config/temporary_folder.hpp"

#include <CLI/CLI.hpp>
#include <catch2/catch.hpp>

#include <sstream>
#include <string>
#include <vector>

using namespace actormesh;
using config::testing::outcome;
using config::testing::read_file;
using config::testing::temporary_folder;

namespace {

outcome run(std::vector<std::string> arguments) {
  CLI::App app;
  cli::check_config_options check;
  cli::keys_options keys;
  const auto* const check_command = cli::add_check_config(app, check);
  const auto* const reference_command = cli::add_config_reference(app, check);
  cli::add_keys(app, keys);
  return config::testing::run_command(
      app, std::move(arguments), [&](std::ostream& out, std::ostream& err) {
        return check_command->parsed()       ? cli::run_check_config(check, out, err)
               : reference_command->parsed() ? cli::run_config_reference(check, out)
                                             : cli::run_keys(keys, out, err);
      });
}

} // namespace

TEST_CASE("check-config says ok in one line, or everything that is wrong") {
  const temporary_folder folder;
  REQUIRE(config::create_key(folder.path() / "k.yaml", {}).has_value());
  const auto good =
      folder.write("good.yaml", "apis: [{id: a, keys_file: k.yaml, namespaces: [{name: n}]}]\n")
          .string();
  const auto ok = run({"check-config", good});
  CHECK(ok.status == 0);
  CHECK(ok.out == good + ": ok, 1 listener, 1 API\n");
  CHECK(ok.err.empty());

  const auto bad = folder.write("bad.yaml", "log: {level: 1}\nfoo: 2\n").string();
  const auto refused = run({"check-config", bad});
  CHECK(refused.status == 2);
  CHECK(refused.out.empty());
  CHECK(
      refused.err ==
      bad + ":1:1: apis: expected at least one API\n" + bad +
          ":1:14: log.level: expected one of trace, debug, info, warn, error, off; found \"1\"\n" +
          bad +
          ":2:1: unknown option \"foo\"; known here: node, log, http, websocket, mesh, audit, "
          "listeners, apis\n");
}

TEST_CASE("check-config looks into files of keys, and lets missing ones be made later") {
  const temporary_folder folder;
  const auto file =
      folder.write("f.yaml", "apis: [{id: a, keys_file: k.yaml, namespaces: [{name: n}]}]\n")
          .string();
  const auto keys = (folder.path() / "k.yaml").string();
  const auto missing = run({"check-config", file});
  CHECK(missing.status == 0);
  CHECK_THAT(missing.err, Catch::StartsWith(keys + ": warning: cannot be opened"));
  folder.write("k.yaml", "salt: 1\n");
  const auto wrong = run({"check-config", file});
  CHECK(wrong.status == 2);
  CHECK(wrong.err == keys + ":1:7: salt: expected 32 hex digits\n");
}

TEST_CASE("keys are created, listed and revoked") {
  const temporary_folder folder;
  const auto file = (folder.path() / "k.yaml").string();
  const auto created =
      run({"keys", "create", "--file", file, "--expires", "30d", "--description", "the shop"});
  REQUIRE(created.status == 0);
  REQUIRE(created.out.size() == 31);
  CHECK(created.out.starts_with("da2-"));
  const auto key = created.out.substr(0, 30);
  const auto ring = config::load_key_ring(file)->ring;
  const auto record = ring->keys().at(0);
  CHECK(record.expires - record.created == std::chrono::hours{24 * 30});
  CHECK(ring->check(key, record.created).outcome == config::key_ring::verdict::accepted);
  CHECK(created.err == record.id + " is valid until " + config::format_time(record.expires) +
                           ". The key is not shown again.\n");

  const auto listed = run({"keys", "list", "--file", file});
  CHECK(listed.status == 0);
  CHECK(listed.out == "ID            CREATED               EXPIRES               STATE         "
                      "DESCRIPTION\n" +
                          record.id + "  " + config::format_time(record.created) + "  " +
                          config::format_time(record.expires) + "  valid         the shop\n");
  CHECK(listed.out.find(key) == std::string::npos);

  const auto json = run({"keys", "list", "--file", file, "--json"});
  CHECK(json.out == R"([{"id":")" + record.id + R"(","description":"the shop","created":")" +
                        config::format_time(record.created) + R"(","expires":")" +
                        config::format_time(record.expires) + R"(","state":"valid"}])" + "\n");

  const auto unknown = run({"keys", "revoke", "--file", file, "key-0"});
  CHECK(unknown.status == 2);
  CHECK(unknown.out.empty());
  CHECK(unknown.err ==
        file + ": has no key with the id \"key-0\" (`actormesh keys list` shows the ids)\n");

  const auto revoked = run({"keys", "revoke", "--file", file, record.id});
  CHECK(revoked.status == 0);
  CHECK(revoked.out == "revoked " + record.id + " (the shop)\n");
  CHECK(config::load_key_ring(file)->ring->keys().empty());
}

TEST_CASE("keys says what is wrong with its flags") {
  const temporary_folder folder;
  const auto file = (folder.path() / "k.yaml").string();
  CHECK(run({"keys", "create", "--file", file, "--expires", "soon"}).err ==
        "--expires: expected a duration from 1d to 365d, such as 7d; found \"soon\"\n");
  const auto short_life = run({"keys", "create", "--file", file, "--expires", "1h"});
  CHECK(short_life.status == 2);
  CHECK(short_life.err == file + ": a key's life: expected 1d to 365d\n");
  CHECK(run({"keys", "list", "--file", file}).status == 2);
  CHECK(run({"keys"}).status != 0);
  CHECK(run({"keys", "create"}).status != 0);
  CHECK(run({"keys", "revoke", "--file", file}).status != 0);
}

TEST_CASE("config-reference prints the files that are made from the descriptors") {
  CHECK(run({"config-reference"}).out == read_file("docs/configuration.md"));
  CHECK(run({"config-reference", "example"}).out == read_file("config/actormesh.example.yaml"));
  CHECK(run({"config-reference", "json-schema"}).out == read_file("config/actormesh.schema.json"));
  CHECK(run({"config-reference", "html"}).status != 0);
}

TEST_CASE("the flags of the mesh arrive in the options of serve") {
  const auto parse = [](std::vector<std::string> arguments) {
    CLI::App app;
    cli::serve_options options;
    cli::add_serve_flags(*app.add_subcommand("serve"), options);
    std::reverse(arguments.begin(), arguments.end());
    app.parse(arguments);
    return options;
  };
  const auto options =
      parse({"serve", "--join", "a:1", "--join", "b:2", "--mesh-listen", "[::1]:0"});
  CHECK(options.join == std::vector<std::string>{"a:1", "b:2"});
  CHECK(options.mesh_listen == "[::1]:0");
  CHECK_FALSE(options.no_mesh);
  CHECK(parse({"serve", "--no-mesh"}).no_mesh);
  CHECK_THROWS_AS(parse({"serve", "--no-mesh", "--join", "a:1"}), CLI::ExcludesError);
  CHECK_THROWS_AS(parse({"serve", "--no-mesh", "--mesh-listen", "a:1"}), CLI::ExcludesError);
}

TEST_CASE("the flags of serve arrive in its options") {
  CLI::App app;
  cli::serve_options options;
  cli::add_serve_flags(*app.add_subcommand("serve"), options);
  std::vector<std::string> arguments{
      "serve",   "--config", "f.yaml",      "--listen", "a:1",          "--listen", "b:2",
      "--loops", "2",        "--log-level", "debug",    "--log-format", "json",     "--state-dir",
      "/s",      "--name",   "n",           "--set",    "http.x=1",     "--set",    "http.y=2"};
  std::reverse(arguments.begin(), arguments.end());
  app.parse(arguments);
  CHECK(options.config_file == "f.yaml");
  CHECK(options.listen == std::vector<std::string>{"a:1", "b:2"});
  CHECK(options.loops == "2");
  CHECK(options.log_level == "debug");
  CHECK(options.log_format == "json");
  CHECK(options.state_dir == "/s");
  CHECK(options.node_name == "n");
  CHECK(options.set == std::vector<std::string>{"http.x=1", "http.y=2"});
}
