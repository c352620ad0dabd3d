/// `actormesh mesh-ca init|issue`
#pragma once

#include "config/defaults.hpp"

#include <cstdint>
#include <iosfwd>
#include <string>

namespace CLI {
class App;
} // namespace CLI

namespace actormesh::cli {

/// What was written behind `actormesh mesh-ca`.
struct mesh_ca_options {
  enum class action : std::uint8_t { none, init, issue };

  action what = action::none;
  std::string dir = "mesh-ca";
  std::string mesh = config::defaults::mesh_name;
  std::string name;      ///< Of the node or client.
  std::string out;       ///< Empty: where the CA is.
  std::int64_t days = 0; ///< 0: the default.
  bool client = false;
};

/// Adds `mesh-ca` and its subcommands. The options must outlive the parse.
CLI::App* add_mesh_ca(CLI::App& app, mesh_ca_options& into);

/// Runs it and returns the process's exit status: 0, or 2 with the problems on `err`.
int run_mesh_ca(const mesh_ca_options& options, std::ostream& out, std::ostream& err);

} // namespace actormesh::cli
