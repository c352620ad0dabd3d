/// What a node serves, whatever protocol its clients speak: who may do what, and how much of it.
#pragma once

#include "audit/log.hpp"
#include "config/settings.hpp"
#include "service/access/authority.hpp"
#include "service/admission.hpp"

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace actormesh::service {

/// A namespace with the tenant's modes filled in where it has none of its own.
struct name_space {
  std::string name;
  std::vector<config::auth_mode> publish;
  std::vector<config::auth_mode> subscribe;
  config::slow_consumer_policy slow_consumer = config::slow_consumer_policy::disconnect;
  bool wildcards = true;
  access::channel_forms forms = {};
  config::audit_level audit = config::audit_level::denied;
};

/// Any thread: one API as configured, never changed. Changed settings or credentials make a new
/// one.
class tenant {
public:
  /// `log` is null if nothing is audited.
  tenant(config::api_settings settings, std::shared_ptr<const access::authority> who,
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

  /// Whether pages of this origin may use it from a browser (RFC 6454). `origin` is the header's
  /// value, empty if there is none.
  [[nodiscard]] bool allows_origin(std::string_view origin) const noexcept;

private:
  config::api_settings settings_;
  std::shared_ptr<const access::authority> who_;
  std::shared_ptr<admission> door_;
  std::shared_ptr<audit::log> audit_;
  config::audit_level audit_level_ = config::audit_level::off;
  std::map<std::string, name_space, std::less<>> namespaces_;
};

using tenant_ptr = std::shared_ptr<const tenant>;

/// Any thread: all that a node serves at one time.
class tenant_table {
public:
  explicit tenant_table(std::vector<tenant_ptr> tenants)
    : tenants_(std::move(tenants)) {}

  /// Null if there is none of that id.
  [[nodiscard]] tenant_ptr find(std::string_view id) const noexcept;

  [[nodiscard]] const std::vector<tenant_ptr>& all() const noexcept { return tenants_; }

private:
  std::vector<tenant_ptr> tenants_;
};

using tenant_table_ptr = std::shared_ptr<const tenant_table>;

} // namespace actormesh::service
