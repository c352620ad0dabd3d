#include "service/access/access_keys.hpp"

#include "config/keys/secret_file.hpp"

#include <algorithm>
#include <utility>

namespace actormesh::access {

namespace {

auth::identity_ptr make_identity(const config::access_key_settings& from,
                                 const config::iam_settings& iam, const auth::vocabulary& words,
                                 config::problems& found) {
  std::vector<auth::statement_text> statements;
  for (const auto& each : from.policy)
    statements.push_back(
        {std::string{config::to_string(each.effect)}, each.actions, each.resources});
  auto parsed = auth::policy::parse(statements, words, {iam.region, iam.account});
  for (const auto& each : parsed.problems)
    found.push_back({config::severity::error, "access key " + from.id, 0, 0,
                     "policy[" + std::to_string(each.statement) + "]: " + each.message});
  const auto user = from.user.empty() ? from.id : from.user;
  auth::identity made;
  made.mode = config::auth_mode::iam;
  made.name = user;
  made.claims = {{"accountId", iam.account},
                 {"username", user},
                 {"accessKeyId", from.id},
                 {"userArn", "arn:aws:iam::" + iam.account + ":user/" + user}};
  made.permissions = std::make_shared<const auth::policy>(std::move(parsed.value));
  return std::make_shared<const auth::identity>(std::move(made));
}

/// Reads one secret a line.
std::vector<config::secret> read_lines(const std::string& file, config::problems& found) {
  const auto text = config::read_secret_file(file);
  if (!text) {
    found.insert(found.end(), text.error().begin(), text.error().end());
    return {};
  }
  auto lines = config::secret_lines(*text);
  if (lines.empty())
    found.push_back({config::severity::error, file, 0, 0, "expected a secret, found nothing"});
  return lines;
}

} // namespace

access_key_table::loaded access_key_table::load(const config::api_settings& api,
                                                const auth::vocabulary& words) {
  auto table = std::make_shared<access_key_table>();
  config::problems found;
  for (const auto& each : api.access_keys) {
    config::problems here;
    access_key made;
    made.secrets = read_lines(each.secret_file, here);
    if (!each.session_token_file.empty())
      made.session_tokens = read_lines(each.session_token_file, here);
    made.who = make_identity(each, api.iam, words, here);
    if (!config::has_errors(here))
      table->keys_.emplace(each.id, std::move(made));
    std::ranges::move(here, std::back_inserter(found));
  }
  return {std::move(table), std::move(found)};
}

const access_key* access_key_table::find(std::string_view id) const noexcept {
  const auto found = keys_.find(id);
  return found == keys_.end() ? nullptr : &found->second;
}

} // namespace actormesh::access
