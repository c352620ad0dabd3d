/// The flags of `actormesh serve`, and what they, the environment and the file add up to.
#pragma once

#include "config/keys/key_file.hpp"
#include "config/loader.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
} // namespace CLI

namespace actormesh::cli {

/// What was written behind `actormesh serve`.
struct serve_options {
  std::string config_file = {};
  std::string state_dir = {};
  std::vector<std::string> listen = {}; ///< `ADDRESS:PORT` each.
  std::vector<std::string> join = {};   ///< `HOST:PORT` each.
  std::optional<std::string> mesh_listen = {};
  bool no_mesh = false;
  std::optional<std::string> loops = {};
  std::optional<std::string> node_name = {};
  std::optional<std::string> log_level = {};
  std::optional<std::string> log_format = {};
  std::vector<std::string> set = {}; ///< `OPTION=VALUE` each.
};

/// Adds the flags of `serve` to its subcommand. The options must outlive the parse.
void add_serve_flags(CLI::App& command, serve_options& into);

/// Everything a node needs to start.
struct resolved_settings {
  /// What the node has to do. A node to which nobody gave a name has none yet: it depends on the
  /// port that the mesh gets (`default_node_name`).
  config::settings values;
  config::problems warnings;
  std::filesystem::path config_file; ///< Empty: the node runs without a configuration.
  std::filesystem::path keys_file;   ///< Of the API `default`, if there is no configuration.
  /// The key that a first start made. Print it (`start_lines`) before anything that can
  /// fail: it can't be read from anywhere later.
  std::optional<config::new_key> first_key;
  /// The keys of every API that has a file of keys, by the API's id.
  std::map<std::string, config::loaded_key_ring> key_rings;
  /// Whether `values.node_name` was written somewhere, or is the one in the mesh's certificate.
  bool name_given = false;
  /// Nobody said where to listen: if the default port is taken, a free one does, too.
  bool listen_may_move = false;
  /// Nobody said anything about where the mesh is: as above.
  bool mesh_port_may_move = false;
};

/// Returns `HOST-PORT`, the name of a node to which nobody gave one. Characters that a name may not
/// have become `-`.
[[nodiscard]] std::string default_node_name(std::uint16_t mesh_port);

/// As above, for any host.
[[nodiscard]] std::string default_node_name(std::string_view host, std::uint16_t mesh_port);

/// Merges defaults, file, environment and flags; the later ones win. Without a
/// configuration file, one API `default` with the namespace `default` is served, whose
/// keys are in the state directory; the first start makes both. A file of keys that is
/// named but can't be used is an error.
[[nodiscard]] config::result<resolved_settings> resolve_settings(const serve_options& options);

/// As above, with an environment (`NAME=VALUE`) that is not the process's own.
[[nodiscard]] config::result<resolved_settings>
resolve_settings(const serve_options& options, const std::vector<std::string>& environment);

/// The lines for stdout about keys: `api key: da2-…` after a first start, else none.
[[nodiscard]] std::vector<std::string> start_lines(const resolved_settings& settings);

/// The lines for a person, on stderr or in the log: where the keys are and how to make
/// one. None if there is a configuration.
[[nodiscard]] std::vector<std::string> start_hints(const resolved_settings& settings);

} // namespace actormesh::cli
