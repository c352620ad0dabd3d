#include "cli/serve_options.hpp"

#include "config/file_io.hpp"
#include "config/keys/mesh_certificates.hpp"
#include "config/keys/mesh_identity.hpp"
#include "config/keys/time_text.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <utility>

#include <unistd.h>

namespace actormesh::cli {

namespace {

namespace fs = std::filesystem;
using config::one_problem;
using config::override_value;
using config::problems;
using config::result;

constexpr const char* default_name = "default";

/// The flags that set an option, as overrides.
result<std::vector<override_value>> flag_overrides(const serve_options& options) {
  std::vector<override_value> overrides;
  for (const auto& each : options.set) {
    const auto equals = each.find('=');
    if (equals == std::string::npos)
      return one_problem("--set", "expected OPTION=VALUE, found \"" + each + "\"");
    overrides.push_back({each.substr(0, equals), each.substr(equals + 1), "--set"});
  }
  if (options.mesh_listen) {
    const auto where = config::parse_listener(*options.mesh_listen);
    if (!where)
      return one_problem("--mesh-listen", "expected ADDRESS:PORT, such as 127.0.0.1:7400 or "
                                          "[::1]:7400; found \"" +
                                              *options.mesh_listen + "\"");
    overrides.push_back({"mesh.address", where->address, "--mesh-listen"});
    overrides.push_back({"mesh.port", std::to_string(where->port), "--mesh-listen"});
  }
  if (options.no_mesh)
    overrides.push_back({"mesh.enabled", "false", "--no-mesh"});
  const std::pair<const std::optional<std::string>*, override_value> flags[] = {
      {&options.loops, {"node.loops", {}, "--loops"}},
      {&options.node_name, {"node.name", {}, "--name"}},
      {&options.log_level, {"log.level", {}, "--log-level"}},
      {&options.log_format, {"log.format", {}, "--log-format"}},
  };
  for (const auto& [value, flag] : flags) {
    if (value->has_value())
      overrides.push_back({flag.path, **value, flag.source});
  }
  return overrides;
}

/// The value of a variable in an environment; empty if it is not set.
std::string variable(const std::vector<std::string>& environment, std::string_view name) {
  const auto start = std::string{name} + "=";
  for (const auto& each : environment) {
    if (each.starts_with(start))
      return each.substr(start.size());
  }
  return {};
}

/// As the XDG base directory specification has it: a path there that is not absolute is ignored.
result<fs::path> default_state_dir(const std::vector<std::string>& environment) {
  if (const fs::path state = variable(environment, "XDG_STATE_HOME"); state.is_absolute())
    return state / "actormesh";
  if (const fs::path home = variable(environment, "HOME"); home.is_absolute())
    return home / ".local" / "state" / "actormesh";
  return one_problem("--state-dir", "is needed, because neither XDG_STATE_HOME nor HOME is set");
}

/// What a node serves that was told nothing.
config::settings default_settings(const fs::path& keys_file) {
  config::settings values;
  auto& api = values.apis.emplace_back();
  api.id = default_name;
  api.keys_file = keys_file.string();
  api.namespaces.emplace_back().name = default_name;
  return values;
}

/// Finds the keys of a node without a configuration.
result<fs::path> default_keys_file(const serve_options& options,
                                   const config::environment_values& values,
                                   const std::vector<std::string>& environment) {
  fs::path directory = options.state_dir.empty() ? values.state_dir : options.state_dir;
  if (directory.empty()) {
    auto found = default_state_dir(environment);
    if (!found)
      return found;
    directory = *std::move(found);
  }
  std::error_code failed;
  return fs::absolute(directory, failed) / "keys.yaml";
}

/// Makes the first key, unless there is a file of keys already. Of several nodes that start at the
/// same moment one makes it.
result<std::optional<config::new_key>> make_first_key(const fs::path& keys_file) {
  std::error_code failed;
  if (fs::exists(keys_file, failed))
    return std::optional<config::new_key>{};
  if (auto wrong = config::make_private_folder(keys_file.parent_path()); !wrong.empty())
    return wrong;
  return config::create_first_key(keys_file, {.description = "made by the first start",
                                              .life = config::defaults::first_key_life});
}

/// Loads every file of keys. All problems of all files come back together.
problems load_keys(resolved_settings& into) {
  problems wrong;
  for (const auto& api : into.values.apis) {
    if (api.keys_file.empty())
      continue;
    auto loaded = config::load_key_ring(api.keys_file);
    if (!loaded) {
      // By value: `error()` of a constant result returns a copy.
      const auto found = loaded.error();
      wrong.insert(wrong.end(), found.begin(), found.end());
      continue;
    }
    into.warnings.insert(into.warnings.end(), loaded->warnings.begin(), loaded->warnings.end());
    into.key_rings.emplace(api.id, *std::move(loaded));
  }
  return wrong;
}

/// Checks the certificate of the mesh, if there is one, and names the node by it unless somebody
/// else did.
problems take_certificate(resolved_settings& into) {
  auto& values = into.values;
  auto found = config::check_node_certificate(values);
  if (config::has_errors(found))
    return found;
  into.warnings.insert(into.warnings.end(), found.begin(), found.end());
  if (!config::has_mesh_tls(values) || !values.node_name.empty())
    return {};
  auto name = config::certificate_node_name(values.mesh.tls.certificate);
  if (!name)
    return name.error();
  values.node_name = *std::move(name);
  return {};
}

/// Whether an option was written anywhere, or anything in it.
bool is_written(const std::set<std::string>& written, std::string_view path) {
  const auto found = written.lower_bound(std::string{path});
  return found != written.end() && found->starts_with(path);
}

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

bool has_valid_key(const resolved_settings& settings) {
  const auto now = std::chrono::system_clock::now();
  for (const auto& [id, loaded] : settings.key_rings) {
    for (const auto& key : loaded.ring->keys()) {
      if (now < key.expires)
        return true;
    }
  }
  return false;
}

} // namespace

void add_serve_flags(CLI::App& command, serve_options& into) {
  command.add_option("--config", into.config_file, "Configuration file (YAML)")->type_name("FILE");
  command
      .add_option("--listen", into.listen,
                  "Accept clients here, instead of where the file says; can be repeated. Port 0 "
                  "takes a free one")
      ->type_name("ADDRESS:PORT")
      ->allow_extra_args(false);
  auto* join = command
                   .add_option("--join", into.join,
                               "Link with this node, and with those that it knows, instead of the "
                               "mesh.seeds of the file; can be repeated")
                   ->type_name("HOST:PORT")
                   ->allow_extra_args(false);
  auto* mesh_listen =
      command
          .add_option("--mesh-listen", into.mesh_listen, "Accept other nodes and C++ clients here")
          ->type_name("ADDRESS:PORT");
  command.add_flag("--no-mesh", into.no_mesh, "Run alone: accept no nodes and link with none")
      ->excludes(join)
      ->excludes(mesh_listen);
  command.add_option("--loops", into.loops, "Event loops; 0: one per core")->type_name("N");
  command.add_option("--name", into.node_name, "Name of the node in the mesh and in logs")
      ->type_name("NAME");
  command.add_option("--log-level", into.log_level, "trace, debug, info, warn, error or off")
      ->type_name("LEVEL");
  command.add_option("--log-format", into.log_format, "text or json")->type_name("FORMAT");
  command
      .add_option("--state-dir", into.state_dir,
                  "Where a node without a configuration keeps its keys")
      ->type_name("DIR");
  command
      .add_option("--set", into.set,
                  "Set any option that is not in a list, such as websocket.queue_bytes=2MiB; can "
                  "be repeated")
      ->type_name("OPTION=VALUE")
      ->allow_extra_args(false);
}

result<resolved_settings> resolve_settings(const serve_options& options) {
  return resolve_settings(options, config::process_environment());
}

result<resolved_settings> resolve_settings(const serve_options& options,
                                           const std::vector<std::string>& environment) {
  auto from_environment = config::read_environment(environment);
  auto from_flags = flag_overrides(options);
  if (!from_flags)
    return from_flags.error();

  config::load_request request;
  request.file = options.config_file.empty() ? from_environment.config_file : options.config_file;
  request.overrides = std::move(from_environment.overrides);
  request.overrides.insert(request.overrides.end(), from_flags->begin(), from_flags->end());
  request.listeners = std::move(from_environment.listeners);
  if (!options.listen.empty())
    request.listeners.clear();
  for (const auto& each : options.listen)
    request.listeners.push_back({"listeners", each, "--listen"});

  request.seeds = std::move(from_environment.seeds);
  if (!options.join.empty())
    request.seeds.clear();
  for (const auto& each : options.join)
    request.seeds.push_back({"mesh.seeds", each, "--join"});

  resolved_settings resolved;
  resolved.config_file = request.file;
  if (request.file.empty()) {
    auto keys_file = default_keys_file(options, from_environment, environment);
    if (!keys_file)
      return keys_file.error();
    resolved.keys_file = *std::move(keys_file);
    request.base = default_settings(resolved.keys_file);
  }
  auto loaded = config::load_settings(request);
  if (!loaded)
    return loaded.error();
  resolved.values = std::move(loaded->values);
  resolved.warnings = std::move(from_environment.warnings);
  resolved.warnings.insert(resolved.warnings.end(), loaded->warnings.begin(),
                           loaded->warnings.end());
  if (auto wrong = take_certificate(resolved); !wrong.empty())
    return wrong;
  resolved.name_given = !resolved.values.node_name.empty();
  resolved.listen_may_move = !is_written(loaded->written, "listeners");
  // A node that others have been told about must be where they look for it.
  const auto is_mesh_option_written = [&](const char* path) {
    return loaded->written.contains(path);
  };
  resolved.mesh_port_may_move = std::ranges::none_of(
      std::array{"mesh.port", "mesh.address", "mesh.advertise"}, is_mesh_option_written);
  // Only now, so that a start that fails for a typing error leaves nothing behind.
  if (request.file.empty()) {
    auto first = make_first_key(resolved.keys_file);
    if (!first)
      return first.error();
    resolved.first_key = *std::move(first);
  }
  if (auto wrong = load_keys(resolved); !wrong.empty())
    return wrong;
  return resolved;
}

std::string default_node_name(std::uint16_t mesh_port) {
  return default_node_name(host_name(), mesh_port);
}

std::string default_node_name(std::string_view host, std::uint16_t mesh_port) {
  constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                       "0123456789_.-";
  constexpr std::size_t longest = 64;
  const auto port = "-" + std::to_string(mesh_port);
  std::string name{host.empty() ? "node" : host.substr(0, longest - port.size())};
  for (char& c : name) {
    if (allowed.find(c) == std::string_view::npos)
      c = '-';
  }
  return name + port;
}

std::vector<std::string> start_lines(const resolved_settings& settings) {
  if (!settings.first_key)
    return {};
  return {"api key: " + settings.first_key->key};
}

std::vector<std::string> start_hints(const resolved_settings& settings) {
  if (!settings.config_file.empty())
    return {};
  const auto file = settings.keys_file.string();
  const auto another = "`actormesh keys create --file " + file + "`";
  if (settings.first_key)
    return {"no configuration: made one key, valid until " +
            config::format_time(settings.first_key->record.expires) + "; it is not shown again, " +
            another + " makes another"};
  if (!has_valid_key(settings))
    return {"no configuration, and no key in " + file + " is valid any more; " + another +
            " makes one, and the node picks it up"};
  return {"no configuration: using the keys of " + file + "; " + another + " makes another"};
}

} // namespace actormesh::cli
