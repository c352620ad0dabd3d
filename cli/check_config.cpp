#include "cli/check_config.hpp"

#include "config/keys/key_file.hpp"
#include "config/keys/mesh_certificates.hpp"
#include "config/keys/secret_file.hpp"
#include "config/loader.hpp"
#include "config/reference.hpp"

#include <CLI/CLI.hpp>

#include <filesystem>
#include <ostream>

namespace actormesh::cli {

namespace {

constexpr int succeeded = 0;
constexpr int refused = 2;

std::string count(std::size_t number, const std::string& what) {
  return std::to_string(number) + " " + what + (number == 1 ? "" : "s");
}

/// A configuration may be checked on a machine that has none of its files: those that aren't there
/// are only worth a warning.
void forgive_missing_files(config::problems& found) {
  for (auto& each : found) {
    std::error_code failed;
    if (!std::filesystem::exists(each.source, failed))
      each.level = config::severity::warning;
  }
}

/// Checks every file that the configuration names.
config::problems check_files(const config::settings& values) {
  auto found = config::check_node_certificate(values);
  const auto add = [&](const config::problems& wrong) {
    found.insert(found.end(), wrong.begin(), wrong.end());
  };
  const auto check_secret = [&](const std::string& file) {
    if (file.empty())
      return;
    if (const auto read = config::read_secret_file(file); !read)
      add(read.error());
  };
  for (const auto& api : values.apis) {
    if (!api.keys_file.empty()) {
      const auto loaded = config::load_key_ring(api.keys_file);
      add(loaded ? loaded->warnings : loaded.error());
    }
    check_secret(api.keys_source.file);
    for (const auto& key : api.access_keys) {
      check_secret(key.secret_file);
      check_secret(key.session_token_file);
    }
  }
  for (const auto& each : values.listeners)
    if (each.tls.mode != config::tls_mode::off)
      check_secret(each.tls.key);
  forgive_missing_files(found);
  return found;
}

} // namespace

void print_problems(const config::problems& list, std::ostream& to) {
  for (const auto& each : list)
    to << to_string(each) << '\n';
}

CLI::App* add_check_config(CLI::App& app, check_config_options& into) {
  auto* command = app.add_subcommand(
      "check-config", "Check a configuration file and say everything that is wrong with it");
  command->add_option("file", into.file, "The file")->required()->type_name("FILE");
  return command;
}

CLI::App* add_config_reference(CLI::App& app, check_config_options& into) {
  auto* command = app.add_subcommand(
      "config-reference", "Print docs/configuration.md, the example configuration or its "
                          "JSON Schema");
  command->group("");
  command->add_option("form", into.reference, "markdown, example or json-schema")
      ->check(CLI::IsMember({"markdown", "example", "json-schema"}));
  return command;
}

int run_check_config(const check_config_options& options, std::ostream& out, std::ostream& err) {
  config::load_request request;
  request.file = options.file;
  const auto loaded = config::load_settings(request);
  if (!loaded) {
    print_problems(loaded.error(), err);
    return refused;
  }
  print_problems(loaded->warnings, err);
  const auto files = check_files(loaded->values);
  print_problems(files, err);
  if (config::has_errors(files))
    return refused;
  out << options.file << ": ok, " << count(loaded->values.listeners.size(), "listener") << ", "
      << count(loaded->values.apis.size(), "API") << '\n';
  return succeeded;
}

int run_config_reference(const check_config_options& options, std::ostream& out) {
  if (options.reference == "example")
    out << config::example_yaml();
  else if (options.reference == "json-schema")
    out << config::json_schema();
  else
    out << config::reference_markdown();
  return succeeded;
}

} // namespace actormesh::cli
