/// The Event APIs a node serves: who may do what, and under which address.
#pragma once

#include "config/key_ring.hpp"
#include "config/settings.hpp"
#include "net/appsync/admission.hpp"
#include "net/appsync/errors.hpp"
#include "net/appsync/operation.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace actormesh::appsync {

/// Who asks, as far as the credentials prove it.
struct identity {
  config::auth_mode mode = config::auth_mode::none; ///< `none`: no credentials were shown.
  const config::api_key_record* key = nullptr;      ///< For `api_key`. Lives as long as the API.
};

/// A namespace with the API's modes filled in where it has none of its own.
struct name_space {
  std::string name;
  std::vector<config::auth_mode> publish;
  std::vector<config::auth_mode> subscribe;
  config::slow_consumer_policy slow_consumer = config::slow_consumer_policy::disconnect;
};

/// Any thread: one Event API as configured, never changed. A changed configuration or file of keys
/// makes a new one.
class api {
public:
  api(config::api_settings settings, config::key_ring_ptr keys, std::shared_ptr<admission> door);

  [[nodiscard]] const config::api_settings& settings() const noexcept { return settings_; }
  [[nodiscard]] const std::string& id() const noexcept { return settings_.id; }
  [[nodiscard]] admission& door() const noexcept { return *door_; }

  /// Null if there is none of that name.
  [[nodiscard]] const name_space* find_namespace(std::string_view name) const noexcept;

  /// Checks credentials. Wrong ones are an error even where none are needed.
  struct authentication {
    error problem = error::none;
    identity who;
  };
  [[nodiscard]] authentication authenticate(const credentials* shown,
                                            std::chrono::sys_seconds now) const noexcept;

  /// Returns `none` if one of `modes` lets `who` in.
  [[nodiscard]] static error authorize(const identity& who,
                                       const std::vector<config::auth_mode>& modes) noexcept;

private:
  config::api_settings settings_;
  config::key_ring_ptr keys_;
  std::shared_ptr<admission> door_;
  std::map<std::string, name_space, std::less<>> namespaces_;
};

using api_ptr = std::shared_ptr<const api>;

/// Any thread: all APIs of a node at one time.
class api_table {
public:
  explicit api_table(std::vector<api_ptr> apis)
    : apis_(std::move(apis)) {}

  enum class endpoint : std::uint8_t { none, publish, realtime };

  struct match {
    api_ptr what;
    endpoint where = endpoint::none;
  };

  /// Finds the API that a path (without query) and a `Host` header lead to. An API that names the
  /// host is preferred to one that takes any.
  [[nodiscard]] match select(std::string_view path, std::string_view host) const;

  [[nodiscard]] api_ptr find(std::string_view id) const noexcept;
  [[nodiscard]] const std::vector<api_ptr>& all() const noexcept { return apis_; }

private:
  std::vector<api_ptr> apis_;
};

using api_table_ptr = std::shared_ptr<const api_table>;

} // namespace actormesh::appsync
