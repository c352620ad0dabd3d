/// The files that are made from the schema.
#pragma once

#include <string>

namespace actormesh::config {

/// Returns docs/configuration.md.
[[nodiscard]] std::string reference_markdown();

/// Returns config/actormesh.example.yaml.
[[nodiscard]] std::string example_yaml();

} // namespace actormesh::config
