/// `actormesh check-config FILE`, and `actormesh config-reference` that makes the docs.
#pragma once

#include "config/problem.hpp"

#include <iosfwd>
#include <string>

namespace CLI {
class App;
} // namespace CLI

namespace actormesh::cli {

/// What was written behind `actormesh check-config` or `actormesh config-reference`.
struct check_config_options {
  std::string file;
  std::string reference = "markdown"; ///< `markdown`, `example` or `json-schema`.
};

/// Adds `check-config`. The options must outlive the parse.
CLI::App* add_check_config(CLI::App& app, check_config_options& into);

/// Adds `config-reference`, which help doesn't show.
CLI::App* add_config_reference(CLI::App& app, check_config_options& into);

/// Checks the file alone, without the environment. Returns the process's exit status: 0
/// with one line on `out`, or 2 with every problem on `err`.
int run_check_config(const check_config_options& options, std::ostream& out, std::ostream& err);

/// Writes `docs/configuration.md`, `config/actormesh.example.yaml` or
/// `config/actormesh.schema.json`.
int run_config_reference(const check_config_options& options, std::ostream& out);

/// One problem a line: `FILE:LINE:COLUMN: message`.
void print_problems(const config::problems& list, std::ostream& to);

} // namespace actormesh::cli
