#include "config/settings.hpp"

namespace actormesh::config {

std::string_view to_string(auth_mode value) noexcept {
  switch (value) {
  case auth_mode::api_key:
    return "API_KEY";
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

} // namespace actormesh::config
