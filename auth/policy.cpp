#include "auth/policy.hpp"

#include "auth/wildcard.hpp"
#include "text/ascii.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <variant>

namespace actormesh::auth {

namespace {

constexpr std::array<action, 3> all_actions{action::event_connect, action::event_publish,
                                            action::event_subscribe};

constexpr std::string_view wildcards = "*?";

/// Longer than any name that can be asked for. Bounds what a check takes.
constexpr std::size_t longest_resource = 1024;

constexpr std::uint8_t bit_of(action what) noexcept {
  return static_cast<std::uint8_t>(1U << static_cast<unsigned>(what));
}

std::string in_quotes(std::string_view text) { return '"' + std::string{text} + '"'; }

// -- reading --------------------------------------------------------------------------------------

/// The actions a name stands for, as bits. 0 if there are none.
std::uint8_t actions_of(std::string_view name) {
  const auto pattern = text::lower(name);
  unsigned bits = 0;
  for (const auto each : all_actions) {
    if (matches_wildcard(pattern, text::lower(to_string(each))))
      bits |= bit_of(each);
  }
  return static_cast<std::uint8_t>(bits);
}

bool is_resource_character(char c) noexcept {
  return text::is_alphanumeric(c) || c == '-' || c == '_' || c == '/' || c == '*' || c == '?';
}

/// What is wrong with the part after the account. Empty if nothing is. Words are checked as far as
/// no wildcard can stand for them: a resource with a slip in it would be a statement without
/// effect.
std::string_view problem_of(std::string_view resource) noexcept {
  constexpr std::string_view not_a_form =
      "is not of the form apis/API or apis/API/channelNamespace/NAME";
  if (resource.empty() || resource.size() > longest_resource)
    return "has no resource, or one that is too long";
  if (!std::all_of(resource.begin(), resource.end(), is_resource_character))
    return "has characters that no API, namespace or channel has";
  if (!touches_any_below(resource, "apis/"))
    return not_a_form;
  constexpr std::array<std::string_view, 4> words{"apis", "", "channelNamespace", ""};
  std::size_t count = 0;
  for (auto rest = resource; !rest.empty(); ++count) {
    const auto word = text::take_until(rest, '/');
    if (word.find_first_of(wildcards) != std::string_view::npos)
      return {};
    if (word.empty() || (count < words.size() && !words[count].empty() && word != words[count]))
      return not_a_form;
  }
  if (resource.ends_with('/') || count == 1 || count == 3)
    return not_a_form;
  return {};
}

/// Whether a part of an ARN can be ours. Whatever it says is right if we have none.
bool is_ours(std::string_view part, std::string_view own) noexcept {
  return own.empty() || matches_wildcard(part, own);
}

/// The part after the account; empty if the ARN is somebody else's.
using read_resource = std::variant<std::string, policy_problem>;

read_resource read_arn(std::string_view arn, const arn_scope& scope, std::size_t statement) {
  if (arn == "*")
    return std::string{arn};
  auto rest = arn;
  const auto prefix = text::take_until(rest, ':');
  const auto partition = text::take_until(rest, ':');
  const auto service = text::take_until(rest, ':');
  const auto region = text::take_until(rest, ':');
  const auto account = text::take_until(rest, ':');
  if (prefix != "arn" || !matches_wildcard(partition, "aws") ||
      !matches_wildcard(service, "appsync"))
    return policy_problem{statement,
                          in_quotes(arn) + " is neither * nor begins with arn:aws:appsync:"};
  const auto problem = problem_of(rest);
  if (!problem.empty())
    return policy_problem{statement, in_quotes(arn) + ' ' + std::string{problem}};
  if (!is_ours(region, scope.region) || !is_ours(account, scope.account))
    return std::string{};
  return std::string{rest};
}

// -- deciding -------------------------------------------------------------------------------------

/// The name of what is asked for, as resources name it.
struct subject {
  action what = action::event_connect;
  std::string name; ///< `apis/API[/channelNamespace/NAME[/PATH]]`, of a pattern without `*`.
  std::size_t namespace_size; ///< Of the name's part that names the namespace.
  bool is_pattern = false;    ///< All channels that begin with the name, which ends in a slash.

  [[nodiscard]] std::string_view name_space() const noexcept {
    return std::string_view{name}.substr(0, namespace_size);
  }
};

subject to_subject(const access& wanted) {
  subject result;
  result.what = wanted.what;
  constexpr std::string_view prefix = "apis/";
  constexpr std::string_view middle = "/channelNamespace";
  result.name.reserve(prefix.size() + wanted.api.size() + middle.size() + wanted.channel.size());
  result.name += prefix;
  result.name += wanted.api;
  result.namespace_size = result.name.size();
  if (wanted.what == action::event_connect)
    return result;
  result.name += middle;
  const auto slash = wanted.channel.find('/', 1);
  result.namespace_size = result.name.size() + std::min(slash, wanted.channel.size());
  result.name += wanted.channel;
  result.is_pattern = wanted.channel.ends_with("/*");
  if (result.is_pattern)
    result.name.pop_back();
  return result;
}

/// Whether a resource is about all of what is asked for.
bool covers(std::string_view resource, const subject& wanted) {
  if (matches_wildcard(resource, wanted.name_space()))
    return true;
  // AWS's own examples let clients connect by `apis/API/*`.
  if (wanted.what == action::event_connect)
    return matches_wildcard(resource, wanted.name + '/');
  return wanted.is_pattern ? covers_all_below(resource, wanted.name)
                           : matches_wildcard(resource, wanted.name);
}

/// Whether a resource is about any of what is asked for.
bool touches(std::string_view resource, const subject& wanted) {
  return covers(resource, wanted) ||
         (wanted.is_pattern && touches_any_below(resource, wanted.name));
}

} // namespace

const char* to_string(action what) noexcept {
  switch (what) {
  case action::event_connect:
    return "appsync:EventConnect";
  case action::event_publish:
    return "appsync:EventPublish";
  case action::event_subscribe:
    return "appsync:EventSubscribe";
  }
  return "unknown";
}

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

policy::parsed policy::parse(const std::vector<statement_text>& statements,
                             const arn_scope& scope) {
  parsed result;
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
      const auto actions = actions_of(name);
      if (actions == 0)
        complain(in_quotes(name) + " is no action of an Event API");
      read.actions = static_cast<std::uint8_t>(read.actions | actions);
    }
    for (const auto& arn : statements[i].resources) {
      auto resource = read_arn(arn, scope, i);
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
  const auto asked = to_subject(wanted);
  auto result = decision::implicitly_denied;
  for (const auto& [what, actions, resources] : statements_) {
    if ((actions & bit_of(wanted.what)) == 0)
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
  auto arn = "arn:aws:appsync:" + scope.region + ':' + scope.account + ":apis/";
  arn += wanted.api;
  if (wanted.what != action::event_connect) {
    arn += "/channelNamespace";
    arn += wanted.channel;
  }
  return arn;
}

} // namespace actormesh::auth
