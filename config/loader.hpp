/// From a file, the environment and flags to checked settings.
///
/// Any thread, and nothing here throws: whatever is wrong comes back as a list
/// that holds every problem at once.
#pragma once

#include "config/problem.hpp"
#include "config/settings.hpp"

#include <filesystem>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace actormesh::config {

/// A value that wins over the file: from a flag or an environment variable.
struct override_value {
  std::string path;   ///< Name of the option, e.g. `log.level`.
  std::string value;  ///< As it would be written in the file.
  std::string source; ///< For messages, e.g. `--log-level`.
};

/// What to load, and what wins over it.
struct load_request {
  std::filesystem::path file = {};            ///< Empty: no file, `base` counts instead.
  settings base = {};                         ///< Where a start without a file begins.
  std::vector<override_value> overrides = {}; ///< The last one for an option wins.
  /// `ADDRESS:PORT` each (the path is not used). If there are any, they replace the
  /// listeners of the file.
  std::vector<override_value> listeners = {};
  /// `HOST:PORT` each (the path is not used). If there are any, they replace the seeds of the
  /// file.
  std::vector<override_value> seeds = {};
};

/// Settings that can be used, and what was odd about them.
struct loaded_settings {
  settings values;
  problems warnings;
  /// Paths of everything that was written in the file, the environment or a flag: `mesh.port`,
  /// `listeners[0]`, `apis`.
  std::set<std::string> written;
};

/// Reads `127.0.0.1:8080`, `[::1]:8080` or `localhost:0`.
[[nodiscard]] std::optional<listener_settings> parse_listener(std::string_view text);

/// Reads, merges and checks. Files named in the configuration become absolute paths.
[[nodiscard]] result<loaded_settings> load_settings(const load_request& request);

/// As `load_settings`, with the text of the file already at hand.
[[nodiscard]] result<loaded_settings> parse_settings(std::string_view text,
                                                     const load_request& request);

/// The options that an environment sets, and what was odd about its `ACTORMESH_` variables.
struct environment_values {
  std::vector<override_value> overrides;
  std::vector<override_value> listeners; ///< From `ACTORMESH_LISTEN`, comma separated.
  std::vector<override_value> seeds;     ///< From `ACTORMESH_JOIN`, comma separated.
  std::string config_file;               ///< `ACTORMESH_CONFIG`.
  std::string state_dir;                 ///< `ACTORMESH_STATE_DIR`.
  problems warnings;
};

/// Picks the `ACTORMESH_` variables out of `NAME=VALUE` strings. A variable that is set to
/// nothing counts as not set. Unknown ones are warnings: orchestrators invent names of
/// their own (Kubernetes sets `ACTORMESH_PORT` for a service called actormesh).
[[nodiscard]] environment_values read_environment(std::span<const std::string> variables);

/// The variables of this process, as `read_environment` wants them.
[[nodiscard]] std::vector<std::string> process_environment();

/// The environment variable of an option: `log.level` gives `ACTORMESH_LOG_LEVEL`.
[[nodiscard]] std::string environment_name(std::string_view path);

} // namespace actormesh::config
