#include "config/settings/api.hpp"

#include "config/descriptor.hpp"
#include "config/schema_rules.hpp"

#include <algorithm>
#include <map>

namespace actormesh::config {

using namespace tables;

namespace {

constexpr option limit_options[] = {
    {.key = "connections",
     .member = at<&api_limits::connections>,
     .max = many,
     .documentation = "WebSocket connections at the same time. 0: not limited."},
    {.key = "connections_per_address",
     .member = at<&api_limits::connections_per_address>,
     .max = many,
     .documentation = "WebSocket connections at the same time from one address. 0: not limited."},
    {.key = "connections_per_second",
     .member = at<&api_limits::connections_per_second>,
     .max = many,
     .documentation = "New WebSocket connections per second. 0: not limited."},
    {.key = "publishes_per_second",
     .member = at<&api_limits::publishes_per_second>,
     .max = many,
     .documentation = "Publish requests per second of one WebSocket connection. 0: not limited."},
    {.key = "subscriptions",
     .member = at<&api_limits::subscriptions>,
     .min = 1,
     .max = 1'000'000,
     .documentation = "Subscriptions of one WebSocket connection."},
    {.key = "events_per_publish",
     .member = at<&api_limits::events_per_publish>,
     .min = 1,
     .max = 1000,
     .documentation = "Events in one publish request."},
    {.key = "event_bytes",
     .member = at<&api_limits::event_bytes>,
     .measure = unit::bytes,
     .min = 1,
     .max = 64 * MiB,
     .documentation = "Largest event."},
};

} // namespace

template <> const struct_descriptor& descriptor_of<api_limits>() noexcept {
  static constexpr auto made = describe<api_limits>(limit_options);
  return made;
}

namespace {

constexpr option options[] = {
    {.key = "id",
     .member = at<&api_settings::id>,
     .rule = &api_id_rule,
     .needed = presence::required,
     .effect = takes_effect::restart,
     .example = "dev",
     .documentation = "Name of the API in logs and metrics. No two APIs have the same."},
    {.key = "path_prefix",
     .member = at<&api_settings::path_prefix>,
     .rule = &prefix_rule,
     .effect = takes_effect::restart,
     .documentation = "What comes before `/event` and `/event/realtime` in the API's addresses."},
    {.key = "hosts",
     .member = at<&api_settings::hosts>,
     .rule = &host_rule,
     .effect = takes_effect::restart,
     .documentation = "Host names under which the API is served. Empty: under every name that no "
                      "other API claims."},
    {.key = "origins",
     .member = at<&api_settings::origins>,
     .rule = &origin_rule,
     .documentation = "Origins whose pages may use the API from a browser. A request with another "
                      "`Origin` is refused with 403; one without any is no browser's. Empty: every "
                      "origin."},
    {.key = "keys_file",
     .member = at<&api_settings::keys_file>,
     .rule = &file_rule,
     .effect = takes_effect::restart,
     .example = "keys-dev.yaml",
     .documentation = "File of API keys that `actormesh keys` edits; relative to this file. Its "
                      "content is picked up live. Where a mode is `API_KEY`, this or "
                      "`keys_source` is needed."},
};

constexpr branch branches[] = {
    {.key = "auth",
     .member = in<&api_settings::auth>,
     .documentation = "How callers prove who they are: lists of `API_KEY` (a key of `keys_file` or "
                      "`keys_source`), `AWS_IAM` (a request signed with one of `access_keys`), "
                      "`AMAZON_COGNITO_USER_POOLS` and `OPENID_CONNECT` (a token of one of "
                      "`issuers`), `AWS_LAMBDA` (what `authorizer` accepts) and `NONE` (nothing is "
                      "asked). docs/authorization.md has an example of each."},
    {.key = "keys_source",
     .member = in<&api_settings::keys_source>,
     .documentation = "API keys that somebody else rotates: one of `file`, `command` and `url`. "
                      "It names a key, several with one a line, a JSON array of them, or a "
                      "JSON object with the key in `member`."},
    {.key = "iam", .member = in<&api_settings::iam>, .documentation = "Signed requests."},
    {.key = "authorizer",
     .member = in<&api_settings::authorizer>,
     .documentation = "The web hook behind `AWS_LAMBDA`."},
    {.key = "limits", .member = in<&api_settings::limits>, .documentation = "Limits of the API."},
    {.key = "access_keys",
     .member = items<&api_settings::access_keys>,
     .rules = {.item = "access key", .identity = "id"},
     .documentation = "Access keys whose owners may sign requests."},
    {.key = "issuers",
     .member = items<&api_settings::issuers>,
     .rules = {.item = "issuer", .identity = "issuer"},
     .documentation = "Whose tokens are accepted."},
    {.key = "namespaces",
     .member = items<&api_settings::namespaces>,
     .rules = {.holds = population::at_least_one, .item = "namespace", .identity = "name"},
     .documentation = "Channels exist only under a namespace. At least one."},
};

/// The modes that are asked for somewhere in an API, each with the first option that has it.
std::map<auth_mode, std::string> needed_modes(const api_settings& api, const std::string& path) {
  std::map<auth_mode, std::string> needed;
  const auto look_at = [&](const std::string& name, const std::vector<auth_mode>& modes) {
    for (const auto mode : modes)
      needed.try_emplace(mode, name);
  };
  look_at(path + ".auth.connect", api.auth.connect);
  look_at(path + ".auth.publish", api.auth.publish);
  look_at(path + ".auth.subscribe", api.auth.subscribe);
  for (std::size_t i = 0; i < api.namespaces.size(); ++i) {
    const auto name = item_path(path + ".namespaces", i);
    look_at(name + ".auth.publish", api.namespaces[i].publish_auth);
    look_at(name + ".auth.subscribe", api.namespaces[i].subscribe_auth);
  }
  return needed;
}

bool has_issuer(const api_settings& api, auth_mode mode) {
  return std::ranges::any_of(api.issuers,
                             [mode](const issuer_settings& each) { return each.mode == mode; });
}

/// What a mode needs must be there.
void check(const api_settings& api, const std::string& path, combinations& found) {
  const auto needed = needed_modes(api, path);
  const auto require_for = [&](auth_mode mode, bool there, const std::string& name,
                               const std::string& what) {
    if (const auto by = needed.find(mode); by != needed.end() && !there)
      found.push_back({severity::error,
                       {path + name, by->second, path},
                       path + name + ": expected " + what + ", because " + by->second + " has " +
                           std::string{to_string(mode)}});
  };
  if (const auto by = needed.find(auth_mode::api_key);
      by != needed.end() && api.keys_file.empty() && !api.keys_source.is_set())
    found.push_back({severity::error,
                     {path + ".keys_file", by->second, path},
                     path + ".keys_file: expected a file of keys, because " + by->second +
                         " has API_KEY (make one with `actormesh keys create --file FILE`)"});
  require_for(auth_mode::iam, !api.access_keys.empty(), ".access_keys", "at least one access key");
  require_for(auth_mode::cognito, has_issuer(api, auth_mode::cognito), ".issuers",
              "an issuer of this mode");
  require_for(auth_mode::oidc, has_issuer(api, auth_mode::oidc), ".issuers",
              "an issuer of this mode");
  require_for(auth_mode::lambda, !api.authorizer.url.empty(), ".authorizer.url",
              "the address of a web hook");
}

} // namespace

template <> const struct_descriptor& descriptor_of<api_settings>() noexcept {
  static constexpr auto made = describe<api_settings, check>(options, branches);
  return made;
}

} // namespace actormesh::config
