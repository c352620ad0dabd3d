#include "config/settings/access_key.hpp"

#include "config/descriptor.hpp"
#include "config/schema_rules.hpp"

#include <utility>

namespace actormesh::config {

using namespace tables;

namespace {

constexpr option iam_options[] = {
    {.key = "region",
     .member = at<&iam_settings::region>,
     .rule = &region_rule,
     .documentation = "Region that clients sign for."},
    {.key = "account",
     .member = at<&iam_settings::account>,
     .rule = &account_rule,
     .documentation = "Account in the ARNs of policies."},
    {.key = "clock_skew",
     .member = at<&iam_settings::clock_skew>,
     .min = second,
     .max = day,
     .documentation = "How much a signature's time may differ from this machine's."},
};

} // namespace

template <> const struct_descriptor& descriptor_of<iam_settings>() noexcept {
  static constexpr auto made = describe<iam_settings>(iam_options);
  return made;
}

namespace {

constexpr option statement_options[] = {
    {.key = "effect",
     .member = at<&statement_settings::effect>,
     .documentation = "What it does to an operation that it covers. What is denied anywhere stays "
                      "denied; what nobody allows is denied, too."},
    {.key = "actions",
     .member = at<&statement_settings::actions>,
     .rule = &action_rule,
     .example = "[\"appsync:*\"]",
     .documentation = "Operations that it covers."},
    {.key = "resources",
     .member = at<&statement_settings::resources>,
     .rule = &resource_rule,
     .example = "[\"arn:aws:appsync:us-east-1:000000000000:apis/dev/*\"]",
     .documentation = "What it covers: the API `apis/ID` for connecting, `apis/ID/channelNamespace/"
                      "NAME` for its channels and, other than with AWS, single channels and "
                      "patterns, `apis/ID/channelNamespace/NAME/room/*`."},
};

void check_statement(const statement_settings& statement, const std::string& path,
                     combinations& found) {
  for (const auto& [name, empty] : {std::pair{".actions", statement.actions.empty()},
                                    std::pair{".resources", statement.resources.empty()}})
    if (empty)
      found.push_back(
          {severity::error, {path + name, path}, path + name + ": expected at least one"});
}

} // namespace

template <> const struct_descriptor& descriptor_of<statement_settings>() noexcept {
  static constexpr auto made = describe<statement_settings, check_statement>(statement_options);
  return made;
}

namespace {

constexpr option access_key_options[] = {
    {.key = "id",
     .member = at<&access_key_settings::id>,
     .rule = &access_key_rule,
     .needed = presence::required,
     .example = "AKIAIOSFODNN7EXAMPLE",
     .documentation = "The access key's id."},
    {.key = "user",
     .member = at<&access_key_settings::user>,
     .rule = &optional_text_rule,
     .documentation = "Whose key it is, for identities and the audit log. Empty: the id."},
    {.key = "secret_file",
     .member = at<&access_key_settings::secret_file>,
     .rule = &file_rule,
     .needed = presence::required,
     .example = "access-key.secret",
     .documentation = "File with the secret access key, mode 0600; with several, one a line, each "
                      "counts. Relative to this file. Changes are picked up live."},
    {.key = "session_token_file",
     .member = at<&access_key_settings::session_token_file>,
     .rule = &optional_file_rule,
     .documentation = "File with session tokens, one a line, mode 0600: requests must carry one of "
                      "them. Empty: requests carry none."},
};

constexpr branch access_key_branches[] = {
    {.key = "policy",
     .member = items<&access_key_settings::policy>,
     .rules = {.item = "statement"},
     .documentation = "What the key's owner may do: nothing that isn't allowed here."},
};

void check_access_key(const access_key_settings& key, const std::string& path,
                      combinations& found) {
  if (key.policy.empty())
    found.push_back({severity::warning,
                     {path + ".policy", path},
                     path + ".policy: allows nothing, so the key is of no use"});
}

} // namespace

template <> const struct_descriptor& descriptor_of<access_key_settings>() noexcept {
  static constexpr auto made =
      describe<access_key_settings, check_access_key>(access_key_options, access_key_branches);
  return made;
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
