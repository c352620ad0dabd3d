#include "auth/policy.hpp"

#include "auth/wildcard.hpp"
#include "text/ascii.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>

namespace actormesh::auth {

namespace {

/// Longer than any name that can be asked for. Bounds what a check takes.
constexpr std::size_t longest_resource = 1024;

std::string in_quotes(std::string_view text) { return '"' + std::string{text} + '"'; }

// -- reading --------------------------------------------------------------------------------------

/// The actions a name stands for, as bits. 0 if there are none.
std::uint32_t actions_of(std::string_view name, const vocabulary& words) {
  const auto pattern = text::lower(name);
  std::uint32_t bits = 0;
  for (const auto each : *words.actions) {
    if (matches_wildcard(pattern, text::lower(each)))
      bits |= action{words, each}.bit();
  }
  return bits;
}

/// What is wrong with the part after the account. Empty if nothing is.
std::string_view problem_of(std::string_view resource, const vocabulary& words) noexcept {
  if (resource.empty() || resource.size() > longest_resource)
    return "has no resource, or one that is too long";
  return words.problem_of(resource);
}

/// Whether a part of an ARN can be ours. Whatever it says is right if we have none.
bool is_ours(std::string_view part, std::string_view own) noexcept {
  return own.empty() || matches_wildcard(part, own);
}

/// The part after the account; empty if the ARN is somebody else's.
using read_resource = std::variant<std::string, policy_problem>;

read_resource read_arn(std::string_view arn, const vocabulary& words, const arn_scope& scope,
                       std::size_t statement) {
  if (arn == "*")
    return std::string{arn};
  auto rest = arn;
  const auto prefix = text::take_until(rest, ':');
  const auto partition = text::take_until(rest, ':');
  const auto service = text::take_until(rest, ':');
  const auto region = text::take_until(rest, ':');
  const auto account = text::take_until(rest, ':');
  if (prefix != "arn" || !matches_wildcard(partition, "aws") ||
      !matches_wildcard(service, words.service))
    return policy_problem{statement, in_quotes(arn) + " is neither * nor begins with arn:aws:" +
                                         std::string{*words.service} + ':'};
  const auto problem = problem_of(rest, words);
  if (!problem.empty())
    return policy_problem{statement, in_quotes(arn) + ' ' + std::string{problem}};
  if (!is_ours(region, scope.region) || !is_ours(account, scope.account))
    return std::string{};
  return std::string{rest};
}

// -- deciding -------------------------------------------------------------------------------------

/// Whether a resource is about all of what is asked for.
bool covers(std::string_view resource, const resource_name& wanted) {
  if (matches_wildcard(resource, std::string_view{wanted.text}.substr(0, wanted.owner_size)))
    return true;
  switch (wanted.stands_for) {
  case extent::one:
    return matches_wildcard(resource, wanted.text);
  case extent::container:
    return matches_wildcard(resource, wanted.text) || matches_wildcard(resource, wanted.text + '/');
  case extent::all_below:
    return covers_all_below(resource, wanted.text);
  }
  return false;
}

/// Whether a resource is about any of what is asked for.
bool touches(std::string_view resource, const resource_name& wanted) {
  return covers(resource, wanted) ||
         (wanted.stands_for == extent::all_below && touches_any_below(resource, wanted.text));
}

} // namespace

const char* to_string(decision what) noexcept {
  switch (what) {
  case decision::allowed:
    return "allowed";
  case decision::implicitly_denied:
    return "not allowed by any statement";
  case decision::explicitly_denied:
    return "denied by a statement";
  }
  return "unknown";
}

policy::parsed policy::parse(const std::vector<statement_text>& statements, const vocabulary& words,
                             const arn_scope& scope) {
  parsed result;
  result.value.words_ = &words;
  for (std::size_t i = 0; i < statements.size(); ++i) {
    const auto problems_before = result.problems.size();
    const auto complain = [&result, i](std::string message) {
      result.problems.push_back({i, std::move(message)});
    };
    statement read;
    const auto effect_name = text::lower(statements[i].effect);
    read.what = effect_name == "allow" ? effect::allow : effect::deny;
    if (effect_name != "allow" && effect_name != "deny")
      complain(in_quotes(statements[i].effect) + " is neither allow nor deny");
    if (statements[i].actions.empty())
      complain("there are no actions");
    if (statements[i].resources.empty())
      complain("there are no resources");
    for (const auto& name : statements[i].actions) {
      const auto actions = actions_of(name, words);
      if (actions == 0)
        complain(in_quotes(name) + " is no action of " + std::string{*words.kind});
      read.actions |= actions;
    }
    for (const auto& arn : statements[i].resources) {
      auto resource = read_arn(arn, words, scope, i);
      if (auto* const problem = std::get_if<policy_problem>(&resource))
        result.problems.push_back(std::move(*problem));
      else if (auto& own = std::get<std::string>(resource); !own.empty())
        read.resources.push_back(std::move(own));
    }
    if (result.problems.size() == problems_before)
      result.value.statements_.push_back(std::move(read));
  }
  return result;
}

decision policy::check(const access& wanted) const {
  if (&wanted.what.words() != words_)
    return decision::implicitly_denied;
  const auto asked = words_->name_of(wanted);
  auto result = decision::implicitly_denied;
  for (const auto& [what, actions, resources] : statements_) {
    if ((actions & wanted.what.bit()) == 0)
      continue;
    const bool denies = what == effect::deny;
    const bool applies = std::any_of(
        resources.begin(), resources.end(), [&asked, denies](const std::string& resource) {
          return denies ? touches(resource, asked) : covers(resource, asked);
        });
    if (applies && denies)
      return decision::explicitly_denied;
    if (applies)
      result = decision::allowed;
  }
  return result;
}

std::string to_arn(const arn_scope& scope, const access& wanted) {
  const auto& words = wanted.what.words();
  const auto name = words.name_of(wanted);
  auto arn = "arn:aws:" + std::string{*words.service} + ':' + scope.region + ':' + scope.account +
             ':' + name.text;
  if (name.stands_for == extent::all_below)
    arn += '*';
  return arn;
}

} // namespace actormesh::auth
