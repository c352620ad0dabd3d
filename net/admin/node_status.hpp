/// What a node says of itself.
#pragma once

#include <cstdint>
#include <string>

namespace actormesh::admin {

enum class readiness : std::uint8_t {
  ready,
  joining,      ///< It has not looked for its mesh yet.
  reading_keys, ///< A source of keys has not answered yet.
  stopping,
};

/// Any thread: what the node as a whole has to say over HTTP.
class node_status {
public:
  virtual ~node_status() = default;

  /// Whether the node takes work.
  [[nodiscard]] virtual readiness ready() const noexcept = 0;

  /// Whether it will take no more.
  [[nodiscard]] virtual bool stopping() const noexcept = 0;

  /// `/metrics` in the Prometheus text format, version 0.0.4.
  [[nodiscard]] virtual std::string metrics() const = 0;

  /// `/mesh` as JSON; empty if the node is in none.
  [[nodiscard]] virtual std::string mesh() const = 0;
};

} // namespace actormesh::admin
