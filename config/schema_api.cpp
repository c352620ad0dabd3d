#include "config/schema_rules.hpp"

#include <array>

namespace actormesh::config {

using namespace tables;

namespace {

constexpr std::array<option<api_settings>, 36> api_options{{
    {.name = "id",
     .member = at<&api_settings::id>,
     .rule = &api_id_rule,
     .needed = presence::required,
     .effect = takes_effect::restart,
     .example = "dev",
     .documentation = "Name of the API in logs and metrics. No two APIs have the same."},
    {.name = "path_prefix",
     .member = at<&api_settings::path_prefix>,
     .rule = &prefix_rule,
     .effect = takes_effect::restart,
     .documentation = "What comes before `/event` and `/event/realtime` in the API's addresses."},
    {.name = "hosts",
     .member = at<&api_settings::hosts>,
     .rule = &host_rule,
     .effect = takes_effect::restart,
     .documentation = "Host names under which the API is served. Empty: under every name that no "
                      "other API claims."},
    {.name = "origins",
     .member = at<&api_settings::origins>,
     .rule = &origin_rule,
     .documentation = "Origins whose pages may use the API from a browser. A request with another "
                      "`Origin` is refused with 403; one without any is no browser's. Empty: every "
                      "origin."},
    {.name = "keys_file",
     .member = at<&api_settings::keys_file>,
     .rule = &file_rule,
     .effect = takes_effect::restart,
     .example = "keys-dev.yaml",
     .documentation = "File of API keys that `actormesh keys` edits; relative to this file. Its "
                      "content is picked up live. Where a mode is `API_KEY`, this or "
                      "`keys_source` is needed."},
    {.name = "auth.connect",
     .member = at<&api_settings::auth, &auth_settings::connect>,
     .documentation = "Modes that may open a WebSocket connection."},
    {.name = "auth.publish",
     .member = at<&api_settings::auth, &auth_settings::publish>,
     .documentation = "Modes that may publish, where a namespace says nothing else."},
    {.name = "auth.subscribe",
     .member = at<&api_settings::auth, &auth_settings::subscribe>,
     .documentation = "Modes that may subscribe, where a namespace says nothing else."},
    {.name = "auth.failures_per_minute",
     .member = at<&api_settings::auth, &auth_settings::failures_per_minute>,
     .max = many,
     .documentation =
         "Wrong credentials from one address in a minute; more are answered with 429. API "
         "keys, signatures and tokens that are known to be good still count; what would take "
         "a public key or the web hook to check is not looked at. 0: not limited."},
    {.name = "keys_source.file",
     .member = at<&api_settings::keys_source, &keys_source_settings::file>,
     .rule = &optional_file_rule,
     .documentation =
         "File with the key, as Kubernetes, Docker or an agent of Vault mount it. Must "
         "not be writable by others. Relative to this file."},
    {.name = "keys_source.command",
     .member = at<&api_settings::keys_source, &keys_source_settings::command>,
     .rule = &required_text_rule,
     .documentation = "Program and arguments that print the key. No shell is involved."},
    {.name = "keys_source.url",
     .member = at<&api_settings::keys_source, &keys_source_settings::url>,
     .rule = &optional_url_rule,
     .documentation = "Address that answers AWS Secrets Manager's `GetSecretValue`. Both stages, "
                      "AWSCURRENT and AWSPREVIOUS, count."},
    {.name = "keys_source.secret_id",
     .member = at<&api_settings::keys_source, &keys_source_settings::secret_id>,
     .rule = &optional_text_rule,
     .documentation = "Name of the secret that `keys_source.url` is asked for."},
    {.name = "keys_source.ca",
     .member = at<&api_settings::keys_source, &keys_source_settings::ca>,
     .rule = &optional_file_rule,
     .documentation =
         "CAs by which `keys_source.url` is trusted besides the system's. PEM; relative "
         "to this file."},
    {.name = "keys_source.member",
     .member = at<&api_settings::keys_source, &keys_source_settings::member>,
     .rule = &required_text_rule,
     .documentation = "Where the secret is a JSON object, the member that holds the key."},
    {.name = "keys_source.interval",
     .member = at<&api_settings::keys_source, &keys_source_settings::interval>,
     .min = 100,
     .max = day,
     .documentation = "How often the source is read. A file is also read when it changes."},
    {.name = "keys_source.overlap",
     .member = at<&api_settings::keys_source, &keys_source_settings::overlap>,
     .max = 365 * day,
     .documentation = "How long a key goes on to count after the source has named another."},
    {.name = "keys_source.timeout",
     .member = at<&api_settings::keys_source, &keys_source_settings::timeout>,
     .min = 10,
     .max = minute,
     .documentation = "How long a command or an address may take."},
    {.name = "iam.region",
     .member = at<&api_settings::iam, &iam_settings::region>,
     .rule = &region_rule,
     .documentation = "Region that clients sign for."},
    {.name = "iam.account",
     .member = at<&api_settings::iam, &iam_settings::account>,
     .rule = &account_rule,
     .documentation = "Account in the ARNs of policies."},
    {.name = "iam.clock_skew",
     .member = at<&api_settings::iam, &iam_settings::clock_skew>,
     .min = second,
     .max = day,
     .documentation = "How much a signature's time may differ from this machine's."},
    {.name = "authorizer.url",
     .member = at<&api_settings::authorizer, &authorizer_settings::url>,
     .rule = &optional_url_rule,
     .documentation = "Web hook that is asked about the tokens of `AWS_LAMBDA`."},
    {.name = "authorizer.ca",
     .member = at<&api_settings::authorizer, &authorizer_settings::ca>,
     .rule = &optional_file_rule,
     .documentation = "CAs by which the web hook is trusted besides the system's. PEM; relative to "
                      "this file."},
    {.name = "authorizer.identity_validation_expression",
     .member = at<&api_settings::authorizer, &authorizer_settings::identity_validation_expression>,
     .rule = &optional_text_rule,
     .documentation = "Regular expression; tokens that do not match are refused without a call."},
    {.name = "authorizer.result_ttl",
     .member = at<&api_settings::authorizer, &authorizer_settings::result_ttl>,
     .max = hour,
     .documentation = "How long an answer counts that has no `ttlOverride`. 0: for one operation."},
    {.name = "authorizer.timeout",
     .member = at<&api_settings::authorizer, &authorizer_settings::timeout>,
     .min = 10,
     .max = 5 * minute,
     .documentation = "How long the web hook may take, waiting for its turn included."},
    {.name = "authorizer.concurrency",
     .member = at<&api_settings::authorizer, &authorizer_settings::concurrency>,
     .min = 1,
     .max = 10'000,
     .documentation = "Calls of the web hook at the same time."},
    {.name = "authorizer.queue",
     .member = at<&api_settings::authorizer, &authorizer_settings::queue>,
     .max = 1'000'000,
     .documentation = "Calls that may wait for their turn; more are denied."},
    {.name = "authorizer.cache_entries",
     .member = at<&api_settings::authorizer, &authorizer_settings::cache_entries>,
     .max = 10'000'000,
     .documentation = "Answers that are kept."},
    {.name = "limits.connections",
     .member = at<&api_settings::limits, &api_limits::connections>,
     .max = many,
     .documentation = "WebSocket connections at the same time. 0: not limited."},
    {.name = "limits.connections_per_address",
     .member = at<&api_settings::limits, &api_limits::connections_per_address>,
     .max = many,
     .documentation = "WebSocket connections at the same time from one address. 0: not limited."},
    {.name = "limits.connections_per_second",
     .member = at<&api_settings::limits, &api_limits::connections_per_second>,
     .max = many,
     .documentation = "New WebSocket connections per second. 0: not limited."},
    {.name = "limits.publishes_per_second",
     .member = at<&api_settings::limits, &api_limits::publishes_per_second>,
     .max = many,
     .documentation = "Publish requests per second of one WebSocket connection. 0: not limited."},
    {.name = "limits.subscriptions",
     .member = at<&api_settings::limits, &api_limits::subscriptions>,
     .min = 1,
     .max = 1'000'000,
     .documentation = "Subscriptions of one WebSocket connection."},
    {.name = "limits.events_per_publish",
     .member = at<&api_settings::limits, &api_limits::events_per_publish>,
     .min = 1,
     .max = 1000,
     .documentation = "Events in one publish request."},
    {.name = "limits.event_bytes",
     .member = at<&api_settings::limits, &api_limits::event_bytes>,
     .measure = unit::bytes,
     .min = 1,
     .max = 64 * MiB,
     .documentation = "Largest event."},
}};

constexpr std::array<option<namespace_settings>, 7> namespace_options{{
    {.name = "name",
     .member = at<&namespace_settings::name>,
     .rule = &namespace_rule,
     .needed = presence::required,
     .example = "default",
     .documentation = "First segment of the namespace's channels. Case counts."},
    {.name = "auth.publish",
     .member = at<&namespace_settings::publish_auth>,
     .documentation = "Modes that may publish here. Empty: those of the API."},
    {.name = "auth.subscribe",
     .member = at<&namespace_settings::subscribe_auth>,
     .documentation = "Modes that may subscribe here. Empty: those of the API."},
    {.name = "slow_consumer",
     .member = at<&namespace_settings::slow_consumer>,
     .documentation = "What happens when an event no longer fits into a subscriber's queue: "
                      "`disconnect` closes the subscriber's connection, `drop_oldest` makes room, "
                      "`drop_newest` drops the event. Every loss is counted."},
    {.name = "wildcards",
     .member = at<&namespace_settings::wildcards>,
     .documentation = "Whether subscriptions may end in `/*`."},
    {.name = "channels",
     .member = at<&namespace_settings::channels>,
     .rule = &channel_form_rule,
     .documentation =
         "Channels of these forms only. `{sub}` stands for the claim `sub` of the "
         "caller's identity, and so for every claim; a `*` as a segment for any one, at "
         "the end for any number. Empty: every channel."},
    {.name = "audit",
     .member = at<&namespace_settings::audit>,
     .documentation = "What the audit log has of this namespace: nothing, what was refused, or "
                      "everything. Needs `audit.file`."},
}};

constexpr std::array<option<access_key_settings>, 4> access_key_options{{
    {.name = "id",
     .member = at<&access_key_settings::id>,
     .rule = &access_key_rule,
     .needed = presence::required,
     .example = "AKIAIOSFODNN7EXAMPLE",
     .documentation = "The access key's id."},
    {.name = "user",
     .member = at<&access_key_settings::user>,
     .rule = &optional_text_rule,
     .documentation = "Whose key it is, for identities and the audit log. Empty: the id."},
    {.name = "secret_file",
     .member = at<&access_key_settings::secret_file>,
     .rule = &file_rule,
     .needed = presence::required,
     .example = "access-key.secret",
     .documentation = "File with the secret access key, mode 0600; with several, one a line, each "
                      "counts. Relative to this file. Changes are picked up live."},
    {.name = "session_token_file",
     .member = at<&access_key_settings::session_token_file>,
     .rule = &optional_file_rule,
     .documentation = "File with session tokens, one a line, mode 0600: requests must carry one of "
                      "them. Empty: requests carry none."},
}};

constexpr std::array<option<statement_settings>, 3> statement_options{{
    {.name = "effect",
     .member = at<&statement_settings::effect>,
     .documentation = "What it does to an operation that it covers. What is denied anywhere stays "
                      "denied; what nobody allows is denied, too."},
    {.name = "actions",
     .member = at<&statement_settings::actions>,
     .rule = &action_rule,
     .example = "[\"appsync:*\"]",
     .documentation = "Operations that it covers."},
    {.name = "resources",
     .member = at<&statement_settings::resources>,
     .rule = &resource_rule,
     .example = "[\"arn:aws:appsync:us-east-1:000000000000:apis/dev/*\"]",
     .documentation = "What it covers: the API `apis/ID` for connecting, `apis/ID/channelNamespace/"
                      "NAME` for its channels and, other than with AWS, single channels and "
                      "patterns, `apis/ID/channelNamespace/NAME/room/*`."},
}};

constexpr std::array<option<issuer_settings>, 13> issuer_options{{
    {.name = "mode",
     .member = at<&issuer_settings::mode>,
     .documentation = "`OPENID_CONNECT` or `AMAZON_COGNITO_USER_POOLS`."},
    {.name = "issuer",
     .member = at<&issuer_settings::issuer>,
     .rule = &url_rule,
     .needed = presence::required,
     .example = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Example",
     .documentation = "What tokens have as `iss`, to the letter."},
    {.name = "clients",
     .member = at<&issuer_settings::clients>,
     .rule = &optional_text_rule,
     .documentation =
         "Regular expression that a token's `aud`, `azp` or `client_id` must match as a "
         "whole. Empty: any."},
    {.name = "jwks_url",
     .member = at<&issuer_settings::jwks_url>,
     .rule = &optional_url_rule,
     .documentation = "Address of the issuer's keys. Empty: as the issuer's "
                      "`/.well-known/openid-configuration` says, and for Cognito as AWS does."},
    {.name = "jwks_file",
     .member = at<&issuer_settings::jwks_file>,
     .rule = &optional_file_rule,
     .documentation = "File with the issuer's keys, instead of asking anybody. Relative to this "
                      "file. Changes are picked up live."},
    {.name = "ca",
     .member = at<&issuer_settings::ca>,
     .rule = &optional_file_rule,
     .documentation = "CAs by which the issuer is trusted besides the system's. PEM; relative to "
                      "this file."},
    {.name = "refresh",
     .member = at<&issuer_settings::refresh>,
     .min = second,
     .max = 30 * day,
     .documentation = "Age at which the keys are fetched again."},
    {.name = "min_refresh",
     .member = at<&issuer_settings::min_refresh>,
     .min = 10,
     .max = day,
     .documentation =
         "An unknown `kid` makes the node fetch the keys, but not more often than this."},
    {.name = "timeout",
     .member = at<&issuer_settings::timeout>,
     .min = 10,
     .max = minute,
     .documentation = "How long fetching the keys may take."},
    {.name = "iat_ttl",
     .member = at<&issuer_settings::iat_ttl>,
     .max = 3650 * day,
     .documentation = "How long after `iat` a token counts, AWS's `iatTTL`. 0: until it expires."},
    {.name = "auth_ttl",
     .member = at<&issuer_settings::auth_ttl>,
     .max = 3650 * day,
     .documentation = "How long after `auth_time` a token counts, AWS's `authTTL`. 0: until it "
                      "expires."},
    {.name = "leeway",
     .member = at<&issuer_settings::leeway>,
     .max = hour,
     .documentation = "How much the issuer's clock may differ from this machine's."},
    {.name = "close_on_expiry",
     .member = at<&issuer_settings::close_on_expiry>,
     .documentation = "Whether a connection is closed when the token it began with expires. "
                      "Otherwise it keeps its subscriptions, as with AWS."},
}};

} // namespace

template <> std::span<const option<api_settings>> options<api_settings>() noexcept {
  return api_options;
}

template <> std::span<const option<namespace_settings>> options<namespace_settings>() noexcept {
  return namespace_options;
}

template <> std::span<const option<access_key_settings>> options<access_key_settings>() noexcept {
  return access_key_options;
}

template <> std::span<const option<statement_settings>> options<statement_settings>() noexcept {
  return statement_options;
}

template <> std::span<const option<issuer_settings>> options<issuer_settings>() noexcept {
  return issuer_options;
}

} // namespace actormesh::config
