#include "config/loader.hpp"

#include "config/combinations.hpp"
#include "config/descriptor.hpp"
#include "config/file_io.hpp"
#include "config/quantity.hpp"
#include "config/reader.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

namespace actormesh::config {

namespace {

constexpr std::size_t largest_file = 8 * 1024 * 1024;

/// Every scalar that overrides can reach, by its path.
std::vector<std::string> override_paths() {
  std::vector<std::string> paths;
  for (const auto& each : all_options()) {
    if (each.scalar)
      paths.push_back(each.path);
  }
  return paths;
}

void apply_override(const override_value& value, settings& into, origins& written,
                    problems& found) {
  const auto fail = [&](std::string message) {
    found.push_back({severity::error, value.source, 0, 0, std::move(message)});
  };
  const auto option = find_option(described(into), value.path);
  if (option) {
    written[value.path] = {value.source};
    if (is_list(option->which) || !assign(option->which, option->owner, {value.value}))
      fail("expected " + expected(option->which) + "; found " + quote(value.value));
    return;
  }
  const auto paths = override_paths();
  const auto meant = nearest(value.path, paths);
  fail("unknown option " + quote(value.path) +
       (meant.empty() ? "; the options are in docs/configuration.md, and those in lists can only "
                        "be set in the file"
                      : ", did you mean \"" + std::string{meant} + "\"?"));
}

void apply_listeners(const std::vector<override_value>& listeners, settings& into, origins& written,
                     problems& found) {
  if (listeners.empty())
    return;
  into.listeners.clear();
  for (const auto& each : listeners) {
    written["listeners[" + std::to_string(into.listeners.size()) + "]"] = {each.source};
    const auto listener = parse_listener(each.value);
    into.listeners.emplace_back().address = each.value;
    if (listener)
      into.listeners.back() = *listener;
    if (!listener)
      found.push_back({severity::error, each.source, 0, 0,
                       "expected ADDRESS:PORT, such as 127.0.0.1:8080, 0.0.0.0:80 or "
                       "[::1]:8080; found " +
                           quote(each.value)});
  }
}

void apply_seeds(const std::vector<override_value>& seeds, settings& into, origins& written,
                 problems& found) {
  if (seeds.empty())
    return;
  into.mesh.seeds.clear();
  for (const auto& each : seeds) {
    written["mesh.seeds"] = {each.source};
    auto seed = mesh_peer_rule().normalise(each.value);
    if (!seed)
      found.push_back(
          {severity::error, each.source, 0, 0,
           "expected " + std::string{mesh_peer_rule().expected} + "; found " + quote(each.value)});
    into.mesh.seeds.push_back(std::move(seed).value_or(each.value));
  }
}

/// Puts a combination at the place of the first of its options that somebody wrote.
problem locate(const combination& what, const origins& written, const std::string& source) {
  for (const auto& path : what.paths) {
    if (const auto found = written.find(path); found != written.end()) {
      const auto& [name, line, column] = found->second;
      return {what.level, name, line, column, what.message};
    }
  }
  const bool in_file = !source.empty();
  return {what.level, in_file ? source : "settings", in_file ? 1U : 0U, in_file ? 1U : 0U,
          what.message};
}

bool by_place(const problem& one, const problem& other) {
  return std::pair{one.line, one.column} < std::pair{other.line, other.column};
}

/// Overrides, combinations, and the sum of all problems.
result<loaded_settings> finish(settings values, reader& from, const load_request& request) {
  auto& written = from.origins();
  auto found = std::move(from.found());
  for (const auto& each : request.overrides)
    apply_override(each, values, written, found);
  apply_listeners(request.listeners, values, written, found);
  apply_seeds(request.seeds, values, written, found);
  fill_lists(described(values), written);
  std::error_code failed;
  const auto file = std::filesystem::absolute(request.file, failed);
  if (!request.file.empty() && !failed)
    make_files_absolute(described(values), file.parent_path());
  for (const auto& each : check_combinations(values)) {
    const auto is_wrong = [&](const std::string& path) { return from.is_wrong(path); };
    if (std::none_of(each.paths.begin(), each.paths.end(), is_wrong))
      found.push_back(locate(each, written, request.file.string()));
  }
  std::stable_sort(found.begin(), found.end(), by_place);
  if (has_errors(found))
    return found;
  std::set<std::string> paths;
  for (const auto& [path, where] : written)
    paths.insert(path);
  return loaded_settings{std::move(values), std::move(found), std::move(paths)};
}

} // namespace

std::optional<listener_settings> parse_listener(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos)
    return std::nullopt;
  const auto host = text.substr(0, colon);
  const bool bare_ipv6 = host.find(':') != std::string_view::npos && !host.starts_with('[');
  const auto address = address_rule().normalise(host);
  const auto port = parse_number(text.substr(colon + 1));
  if (bare_ipv6 || !address || !port || *port > 65'535)
    return std::nullopt;
  listener_settings made;
  made.address = *address;
  made.port = static_cast<std::uint16_t>(*port);
  return made;
}

result<loaded_settings> parse_settings(std::string_view text, const load_request& request) {
  try {
    const auto document = parse_yaml(text, request.file.string());
    if (!document)
      return document.error();
    reader from{request.file.string()};
    settings values;
    from.read(document->root, described(values));
    return finish(std::move(values), from, request);
  } catch (const std::exception& failure) {
    return problems{{severity::error, request.file.string(), 0, 0, failure.what()}};
  }
}

result<loaded_settings> load_settings(const load_request& request) {
  if (request.file.empty()) {
    reader nothing{""};
    return finish(request.base, nothing, request);
  }
  const auto text = read_text_file(request.file, largest_file);
  if (!text)
    return text.error();
  return parse_settings(*text, request);
}

} // namespace actormesh::config
