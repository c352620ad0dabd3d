/// From a document to a struct of settings.
#pragma once

#include "config/descriptor.hpp"
#include "config/problem.hpp"
#include "config/yaml.hpp"

#include <cstddef>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>

namespace actormesh::config {

/// Where an option got its value: a place in the file, or the name of a variable or flag.
struct origin {
  std::string source;
  std::size_t line = 0;
  std::size_t column = 0;
};

/// By the path of an option, a mapping, a list or an item of one: `apis[0].limits`.
using origins = std::map<std::string, origin>;

/// Walks a document along descriptors, and remembers where every value stood.
class reader {
public:
  /// `source` is what problems name.
  explicit reader(std::string source);

  void read(const YAML::Node& root, struct_ref into);

  /// Everything that was wrong, in the order in which it was met.
  [[nodiscard]] problems& found() noexcept { return report_.found(); }

  [[nodiscard]] config::origins& origins() noexcept { return origins_; }

  /// Returns whether an option was reported already: what follows from it is no news.
  [[nodiscard]] bool is_wrong(const std::string& path) const { return wrong_.contains(path); }

private:
  void read_mapping(const YAML::Node& node, struct_ref into, const std::string& path);
  void read_entry(const yaml_entry& entry, struct_ref into, const std::string& path);
  void read_option(const yaml_entry& entry, const option& which, void* owner,
                   const std::string& path);
  void read_texts(const yaml_entry& entry, const option& which, void* owner,
                  const std::string& path);
  void read_struct(const yaml_entry& entry, struct_ref into, const std::string& path);
  void read_list(const yaml_entry& entry, const branch& which, struct_ref owner,
                 const std::string& path);
  void require_options(const YAML::Node& node, const struct_descriptor& of,
                       const std::string& path);

  /// Says where a misplaced option belongs, or what a mistyped one may have been.
  [[nodiscard]] std::string complain_of_unknown(const std::string& key,
                                                const struct_descriptor& in) const;

  void remember(const std::string& path, const YAML::Mark& where);
  void refuse(const std::string& path, const YAML::Mark& where, const std::string& message);

  yaml_report report_;
  config::origins origins_;
  std::set<std::string> wrong_;
  const struct_descriptor* root_ = nullptr;
};

/// Gives each list that has one item by default its item, unless somebody wrote the list.
void fill_lists(struct_ref root, const origins& written);

/// Makes the names of files that are relative to a folder absolute.
void make_files_absolute(struct_ref root, const std::filesystem::path& folder);

} // namespace actormesh::config
