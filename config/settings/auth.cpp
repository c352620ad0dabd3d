#include "config/settings/auth.hpp"

#include "config/descriptor.hpp"
#include "config/schema_rules.hpp"

#include <utility>

namespace actormesh::config {

using namespace tables;

namespace {

constexpr option options[] = {
    {.key = "connect",
     .member = at<&auth_settings::connect>,
     .documentation = "Modes that may open a WebSocket connection."},
    {.key = "publish",
     .member = at<&auth_settings::publish>,
     .documentation = "Modes that may publish, where a namespace says nothing else."},
    {.key = "subscribe",
     .member = at<&auth_settings::subscribe>,
     .documentation = "Modes that may subscribe, where a namespace says nothing else."},
    {.key = "failures_per_minute",
     .member = at<&auth_settings::failures_per_minute>,
     .max = many,
     .documentation =
         "Wrong credentials from one address in a minute; more are answered with 429. API "
         "keys, signatures and tokens that are known to be good still count; what would take "
         "a public key or the web hook to check is not looked at. 0: not limited."},
};

void check(const auth_settings& auth, const std::string& path, combinations& found) {
  for (const auto& [name, modes] :
       {std::pair{path + ".connect", &auth.connect}, std::pair{path + ".publish", &auth.publish},
        std::pair{path + ".subscribe", &auth.subscribe}})
    if (modes->empty())
      found.push_back({severity::error, {name}, name + ": expected at least one mode"});
}

} // namespace

template <> const struct_descriptor& descriptor_of<auth_settings>() noexcept {
  static constexpr auto made = describe<auth_settings, check>(options);
  return made;
}

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

} // namespace actormesh::config
