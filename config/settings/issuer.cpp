#include "config/settings/issuer.hpp"

#include "config/descriptor.hpp"
#include "config/schema_rules.hpp"

namespace actormesh::config {

using namespace tables;

namespace {

constexpr option options[] = {
    {.key = "mode",
     .member = at<&issuer_settings::mode>,
     .documentation = "`OPENID_CONNECT` or `AMAZON_COGNITO_USER_POOLS`."},
    {.key = "issuer",
     .member = at<&issuer_settings::issuer>,
     .rule = &url_rule,
     .needed = presence::required,
     .example = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Example",
     .documentation = "What tokens have as `iss`, to the letter."},
    {.key = "clients",
     .member = at<&issuer_settings::clients>,
     .rule = &optional_text_rule,
     .documentation =
         "Regular expression that a token's `aud`, `azp` or `client_id` must match as a "
         "whole. Empty: any."},
    {.key = "jwks_url",
     .member = at<&issuer_settings::jwks_url>,
     .rule = &optional_url_rule,
     .documentation = "Address of the issuer's keys. Empty: as the issuer's "
                      "`/.well-known/openid-configuration` says, and for Cognito as AWS does."},
    {.key = "jwks_file",
     .member = at<&issuer_settings::jwks_file>,
     .rule = &optional_file_rule,
     .documentation = "File with the issuer's keys, instead of asking anybody. Relative to this "
                      "file. Changes are picked up live."},
    {.key = "ca",
     .member = at<&issuer_settings::ca>,
     .rule = &optional_file_rule,
     .documentation = "CAs by which the issuer is trusted besides the system's. PEM; relative to "
                      "this file."},
    {.key = "refresh",
     .member = at<&issuer_settings::refresh>,
     .min = second,
     .max = 30 * day,
     .documentation = "Age at which the keys are fetched again."},
    {.key = "min_refresh",
     .member = at<&issuer_settings::min_refresh>,
     .min = 10,
     .max = day,
     .documentation =
         "An unknown `kid` makes the node fetch the keys, but not more often than this."},
    {.key = "timeout",
     .member = at<&issuer_settings::timeout>,
     .min = 10,
     .max = minute,
     .documentation = "How long fetching the keys may take."},
    {.key = "iat_ttl",
     .member = at<&issuer_settings::iat_ttl>,
     .max = 3650 * day,
     .documentation = "How long after `iat` a token counts, AWS's `iatTTL`. 0: until it expires."},
    {.key = "auth_ttl",
     .member = at<&issuer_settings::auth_ttl>,
     .max = 3650 * day,
     .documentation = "How long after `auth_time` a token counts, AWS's `authTTL`. 0: until it "
                      "expires."},
    {.key = "leeway",
     .member = at<&issuer_settings::leeway>,
     .max = hour,
     .documentation = "How much the issuer's clock may differ from this machine's."},
    {.key = "close_on_expiry",
     .member = at<&issuer_settings::close_on_expiry>,
     .documentation = "Whether a connection is closed when the token it began with expires. "
                      "Otherwise it keeps its subscriptions, as with AWS."},
};

void check(const issuer_settings& value, const std::string& path, combinations& found) {
  if (value.mode != auth_mode::oidc && value.mode != auth_mode::cognito)
    found.push_back({severity::error,
                     {path + ".mode"},
                     path + ".mode: expected OPENID_CONNECT or AMAZON_COGNITO_USER_POOLS, found " +
                         std::string{to_string(value.mode)}});
  if (value.jwks_file.empty() && value.issuer.starts_with("http://"))
    found.push_back({severity::warning,
                     {path + ".issuer"},
                     path + ".issuer: keys are fetched without TLS; whoever is on the way can "
                            "replace them"});
  if (value.clients.empty())
    found.push_back({severity::warning,
                     {path + ".clients", path},
                     path + ".clients: is empty, so tokens that the issuer made for other "
                            "applications are accepted, too"});
}

} // namespace

template <> const struct_descriptor& descriptor_of<issuer_settings>() noexcept {
  static constexpr auto made = describe<issuer_settings, check>(options);
  return made;
}

} // namespace actormesh::config
