#include "config/loader.hpp"
#include "config/quantity.hpp"
#include "config/schema.hpp"

#include <algorithm>
#include <utility>

#include <unistd.h>

namespace actormesh::config {

namespace {

constexpr std::string_view prefix = "ACTORMESH_";

char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

/// What Kubernetes sets in every pod for services called actormesh and actormesh-mesh. The latter's
/// ACTORMESH_MESH_PORT has the name of an option, and a value that the option can't have.
bool is_service_link(std::string_view name, std::string_view value) {
  constexpr std::string_view mesh = "MESH_";
  name.remove_prefix(prefix.size());
  if (name == "MESH_PORT")
    return value.starts_with("tcp://") || value.starts_with("udp://");
  if (name.starts_with(mesh))
    name.remove_prefix(mesh.size());
  return name == "PORT" || name.starts_with("PORT_") || name == "SERVICE_HOST" ||
         name.starts_with("SERVICE_PORT");
}

/// Splits at commas and hands over what is between them.
void add_items(std::string_view list, const std::string& path, const std::string& source,
               std::vector<override_value>& into) {
  while (!list.empty()) {
    const auto comma = list.find(',');
    into.push_back({path, std::string{list.substr(0, comma)}, source});
    list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
  }
}

} // namespace

std::string environment_name(std::string_view path) {
  std::string name{prefix};
  for (const char c : path)
    name += c == '.' ? '_' : upper(c);
  return name;
}

environment_values read_environment(std::span<const std::string> variables) {
  environment_values values;
  std::vector<std::string> known{"ACTORMESH_LISTEN", "ACTORMESH_JOIN", "ACTORMESH_CONFIG",
                                 "ACTORMESH_STATE_DIR"};
  for (const auto& each : all_options()) {
    if (each.scalar)
      known.push_back(environment_name(each.path));
  }
  const auto option_of = [](std::string_view name) {
    const auto& list = all_options();
    return std::find_if(list.begin(), list.end(), [&](const option_description& each) {
      return each.scalar && environment_name(each.path) == name;
    });
  };
  for (const auto& variable : variables) {
    const auto equals = variable.find('=');
    if (!variable.starts_with(prefix) || equals == std::string::npos ||
        equals + 1 == variable.size())
      continue;
    const auto name = variable.substr(0, equals);
    const auto value = variable.substr(equals + 1);
    if (is_service_link(name, value))
      continue;
    if (const auto found = option_of(name); found != all_options().end())
      values.overrides.push_back({found->path, value, name});
    else if (name == "ACTORMESH_LISTEN")
      add_items(value, "listeners", name, values.listeners);
    else if (name == "ACTORMESH_JOIN")
      add_items(value, "mesh.seeds", name, values.seeds);
    else if (name == "ACTORMESH_CONFIG")
      values.config_file = value;
    else if (name == "ACTORMESH_STATE_DIR")
      values.state_dir = value;
    else {
      const auto meant = nearest(name, known);
      values.warnings.push_back({severity::warning, name, 0, 0,
                                 meant.empty()
                                     ? "no option has this variable, it is ignored"
                                     : "no option has this variable, it is ignored; did you mean " +
                                           std::string{meant} + "?"});
    }
  }
  return values;
}

std::vector<std::string> process_environment() {
  std::vector<std::string> variables;
  for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable)
    variables.emplace_back(*variable);
  return variables;
}

} // namespace actormesh::config
