#include "cli/mesh_ca.hpp"

#include "cli/check_config.hpp"
#include "config/keys/mesh_ca.hpp"
#include "config/keys/time_text.hpp"
#include "config/reference.hpp"
#include "config/schema.hpp"
#include "config/settings.hpp"

#include <CLI/CLI.hpp>

#include <chrono>
#include <ostream>

namespace actormesh::cli {

namespace {

constexpr int succeeded = 0;
constexpr int refused = 2;
constexpr std::int64_t longest_life = 36'500;

std::chrono::days life_of(const mesh_ca_options& options, std::chrono::days otherwise) {
  return options.days == 0 ? otherwise : std::chrono::days{options.days};
}

/// What to put into a node's configuration; for the same reason in the form of the schema.
void print_configuration(const config::certificate_files& made, std::ostream& out) {
  config::settings values;
  values.mesh.tls = made.files;
  if (!made.mesh.empty())
    values.mesh.name = made.mesh;
  out << config::yaml_of_changes(values);
}

int init(const mesh_ca_options& options, std::ostream& out, std::ostream& err) {
  config::ca_request request{.mesh = options.mesh};
  request.life = life_of(options, request.life);
  const auto made = config::init_ca(options.dir, request);
  if (!made) {
    print_problems(made.error(), err);
    return refused;
  }
  out << made->files.certificate << '\n' << made->files.key << '\n' << std::flush;
  err << "The CA of the mesh " << config::quote(made->mesh) << " is valid until "
      << config::format_time(made->expires) << ". Keep " << made->files.key
      << " to yourself: whoever reads it can join the mesh.\nNext: actormesh mesh-ca issue NODE "
         "--dir "
      << options.dir << '\n';
  return succeeded;
}

int issue(const mesh_ca_options& options, std::ostream& out, std::ostream& err) {
  config::certificate_request request{.name = options.name,
                                      .role = options.client ? config::mesh_role::client
                                                             : config::mesh_role::node};
  request.life = life_of(options, request.life);
  const auto& folder = options.out.empty() ? options.dir : options.out;
  const auto made = config::issue_certificate(options.dir, folder, request);
  if (!made) {
    print_problems(made.error(), err);
    return refused;
  }
  if (options.client)
    out << "certificate: " << made->files.certificate << "\nkey: " << made->files.key
        << "\nca: " << made->files.ca << '\n';
  else
    print_configuration(*made, out);
  out << std::flush;
  err << "The certificate of the " << to_string(request.role) << ' ' << config::quote(request.name)
      << " is valid until " << config::format_time(made->expires)
      << ". Where it is used, the three files are needed, and " << made->files.key
      << " nowhere else.\n";
  return succeeded;
}

CLI::App* add_action(CLI::App& mesh_ca, mesh_ca_options& into, mesh_ca_options::action action,
                     const std::string& name, const std::string& help) {
  auto* command = mesh_ca.add_subcommand(name, help);
  command->add_option("--dir", into.dir, "The folder of the CA; default mesh-ca")->type_name("DIR");
  command->callback([&into, action] { into.what = action; });
  return command;
}

void add_days(CLI::App& command, mesh_ca_options& into, std::chrono::days otherwise) {
  command
      .add_option("--days", into.days,
                  "Life of the certificate; default " + std::to_string(otherwise.count()))
      ->type_name("N")
      ->check(CLI::Range(std::int64_t{1}, longest_life));
}

} // namespace

CLI::App* add_mesh_ca(CLI::App& app, mesh_ca_options& into) {
  using action = mesh_ca_options::action;
  namespace defaults = config::defaults;
  auto* mesh_ca = app.add_subcommand("mesh-ca", "Make the certificates of a mesh");
  mesh_ca->require_subcommand(1);
  auto* init = add_action(*mesh_ca, into, action::init, "init",
                          "Make a private CA: ca.pem and ca.key; overwrites nothing");
  init->add_option("--name", into.mesh, "Name of the mesh; default actormesh")->type_name("MESH");
  add_days(*init, into, defaults::mesh_ca_life);
  auto* issue = add_action(*mesh_ca, into, action::issue, "issue",
                           "Make NAME.pem and NAME.key for a node, and print what to configure");
  issue->add_option("name", into.name, "Name of the node or client")->required()->type_name("NAME");
  issue->add_flag("--client", into.client, "For a C++ program that is a client, not for a node");
  issue->add_option("--out", into.out, "Where to put both files; default: beside the CA")
      ->type_name("DIR");
  add_days(*issue, into, defaults::mesh_certificate_life);
  return mesh_ca;
}

int run_mesh_ca(const mesh_ca_options& options, std::ostream& out, std::ostream& err) {
  switch (options.what) {
  case mesh_ca_options::action::init:
    return init(options, out, err);
  case mesh_ca_options::action::issue:
    return issue(options, out, err);
  case mesh_ca_options::action::none:
    break;
  }
  err << "mesh-ca: expected init or issue\n";
  return refused;
}

} // namespace actormesh::cli
