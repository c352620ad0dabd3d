/// What a node was told to do: the checked, typed form of the configuration.
///
/// Plain values. Made by `load_settings`, immutable afterwards and shared between the loops as
/// `std::shared_ptr<const settings>`. Each struct has a file pair of its own (settings/…): the
/// header has its members with their defaults, the source its descriptor, see descriptor.hpp.
#pragma once

#include "config/defaults.hpp"
#include "config/settings/api.hpp"
#include "config/settings/audit.hpp"
#include "config/settings/http.hpp"
#include "config/settings/listener.hpp"
#include "config/settings/mesh.hpp"
#include "config/settings/websocket.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace actormesh::config {

enum class log_level : std::uint8_t { trace, debug, info, warn, error, off };

enum class log_format : std::uint8_t { text, json };

/// As they are written in the configuration: `info`, `json`.
[[nodiscard]] std::string_view to_string(log_level value) noexcept;
[[nodiscard]] std::string_view to_string(log_format value) noexcept;

struct settings {
  std::string node_name; ///< `[A-Za-z0-9_.-]{1,64}`; empty: nobody wrote one.
  std::size_t loops = 0; ///< Event loops; 0: one per core.
  /// Channels on one loop, with or without subscribers. Bounds the memory that names alone can
  /// take.
  std::size_t max_channels = 4'000'000;
  /// How long a stopping node goes on flushing before it gives up.
  std::chrono::milliseconds drain_timeout{10'000};
  log_level level = log_level::info;
  log_format format = log_format::text;
  std::vector<listener_settings> listeners;
  http_settings http;
  websocket_settings websocket;
  mesh_settings mesh;
  audit_settings audit;
  std::vector<api_settings> apis;

  friend bool operator==(const settings&, const settings&) = default;
};

} // namespace actormesh::config
