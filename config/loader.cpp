#include "config/loader.hpp"

#include "config/combinations.hpp"
#include "config/file_io.hpp"
#include "config/quantity.hpp"
#include "config/schema.hpp"
#include "config/yaml.hpp"

#include <algorithm>
#include <concepts>
#include <map>
#include <optional>
#include <set>
#include <utility>

namespace actormesh::config {

namespace {

constexpr std::size_t largest_file = 8 * 1024 * 1024;

std::string join(const std::string& path, std::string_view key) {
  return path.empty() ? std::string{key} : path + "." + std::string{key};
}

/// Where an option got its value: a place in the file, or the name of a variable or flag.
struct origin {
  std::string source;
  std::size_t line = 0;
  std::size_t column = 0;
};

/// Walks the document along the schema and remembers where every value stood.
class reader {
public:
  explicit reader(std::string source)
    : report_{std::move(source)} {}

  void read(const YAML::Node& root, settings& into) {
    if (root.IsMap())
      read_mapping(root, into, "", "");
    else if (!root.IsNull())
      report_.error(root.Mark(),
                    "expected a mapping with listeners, apis and so on, found " + describe(root));
  }

  yaml_report& report() noexcept { return report_; }
  std::map<std::string, origin>& origins() noexcept { return origins_; }

  /// Returns whether an option was reported already: what follows from it is no news.
  [[nodiscard]] bool is_wrong(const std::string& path) const { return wrong_.contains(path); }

private:
  void remember(const std::string& path, const YAML::Mark& where) {
    origins_[path] = {report_.source(), static_cast<std::size_t>(where.line) + 1,
                      static_cast<std::size_t>(where.column) + 1};
  }

  /// `path` is where the owner is in the document, `section` where we are in the owner.
  template <class Owner>
  void read_mapping(const YAML::Node& node, Owner& owner, const std::string& path,
                    const std::string& section) {
    for (const auto& entry : entries_of(node, report_))
      read_entry(entry, owner, path, section);
    if (section.empty())
      require_options<Owner>(node, path);
  }

  template <class Owner>
  void read_entry(const yaml_entry& entry, Owner& owner, const std::string& path,
                  const std::string& section) {
    const auto name = join(section, entry.key);
    const auto full = join(path, name);
    for (const auto& each : options<Owner>()) {
      if (each.name == name)
        return read_option(entry, each, owner, full);
    }
    bool done = false;
    for_each_list(owner, [&](std::string_view list, auto& items) {
      if (list == name) {
        read_list(entry, items, full);
        done = true;
      }
    });
    if (done)
      return;
    for (const auto& each : options<Owner>()) {
      if (each.name.starts_with(name + "."))
        return read_section(entry, owner, path, name);
    }
    report_.error(entry.place, complain_of_unknown<Owner>(entry.key, section));
  }

  template <class Owner>
  void read_section(const yaml_entry& entry, Owner& owner, const std::string& path,
                    const std::string& name) {
    const auto full = join(path, name);
    remember(full, entry.place);
    if (entry.value.IsMap())
      read_mapping(entry.value, owner, path, name);
    else if (!entry.value.IsNull())
      report_.error(entry.value.Mark(),
                    full + ": expected a mapping, found " + describe(entry.value));
  }

  template <class Owner>
  void read_option(const yaml_entry& entry, const option<Owner>& which, Owner& owner,
                   const std::string& path) {
    const bool absent = entry.value.IsNull();
    remember(path, absent ? entry.place : entry.value.Mark());
    if (is_list(which))
      return read_texts(entry, which, owner, path);
    if (!entry.value.IsScalar() || !assign(which, owner, scalar_of(entry.value)))
      refuse(path, absent ? entry.place : entry.value.Mark(),
             "expected " + expected(which) + "; found " + describe(entry.value));
  }

  template <class Owner>
  void read_texts(const yaml_entry& entry, const option<Owner>& which, Owner& owner,
                  const std::string& path) {
    if (!entry.value.IsSequence()) {
      refuse(path, entry.value.IsNull() ? entry.place : entry.value.Mark(),
             "expected " + expected(which) + "; found " + describe(entry.value));
      return;
    }
    clear_list(which, owner);
    for (const auto& item : entry.value) {
      if (!item.IsScalar() || !append(which, owner, scalar_of(item)))
        refuse(path, item.IsNull() ? entry.place : item.Mark(),
               "expected " + expected(which) + "; found " + describe(item) + " in it");
    }
  }

  template <class Item>
  void read_list(const yaml_entry& entry, std::vector<Item>& items, const std::string& path) {
    remember(path, entry.place);
    items.clear();
    if (!entry.value.IsSequence()) {
      refuse(path, entry.value.IsNull() ? entry.place : entry.value.Mark(),
             "expected a list of mappings, found " + describe(entry.value));
      return;
    }
    for (const auto& node : entry.value) {
      const auto name = path + "[" + std::to_string(items.size()) + "]";
      auto& item = items.emplace_back();
      remember(name, node.IsNull() ? entry.place : node.Mark());
      if (node.IsMap())
        read_mapping(node, item, name, "");
      else
        report_.error(node.IsNull() ? entry.place : node.Mark(),
                      name + ": expected a mapping, found " + describe(node));
    }
  }

  template <class Owner> void require_options(const YAML::Node& node, const std::string& path) {
    for (const auto& each : options<Owner>()) {
      const auto name = join(path, each.name);
      if (each.needed == presence::required && !origins_.contains(name))
        report_.error(node.Mark(), name + ": is missing, expected " + expected(each));
    }
  }

  /// The keys that may stand in a mapping of this owner.
  template <class Owner> static std::vector<std::string> known_keys(const std::string& section) {
    std::vector<std::string> keys;
    const auto add = [&](std::string_view name) {
      if (!section.empty()) {
        if (!name.starts_with(section + "."))
          return;
        name.remove_prefix(section.size() + 1);
      }
      const std::string key{name.substr(0, name.find('.'))};
      if (std::find(keys.begin(), keys.end(), key) == keys.end())
        keys.push_back(key);
    };
    for (const auto& each : options<Owner>())
      add(each.name);
    Owner owner{};
    for_each_list(owner, [&](std::string_view name, const auto&) { add(name); });
    return keys;
  }

  /// Says where a misplaced option belongs, or what a mistyped one may have been.
  template <class Owner>
  static std::string complain_of_unknown(const std::string& key, const std::string& section) {
    const auto known = known_keys<Owner>(section);
    const auto message = unknown_key(key, known);
    if (!nearest(key, known).empty())
      return message;
    for (const auto& each : all_options()) {
      if (each.key == key)
        return "unknown option " + quote(key) + " here; " + quote(key) + " belongs under " +
               each.section;
    }
    return message;
  }

  static written_scalar scalar_of(const YAML::Node& node) {
    return {node.Scalar(), node.Tag() == "?" || node.Tag().empty()};
  }

  void refuse(const std::string& path, const YAML::Mark& where, const std::string& message) {
    wrong_.insert(path);
    report_.error(where, path + ": " + message);
  }

  yaml_report report_;
  std::map<std::string, origin> origins_;
  std::set<std::string> wrong_;
};

/// Every scalar that overrides can reach, by its path.
std::vector<std::string> override_paths() {
  std::vector<std::string> paths;
  for (const auto& each : all_options()) {
    if (each.scalar)
      paths.push_back(each.path);
  }
  return paths;
}

void apply_override(const override_value& value, settings& into,
                    std::map<std::string, origin>& origins, problems& found) {
  const auto fail = [&](std::string message) {
    found.push_back({severity::error, value.source, 0, 0, std::move(message)});
  };
  for (const auto& each : options<settings>()) {
    if (each.name != value.path)
      continue;
    origins[value.path] = {value.source};
    if (!assign(each, into, {value.value}))
      fail("expected " + expected(each) + "; found " + quote(value.value));
    return;
  }
  const auto paths = override_paths();
  const auto meant = nearest(value.path, paths);
  fail("unknown option " + quote(value.path) +
       (meant.empty() ? "; the options are in docs/configuration.md, and those in lists can only "
                        "be set in the file"
                      : ", did you mean \"" + std::string{meant} + "\"?"));
}

void apply_listeners(const std::vector<override_value>& listeners, settings& into,
                     std::map<std::string, origin>& origins, problems& found) {
  if (listeners.empty())
    return;
  into.listeners.clear();
  for (const auto& each : listeners) {
    origins["listeners[" + std::to_string(into.listeners.size()) + "]"] = {each.source};
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

void apply_seeds(const std::vector<override_value>& seeds, settings& into,
                 std::map<std::string, origin>& origins, problems& found) {
  if (seeds.empty())
    return;
  into.mesh.seeds.clear();
  for (const auto& each : seeds) {
    origins["mesh.seeds"] = {each.source};
    auto seed = mesh_peer_rule().normalise(each.value);
    if (!seed)
      found.push_back(
          {severity::error, each.source, 0, 0,
           "expected " + std::string{mesh_peer_rule().expected} + "; found " + quote(each.value)});
    into.mesh.seeds.push_back(std::move(seed).value_or(each.value));
  }
}

/// Puts a combination at the place of the first of its options that somebody wrote.
problem locate(const combination& what, const std::map<std::string, origin>& origins,
               const std::string& source) {
  for (const auto& path : what.paths) {
    if (const auto found = origins.find(path); found != origins.end()) {
      const auto& [name, line, column] = found->second;
      return {what.level, name, line, column, what.message};
    }
  }
  const bool in_file = !source.empty();
  return {what.level, in_file ? source : "settings", in_file ? 1U : 0U, in_file ? 1U : 0U,
          what.message};
}

void make_files_absolute(settings& values, const std::filesystem::path& file) {
  std::error_code failed;
  const auto folder = std::filesystem::absolute(file, failed).parent_path();
  const auto make_absolute = [&](std::string& name) {
    if (!name.empty() && !failed)
      name = (folder / name).lexically_normal().string();
  };
  for (auto& listener : values.listeners) {
    make_absolute(listener.tls.certificate);
    make_absolute(listener.tls.key);
  }
  for (auto& api : values.apis) {
    make_absolute(api.keys_file);
    make_absolute(api.keys_source.file);
    make_absolute(api.keys_source.ca);
    make_absolute(api.authorizer.ca);
    for (auto& key : api.access_keys) {
      make_absolute(key.secret_file);
      make_absolute(key.session_token_file);
    }
    for (auto& issuer : api.issuers) {
      make_absolute(issuer.jwks_file);
      make_absolute(issuer.ca);
    }
  }
  make_absolute(values.audit.file);
  make_absolute(values.audit.key_file);
  make_absolute(values.mesh.tls.certificate);
  make_absolute(values.mesh.tls.key);
  make_absolute(values.mesh.tls.ca);
}

bool by_place(const problem& one, const problem& other) {
  return std::pair{one.line, one.column} < std::pair{other.line, other.column};
}

/// Overrides, combinations, and the sum of all problems.
result<loaded_settings> finish(settings values, reader& from, const load_request& request) {
  auto& origins = from.origins();
  auto found = std::move(from.report().found());
  for (const auto& each : request.overrides)
    apply_override(each, values, origins, found);
  apply_listeners(request.listeners, values, origins, found);
  apply_seeds(request.seeds, values, origins, found);
  if (values.listeners.empty() && !origins.contains("listeners"))
    values.listeners.emplace_back();
  if (!request.file.empty())
    make_files_absolute(values, request.file);
  for (const auto& each : check_combinations(values)) {
    const auto is_wrong = [&](const std::string& path) { return from.is_wrong(path); };
    if (std::none_of(each.paths.begin(), each.paths.end(), is_wrong))
      found.push_back(locate(each, origins, request.file.string()));
  }
  std::stable_sort(found.begin(), found.end(), by_place);
  if (has_errors(found))
    return found;
  std::set<std::string> written;
  for (const auto& [path, where] : origins)
    written.insert(path);
  return loaded_settings{std::move(values), std::move(found), std::move(written)};
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
    from.read(document->root, values);
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
