#include "config/settings.hpp"

namespace actormesh::config {

std::string_view to_string(auth_mode value) noexcept {
  switch (value) {
  case auth_mode::api_key:
    return "API_KEY";
  case auth_mode::iam:
    return "AWS_IAM";
  case auth_mode::cognito:
    return "AMAZON_COGNITO_USER_POOLS";
  case auth_mode::oidc:
    return "OPENID_CONNECT";
  case auth_mode::lambda:
    return "AWS_LAMBDA";
  case auth_mode::none:
    return "NONE";
  }
  return "?";
}

std::string_view to_string(slow_consumer_policy value) noexcept {
  switch (value) {
  case slow_consumer_policy::disconnect:
    return "disconnect";
  case slow_consumer_policy::drop_oldest:
    return "drop_oldest";
  case slow_consumer_policy::drop_newest:
    return "drop_newest";
  }
  return "?";
}

std::string_view to_string(log_level value) noexcept {
  switch (value) {
  case log_level::trace:
    return "trace";
  case log_level::debug:
    return "debug";
  case log_level::info:
    return "info";
  case log_level::warn:
    return "warn";
  case log_level::error:
    return "error";
  case log_level::off:
    return "off";
  }
  return "?";
}

std::string_view to_string(log_format value) noexcept {
  switch (value) {
  case log_format::text:
    return "text";
  case log_format::json:
    return "json";
  }
  return "?";
}

std::string_view to_string(tls_mode value) noexcept {
  switch (value) {
  case tls_mode::off:
    return "off";
  case tls_mode::on:
    return "on";
  case tls_mode::both:
    return "both";
  }
  return "?";
}

std::string_view to_string(audit_level value) noexcept {
  switch (value) {
  case audit_level::off:
    return "off";
  case audit_level::denied:
    return "denied";
  case audit_level::all:
    return "all";
  }
  return "?";
}

std::string_view to_string(audit_sync value) noexcept {
  switch (value) {
  case audit_sync::none:
    return "none";
  case audit_sync::interval:
    return "interval";
  case audit_sync::always:
    return "always";
  }
  return "?";
}

std::string_view to_string(audit_failure value) noexcept {
  switch (value) {
  case audit_failure::go_on:
    return "go_on";
  case audit_failure::refuse_publishes:
    return "refuse_publishes";
  }
  return "?";
}

std::string_view to_string(policy_effect value) noexcept {
  switch (value) {
  case policy_effect::allow:
    return "allow";
  case policy_effect::deny:
    return "deny";
  }
  return "?";
}

} // namespace actormesh::config
