#include "config/reader.hpp"

#include <algorithm>
#include <filesystem>
#include <utility>

namespace actormesh::config {

namespace {

std::string join(const std::string& path, std::string_view key) {
  return path.empty() ? std::string{key} : path + "." + std::string{key};
}

written_scalar scalar_of(const YAML::Node& node) {
  return {node.Scalar(), node.Tag() == "?" || node.Tag().empty()};
}

/// The keys that may stand in a struct's mapping.
std::vector<std::string> known_keys(const struct_descriptor& in) {
  std::vector<std::string> keys;
  for (const auto& each : in.options)
    keys.emplace_back(each.key);
  for (const auto& each : in.branches)
    if (!is_list(each))
      keys.emplace_back(each.key);
  for (const auto& each : in.branches)
    if (is_list(each))
      keys.emplace_back(each.key);
  return keys;
}

/// Returns the first mapping in which an option of this name may stand: `apis[].limits`.
std::string home_of(std::string_view key, const struct_descriptor& in, const std::string& path) {
  if (find_option(in, key) != nullptr)
    return path;
  for (const auto& each : in.branches)
    if (auto home =
            home_of(key, each.member.of(), join(path, each.key) + (is_list(each) ? "[]" : ""));
        !home.empty())
      return home;
  return {};
}

/// Where to complain about a value: nothing has no place of its own.
YAML::Mark mark_of(const yaml_entry& entry) {
  return entry.value.IsNull() ? entry.place : entry.value.Mark();
}

} // namespace

reader::reader(std::string source)
  : report_{std::move(source)} {}

void reader::read(const YAML::Node& root, struct_ref into) {
  root_ = &into.of;
  if (root.IsMap())
    read_mapping(root, into, "");
  else if (!root.IsNull())
    report_.error(root.Mark(),
                  "expected a mapping with listeners, apis and so on, found " + describe(root));
}

void reader::read_mapping(const YAML::Node& node, struct_ref into, const std::string& path) {
  for (const auto& entry : entries_of(node, report_))
    read_entry(entry, into, path);
  require_options(node, into.of, path);
}

void reader::read_entry(const yaml_entry& entry, struct_ref into, const std::string& path) {
  const auto full = join(path, entry.key);
  if (const auto* found = find_option(into.of, entry.key))
    return read_option(entry, *found, into.value, full);
  const auto found = std::ranges::find_if(
      into.of.branches, [&](const branch& each) { return each.key == entry.key; });
  if (found == into.of.branches.end())
    report_.error(entry.place, complain_of_unknown(entry.key, into.of));
  else if (is_list(*found))
    read_list(entry, *found, into, full);
  else
    read_struct(entry, enter(*found, into), full);
}

void reader::read_option(const yaml_entry& entry, const option& which, void* owner,
                         const std::string& path) {
  remember(path, mark_of(entry));
  if (is_list(which))
    return read_texts(entry, which, owner, path);
  if (!entry.value.IsScalar() || !assign(which, owner, scalar_of(entry.value)))
    refuse(path, mark_of(entry),
           "expected " + expected(which) + "; found " + describe(entry.value));
}

void reader::read_texts(const yaml_entry& entry, const option& which, void* owner,
                        const std::string& path) {
  if (!entry.value.IsSequence())
    return refuse(path, mark_of(entry),
                  "expected " + expected(which) + "; found " + describe(entry.value));
  clear_list(which, owner);
  for (const auto& each : entry.value)
    if (!each.IsScalar() || !assign(which, owner, scalar_of(each)))
      refuse(path, each.IsNull() ? entry.place : each.Mark(),
             "expected " + expected(which) + "; found " + describe(each) + " in it");
}

void reader::read_struct(const yaml_entry& entry, struct_ref into, const std::string& path) {
  remember(path, entry.place);
  if (entry.value.IsMap())
    read_mapping(entry.value, into, path);
  else if (!entry.value.IsNull())
    report_.error(entry.value.Mark(),
                  path + ": expected a mapping, found " + describe(entry.value));
}

void reader::read_list(const yaml_entry& entry, const branch& which, struct_ref owner,
                       const std::string& path) {
  remember(path, entry.place);
  auto* const list = which.member.find(owner.value);
  which.member.list->clear(list);
  if (!entry.value.IsSequence())
    return refuse(path, mark_of(entry),
                  "expected a list of mappings, found " + describe(entry.value));
  for (const auto& node : entry.value) {
    const auto name = item_path(path, which.member.list->size(list));
    const struct_ref made{which.member.of(), which.member.list->append(list)};
    const auto place = node.IsNull() ? entry.place : node.Mark();
    remember(name, place);
    if (node.IsMap())
      read_mapping(node, made, name);
    else
      report_.error(place, name + ": expected a mapping, found " + describe(node));
  }
}

void reader::require_options(const YAML::Node& node, const struct_descriptor& of,
                             const std::string& path) {
  for (const auto& each : of.options) {
    const auto name = join(path, each.key);
    if (each.needed == presence::required && !origins_.contains(name))
      report_.error(node.Mark(), name + ": is missing, expected " + expected(each));
  }
}

std::string reader::complain_of_unknown(const std::string& key, const struct_descriptor& in) const {
  const auto known = known_keys(in);
  const auto message = unknown_key(key, known);
  if (!nearest(key, known).empty())
    return message;
  const auto home = home_of(key, *root_, "");
  return home.empty()
             ? message
             : "unknown option " + quote(key) + " here; " + quote(key) + " belongs under " + home;
}

void reader::remember(const std::string& path, const YAML::Mark& where) {
  origins_[path] = {report_.source(), static_cast<std::size_t>(where.line) + 1,
                    static_cast<std::size_t>(where.column) + 1};
}

void reader::refuse(const std::string& path, const YAML::Mark& where, const std::string& message) {
  wrong_.insert(path);
  report_.error(where, path + ": " + message);
}

void fill_lists(struct_ref root, const origins& written) {
  for_each_struct(root, "", [&](struct_ref in, const std::string& path) {
    for (const auto& each : in.of.branches)
      if (is_list(each) && each.rules.holds == population::one_by_default && size(each, in) == 0 &&
          !written.contains(join(path, each.key)))
        each.member.list->append(each.member.find(in.value));
  });
}

void make_files_absolute(struct_ref root, const std::filesystem::path& folder) {
  const auto make_absolute = [&](std::string& name) {
    if (!name.empty())
      name = (folder / name).lexically_normal().string();
  };
  for_each_struct(root, "", [&](struct_ref in, const std::string&) {
    for (const auto& each : in.of.options) {
      if (each.rule == nullptr || !each.rule->names_file)
        continue;
      auto* const value = each.member.find(in.value);
      if (!is_list(each))
        make_absolute(*static_cast<std::string*>(value));
      else
        std::ranges::for_each(*static_cast<std::vector<std::string>*>(value), make_absolute);
    }
  });
}

} // namespace actormesh::config
