/// The Event APIs a node serves: who may do what, and under which address.
#pragma once

#include "audit/log.hpp"
#include "config/settings.hpp"
#include "net/access/authority.hpp"
#include "net/appsync/admission.hpp"

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace actormesh::appsync {

/// A namespace with the API's modes filled in where it has none of its own.
struct name_space {
  std::string name;
  std::vector<config::auth_mode> publish;
  std::vector<config::auth_mode> subscribe;
  config::slow_consumer_policy slow_consumer = config::slow_consumer_policy::disconnect;
  bool wildcards = true;
  access::channel_forms forms = {};
  config::audit_level audit = config::audit_level::denied;
};

/// Any thread: one Event API as configured, never changed. Changed settings or credentials make a
/// new one.
class api {
public:
  /// `log` is null if nothing is audited.
  api(config::api_settings settings, std::shared_ptr<const access::authority> who,
      std::shared_ptr<admission> door, std::shared_ptr<audit::log> log = nullptr);

  [[nodiscard]] const config::api_settings& settings() const noexcept { return settings_; }
  [[nodiscard]] const std::string& id() const noexcept { return settings_.id; }
  [[nodiscard]] admission& door() const noexcept { return *door_; }

  /// Null if there is none of that name.
  [[nodiscard]] const name_space* find_namespace(std::string_view name) const noexcept;

  /// Who may do what.
  [[nodiscard]] const access::authority& who() const noexcept { return *who_; }

  /// Null if nothing is audited.
  [[nodiscard]] audit::log* audit_log() const noexcept { return audit_.get(); }

  /// The level of what belongs to no namespace: the highest of any.
  [[nodiscard]] config::audit_level audit_level() const noexcept { return audit_level_; }

  /// Whether pages of this origin may use the API from a browser (RFC 6454). `origin` is the
  /// header's value, empty if there is none.
  [[nodiscard]] bool allows_origin(std::string_view origin) const noexcept;

  /// The path that operations over WebSocket are signed for.
  [[nodiscard]] const std::string& publish_path() const noexcept { return publish_path_; }

private:
  config::api_settings settings_;
  std::shared_ptr<const access::authority> who_;
  std::shared_ptr<admission> door_;
  std::shared_ptr<audit::log> audit_;
  config::audit_level audit_level_ = config::audit_level::off;
  std::string publish_path_;
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
