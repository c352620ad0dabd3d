/// `actormesh keys create|list|revoke`
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>

namespace CLI {
class App;
} // namespace CLI

namespace actormesh::cli {

/// What was written behind `actormesh keys`.
struct keys_options {
  enum class action : std::uint8_t { none, create, list, revoke, rotate };

  action what = action::none;
  std::string file;
  std::string expires; ///< E.g. `7d`; empty: the default.
  std::string overlap; ///< E.g. `24h`; empty: the default.
  std::string description;
  std::string id;
  bool json = false;
};

/// Adds `keys` and its subcommands. The options must outlive the parse.
CLI::App* add_keys(CLI::App& app, keys_options& into);

/// Runs it and returns the process's exit status: 0, or 2 with the problems on `err`.
int run_keys(const keys_options& options, std::ostream& out, std::ostream& err);

} // namespace actormesh::cli
