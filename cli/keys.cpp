#include "cli/keys.hpp"

#include "cli/check_config.hpp"
#include "config/keys/key_file.hpp"
#include "config/keys/time_text.hpp"
#include "config/quantity.hpp"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <iomanip>
#include <ostream>

namespace actormesh::cli {

namespace {

using config::api_key_record;

constexpr int succeeded = 0;
constexpr int refused = 2;

/// A key that ends within this time is worth a look.
constexpr std::chrono::hours soon{24};

std::chrono::sys_seconds now() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

int report(const config::problems& wrong, std::ostream& err) {
  print_problems(wrong, err);
  return refused;
}

std::string state_of(const api_key_record& key) {
  if (key.expires <= now())
    return "expired";
  return key.expires <= now() + soon ? "expires soon" : "valid";
}

config::problems bad_duration(const std::string& flag, const std::string& expected,
                              const std::string& found) {
  return {{config::severity::error, flag, 0, 0,
           "expected a duration " + expected + "; found \"" + found + "\""}};
}

/// What `--expires` and `--description` ask for.
config::result<config::key_request> request_of(const keys_options& options) {
  config::key_request request{.description = options.description};
  if (options.expires.empty())
    return request;
  const auto life = config::parse_duration(options.expires);
  if (!life)
    return bad_duration("--expires", "from 1d to 365d, such as 7d", options.expires);
  request.life = std::chrono::floor<std::chrono::seconds>(*life);
  return request;
}

void print_new(const config::new_key& made, std::ostream& out, std::ostream& err) {
  out << made.key << '\n' << std::flush;
  err << made.record.id << " is valid until " << config::format_time(made.record.expires)
      << ". The key is not shown again.\n";
}

int create(const keys_options& options, std::ostream& out, std::ostream& err) {
  const auto request = request_of(options);
  if (!request)
    return report(request.error(), err);
  const auto made = config::create_key(options.file, *request);
  if (!made)
    return report(made.error(), err);
  print_new(*made, out, err);
  return succeeded;
}

int rotate(const keys_options& options, std::ostream& out, std::ostream& err) {
  const auto request = request_of(options);
  if (!request)
    return report(request.error(), err);
  auto overlap = config::defaults::key_overlap;
  if (!options.overlap.empty()) {
    const auto wanted = config::parse_duration(options.overlap);
    if (!wanted)
      return report(bad_duration("--overlap", "such as 24h, or 0s", options.overlap), err);
    overlap = std::chrono::floor<std::chrono::seconds>(*wanted);
  }
  const auto rotated = config::rotate_key(options.file, *request, overlap);
  if (!rotated)
    return report(rotated.error(), err);
  print_new(rotated->made, out, err);
  err << rotated->retired << (rotated->retired == 1 ? " older key ends" : " older keys end")
      << " at " << config::format_time(request->now + overlap) << ".\n";
  return succeeded;
}

void print_json(const std::vector<api_key_record>& keys, std::ostream& out) {
  boost::json::array list;
  for (const auto& each : keys)
    list.push_back({{"id", each.id},
                    {"description", each.description},
                    {"created", config::format_time(each.created)},
                    {"expires", config::format_time(each.expires)},
                    {"state", state_of(each)}});
  out << boost::json::serialize(list) << '\n';
}

void print_table(const std::vector<api_key_record>& keys, std::ostream& out) {
  std::size_t id_width = 2;
  for (const auto& each : keys)
    id_width = std::max(id_width, each.id.size());
  const auto row = [&](const std::array<std::string, 5>& cells) {
    out << std::left << std::setw(static_cast<int>(id_width)) << cells[0] << "  " << std::setw(20)
        << cells[1] << "  " << std::setw(20) << cells[2] << "  " << std::setw(12) << cells[3]
        << "  " << cells[4] << '\n';
  };
  row({"ID", "CREATED", "EXPIRES", "STATE", "DESCRIPTION"});
  for (const auto& each : keys)
    row({each.id, config::format_time(each.created), config::format_time(each.expires),
         state_of(each), each.description});
}

int list(const keys_options& options, std::ostream& out, std::ostream& err) {
  const auto loaded = config::load_key_ring(options.file);
  if (!loaded)
    return report(loaded.error(), err);
  print_problems(loaded->warnings, err);
  const auto& keys = loaded->ring->keys();
  options.json ? print_json(keys, out) : print_table(keys, out);
  return succeeded;
}

int revoke(const keys_options& options, std::ostream& out, std::ostream& err) {
  const auto revoked = config::revoke_key(options.file, options.id);
  if (!revoked)
    return report(revoked.error(), err);
  out << "revoked " << revoked->id
      << (revoked->description.empty() ? "" : " (" + revoked->description + ")") << '\n';
  return succeeded;
}

CLI::App* add_action(CLI::App& keys, keys_options& into, keys_options::action action,
                     const std::string& name, const std::string& help) {
  auto* command = keys.add_subcommand(name, help);
  command->add_option("--file", into.file, "The file of keys")->required()->type_name("FILE");
  command->callback([&into, action] { into.what = action; });
  return command;
}

} // namespace

CLI::App* add_keys(CLI::App& app, keys_options& into) {
  using action = keys_options::action;
  auto* keys = app.add_subcommand("keys", "Edit a file of API keys; a running node picks it up");
  keys->require_subcommand(1);
  const auto add_request = [&into](CLI::App& to) {
    to.add_option("--expires", into.expires, "Life of the key, 1d to 365d; default 7d")
        ->type_name("DURATION");
    to.add_option("--description", into.description, "What the key is for")->type_name("TEXT");
  };
  auto* create = add_action(*keys, into, action::create, "create",
                            "Add a key and print it; makes the file if there is none");
  add_request(*create);
  auto* rotate = add_action(*keys, into, action::rotate, "rotate",
                            "Add a key, print it, and let all others run out");
  add_request(*rotate);
  rotate->add_option("--overlap", into.overlap, "How long the others still count; default 24h")
      ->type_name("DURATION");
  auto* list = add_action(*keys, into, action::list, "list", "List the keys of a file");
  list->add_flag("--json", into.json, "As JSON");
  auto* revoke = add_action(*keys, into, action::revoke, "revoke", "Remove a key");
  revoke->add_option("id", into.id, "The key's id, as `keys list` shows it")
      ->required()
      ->type_name("ID");
  return keys;
}

int run_keys(const keys_options& options, std::ostream& out, std::ostream& err) {
  switch (options.what) {
  case keys_options::action::create:
    return create(options, out, err);
  case keys_options::action::list:
    return list(options, out, err);
  case keys_options::action::revoke:
    return revoke(options, out, err);
  case keys_options::action::rotate:
    return rotate(options, out, err);
  case keys_options::action::none:
    break;
  }
  err << "keys: expected create, list, revoke or rotate\n";
  return refused;
}

} // namespace actormesh::cli
