/// Reading YAML so that every complaint has its place.
#pragma once

#include "config/problem.hpp"

#include <yaml-cpp/yaml.h>

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace actormesh::config {

/// Problems of one YAML source.
class yaml_report {
public:
  explicit yaml_report(std::string source);

  void error(const YAML::Mark& where, std::string message);
  void warning(const YAML::Mark& where, std::string message);

  [[nodiscard]] const std::string& source() const noexcept { return source_; }
  [[nodiscard]] problems& found() noexcept { return found_; }

private:
  std::string source_;
  problems found_;
};

/// A document that was parsed. (A result can't hold a node itself: everything converts to one.)
struct yaml_document {
  YAML::Node root;
};

/// Parses one document. Never throws.
[[nodiscard]] result<yaml_document> parse_yaml(std::string_view text, const std::string& source);

/// One entry of a mapping.
struct yaml_entry {
  std::string key;
  YAML::Mark place; ///< Of the key.
  YAML::Node value;
};

/// Returns the entries of a mapping in their order. Keys that are no text and keys that come
/// twice are reported and left out.
[[nodiscard]] std::vector<yaml_entry> entries_of(const YAML::Node& mapping, yaml_report& report);

/// Says what a node is: "a list", "a mapping", "nothing", or its text in quotes.
[[nodiscard]] std::string describe(const YAML::Node& node);

/// Returns what to say about a key that is none of the known ones.
[[nodiscard]] std::string unknown_key(std::string_view key, std::span<const std::string> known);

} // namespace actormesh::config
