/// The files that are made from the descriptors of settings.
#pragma once

#include "config/schema.hpp"

#include <span>
#include <string>

namespace actormesh::config {

struct settings;

/// Returns docs/configuration.md.
[[nodiscard]] std::string reference_markdown();

/// Returns config/actormesh.example.yaml.
[[nodiscard]] std::string example_yaml();

/// Returns config/actormesh.schema.json, a JSON Schema (2020-12).
[[nodiscard]] std::string json_schema();

/// Returns what differs from the defaults and is in no list, as it is written in the file.
[[nodiscard]] std::string yaml_of_changes(const settings& values);

/// Returns a table of options for each section, in Markdown.
[[nodiscard]] std::string markdown_of(std::span<const section_description> sections);

/// Returns a file with all options of some sections and their examples.
[[nodiscard]] std::string yaml_of(std::span<const section_description> sections);

/// Returns the JSON Schema of a file whose root this is. Its values are the defaults.
[[nodiscard]] std::string json_schema_of(struct_view root, std::string_view title);

} // namespace actormesh::config
