#include "config/combinations.hpp"

#include "config/descriptor.hpp"
#include "config/settings.hpp"

#include <algorithm>

namespace actormesh::config {

namespace {

void check_population(const branch& which, struct_view in, const std::string& path,
                      const std::string& owner, combinations& found) {
  if (which.rules.holds == population::any || size(which, in) > 0)
    return;
  found.push_back({severity::error,
                   {path, owner},
                   path + ": expected at least one " + std::string{which.rules.item}});
}

/// Items without an identity are wrong anyway.
void check_identities(const branch& which, struct_view in, const std::string& path,
                      combinations& found) {
  if (which.rules.identity.empty())
    return;
  const std::string key{which.rules.identity};
  for (std::size_t i = 0; i < size(which, in); ++i) {
    const auto name = name_of(which, item(which, in, i));
    std::size_t earlier = 0;
    while (earlier < i && name_of(which, item(which, in, earlier)) != name)
      ++earlier;
    if (earlier == i || name.empty())
      continue;
    const auto option = item_path(path, i) + "." + key;
    found.push_back({severity::error,
                     {option},
                     option + ": " + quote(name) + " is the " + key + " of " +
                         item_path(path, earlier) + " too"});
  }
}

/// A list of choices says nothing by naming one twice.
void check_choices(const option& which, struct_view in, const std::string& path,
                   combinations& found) {
  if (!is_list(which) || which.member.type->kind != value_kind::choice)
    return;
  const auto names = texts(which, in.value);
  for (auto name = names.begin(); name != names.end(); ++name)
    if (std::find(names.begin(), name, *name) != name) {
      found.push_back({severity::error, {path}, path + ": " + *name + " is in the list twice"});
      return;
    }
}

} // namespace

std::string item_path(const std::string& list, std::size_t index) {
  return list + "[" + std::to_string(index) + "]";
}

combinations check_combinations(struct_view root) {
  combinations found;
  for_each_struct(root, "", [&](struct_view in, const std::string& path) {
    const auto prefix = path.empty() ? path : path + ".";
    for (const auto& each : in.of.options)
      check_choices(each, in, prefix + std::string{each.key}, found);
    for (const auto& each : in.of.branches) {
      if (!is_list(each))
        continue;
      const auto list = prefix + std::string{each.key};
      check_population(each, in, list, path, found);
      check_identities(each, in, list, found);
    }
    if (in.of.check != nullptr)
      in.of.check(in.value, path, found);
  });
  return found;
}

combinations check_combinations(const settings& values) {
  return check_combinations(described(values));
}

} // namespace actormesh::config
