#include "cli/check_config.hpp"

#include "config/key_file.hpp"
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

/// Checks the files of keys. One that isn't there is only worth a warning: a configuration may be
/// checked on a machine that has no keys.
config::problems check_keys(const config::settings& values) {
  config::problems found;
  for (const auto& api : values.apis) {
    if (api.keys_file.empty())
      continue;
    const auto loaded = config::load_key_ring(api.keys_file);
    auto wrong = loaded ? loaded->warnings : loaded.error();
    std::error_code failed;
    if (!loaded && !std::filesystem::exists(api.keys_file, failed)) {
      for (auto& each : wrong)
        each.level = config::severity::warning;
    }
    found.insert(found.end(), wrong.begin(), wrong.end());
  }
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
  auto* command = app.add_subcommand("config-reference",
                                     "Print docs/configuration.md or the example configuration");
  command->group("");
  command->add_option("form", into.reference, "markdown or example")
      ->check(CLI::IsMember({"markdown", "example"}));
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
  const auto keys = check_keys(loaded->values);
  print_problems(keys, err);
  if (config::has_errors(keys))
    return refused;
  out << options.file << ": ok, " << count(loaded->values.listeners.size(), "listener") << ", "
      << count(loaded->values.apis.size(), "API") << '\n';
  return succeeded;
}

int run_config_reference(const check_config_options& options, std::ostream& out) {
  out << (options.reference == "example" ? config::example_yaml() : config::reference_markdown());
  return succeeded;
}

} // namespace actormesh::cli
