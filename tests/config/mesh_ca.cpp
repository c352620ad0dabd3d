#include "cli/mesh_ca.hpp"

#include "cli/check_config.hpp"
#include "config/keys/key_file.hpp"
#include "config/keys/mesh_ca.hpp"
#include "config/keys/mesh_certificates.hpp"
#include "config/loader.hpp"
#include "tests/config/command.hpp"
#include "tests/config/temporary_folder.hpp"

#include <CLI/CLI.hpp>
#include <catch2/catch.hpp>

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

using namespace actormesh;
using config::testing::outcome;
using config::testing::temporary_folder;
namespace fs = std::filesystem;

namespace {

outcome run(std::vector<std::string> arguments) {
  CLI::App app;
  cli::check_config_options check;
  cli::mesh_ca_options mesh_ca;
  const auto* const check_command = cli::add_check_config(app, check);
  cli::add_mesh_ca(app, mesh_ca);
  return config::testing::run_command(
      app, std::move(arguments), [&](std::ostream& out, std::ostream& err) {
        return check_command->parsed() ? cli::run_check_config(check, out, err)
                                       : cli::run_mesh_ca(mesh_ca, out, err);
      });
}

constexpr std::string_view open_api = R"(
apis:
  - id: a
    auth: {connect: [NONE], publish: [NONE], subscribe: [NONE]}
    namespaces: [{name: n}]
)";

} // namespace

SCENARIO("two commands make the certificates of a mesh") {
  const temporary_folder folder;
  const auto dir = (folder.path() / "mesh ca").string();

  GIVEN("a CA") {
    const auto made = run({"mesh-ca", "init", "--dir", dir, "--name", "shop", "--days", "30"});
    REQUIRE(made.status == 0);
    CHECK(made.out == dir + "/ca.pem\n" + dir + "/ca.key\n");
    CHECK_THAT(made.err, Catch::StartsWith("The CA of the mesh \"shop\" is valid until "));

    WHEN("a certificate is issued") {
      const auto issued = run({"mesh-ca", "issue", "node-1", "--dir", dir});

      THEN("what it prints is the configuration of the node") {
        CHECK(issued.status == 0);
        CHECK(issued.out == "mesh:\n  name: shop\n  tls:\n    certificate: \"" + dir +
                                "/node-1.pem\"\n    key: \"" + dir + "/node-1.key\"\n    ca: \"" +
                                dir + "/ca.pem\"\n");
        CHECK_THAT(issued.err,
                   Catch::StartsWith("The certificate of the node \"node-1\" is valid until "));
        const auto file = folder.write("f.yaml", issued.out + std::string{open_api}).string();
        CHECK(run({"check-config", file}).err.empty());
        CHECK(run({"check-config", file}).status == 0);
        const auto loaded = config::load_settings({.file = file});
        REQUIRE(loaded.has_value());
        CHECK(config::check_mesh_tls(loaded->values.mesh.tls).empty());
      }
    }
    WHEN("a certificate of a client is issued elsewhere") {
      const auto out = (folder.path() / "out").string();
      const auto issued = run(
          {"mesh-ca", "issue", "billing", "--client", "--dir", dir, "--out", out, "--days", "1"});

      THEN("what it prints are the files") {
        CHECK(issued.status == 0);
        CHECK(issued.out == "certificate: " + out + "/billing.pem\nkey: " + out +
                                "/billing.key\nca: " + dir + "/ca.pem\n");
        CHECK(fs::exists(out + "/billing.key"));
      }
    }
    WHEN("it is made again") {
      const auto again = run({"mesh-ca", "init", "--dir", dir});

      THEN("it is refused") {
        CHECK(again.status == 2);
        CHECK(again.out.empty());
        CHECK_THAT(again.err, Catch::Contains("is there already, and is not overwritten"));
      }
    }
  }
}

TEST_CASE("the default mesh has no name in what is printed") {
  const temporary_folder folder;
  const auto dir = folder.path().string();
  REQUIRE(run({"mesh-ca", "init", "--dir", dir}).status == 0);
  CHECK_THAT(run({"mesh-ca", "issue", "n", "--dir", dir}).out,
             Catch::StartsWith("mesh:\n  tls:\n    certificate: " + dir + "/n.pem\n"));
}

TEST_CASE("mesh-ca says what is wrong with its flags") {
  const temporary_folder folder;
  const auto dir = folder.path().string();
  CHECK(run({"mesh-ca"}).status != 0);
  CHECK(run({"mesh-ca", "issue"}).status != 0);
  CHECK(run({"mesh-ca", "init", "--dir", dir, "--days", "0"}).status != 0);
  CHECK(run({"mesh-ca", "init", "--dir", dir, "--days", "36501"}).status != 0);
  CHECK(run({"mesh-ca", "init", "--dir", dir, "--client"}).status != 0);
  const auto wrong = run({"mesh-ca", "init", "--dir", dir, "--name", "a b"});
  CHECK(wrong.status == 2);
  CHECK(wrong.err == "the name of a mesh: expected 1 to 64 characters of A-Z, a-z, 0-9, _ . and -; "
                     "found \"a b\"\n");
  CHECK(fs::is_empty(folder.path()));
  CHECK(run({"mesh-ca", "issue", "n", "--dir", dir}).status == 2);
}

TEST_CASE("check-config looks into certificates, and lets missing ones be made later") {
  const temporary_folder folder;
  const auto file = folder
                        .write("f.yaml", "mesh: {tls: {certificate: n.pem, key: n.key, ca: "
                                         "ca.pem}}\n" +
                                             std::string{open_api})
                        .string();
  const auto missing = run({"check-config", file});
  CHECK(missing.status == 0);
  CHECK_THAT(missing.err,
             Catch::StartsWith((folder.path() / "n.pem").string() + ": warning: cannot be opened"));
  folder.write("n.pem", "x");
  const auto wrong = run({"check-config", file});
  CHECK(wrong.status == 2);
  CHECK_THAT(wrong.err, Catch::StartsWith((folder.path() / "n.pem").string() +
                                          ": expected certificates in PEM form\n"));
}
