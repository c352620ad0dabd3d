#include "cli/audit.hpp"
#include "cli/check_config.hpp"
#include "cli/keys.hpp"
#include "cli/mesh_ca.hpp"
#include "cli/serve.hpp"
#include "cli/serve_options.hpp"
#include "cli/status.hpp"

#include <CLI/CLI.hpp>

#include <csignal>
#include <exception>
#include <iostream>

namespace {

using namespace actormesh;

/// Usage errors end with the same status as configuration errors.
constexpr int usage_error = 2;

int run(int argc, char** argv) {
  CLI::App app{"A self-hosted event mesh: publish once to a channel, every subscriber gets it."};
  app.name("actormesh");
  app.set_version_flag("--version", "actormesh " ACTORMESH_VERSION);
  app.require_subcommand(1);

  cli::serve_options serve_options;
  auto* serve = app.add_subcommand("serve", "Run a node");
  cli::add_serve_flags(*serve, serve_options);
  cli::check_config_options check_options;
  auto* check = cli::add_check_config(app, check_options);
  auto* reference = cli::add_config_reference(app, check_options);
  cli::keys_options keys_options;
  auto* keys = cli::add_keys(app, keys_options);
  cli::mesh_ca_options mesh_ca_options;
  auto* mesh_ca = cli::add_mesh_ca(app, mesh_ca_options);
  cli::audit_options audit_options;
  auto* audit = cli::add_audit(app, audit_options);
  cli::status_options status_options;
  auto* status = cli::add_status(app, status_options);

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& failed) {
    return app.exit(failed) == 0 ? 0 : usage_error;
  }
  if (serve->parsed())
    return cli::run_serve(serve_options, std::cout, std::cerr);
  if (check->parsed())
    return cli::run_check_config(check_options, std::cout, std::cerr);
  if (reference->parsed())
    return cli::run_config_reference(check_options, std::cout);
  if (keys->parsed())
    return cli::run_keys(keys_options, std::cout, std::cerr);
  if (mesh_ca->parsed())
    return cli::run_mesh_ca(mesh_ca_options, std::cout, std::cerr);
  if (audit->parsed())
    return cli::run_audit(audit_options, std::cout, std::cerr);
  if (status->parsed())
    return cli::run_status(status_options, std::cout, std::cerr);
  return usage_error;
}

} // namespace

int main(int argc, char** argv) {
  // A reader of our output that goes away is an error to look at, not the end.
  std::signal(SIGPIPE, SIG_IGN);
  // So is a file that may not grow any more: it is treated like a full disk.
  std::signal(SIGXFSZ, SIG_IGN);
  try {
    return run(argc, argv);
  } catch (const std::exception& failed) {
    std::cerr << "actormesh: " << failed.what() << '\n';
    return 1;
  }
}
