#include "net/appsync/vocabulary.hpp"

#include "auth/wildcard.hpp"
#include "text/ascii.hpp"

#include <algorithm>
#include <cstddef>

namespace actormesh::appsync {

namespace {

constexpr std::string_view wildcards = "*?";

bool is_resource_character(char c) noexcept {
  return text::is_alphanumeric(c) || c == '-' || c == '_' || c == '/' || c == '*' || c == '?';
}

} // namespace

/// Words are checked as far as no wildcard can stand for them.
std::string_view problem_of_resource(std::string_view resource) noexcept {
  constexpr std::string_view not_a_form =
      "is not of the form apis/API or apis/API/channelNamespace/NAME";
  if (!std::all_of(resource.begin(), resource.end(), is_resource_character))
    return "has characters that no API, namespace or channel has";
  if (!auth::touches_any_below(resource, "apis/"))
    return not_a_form;
  constexpr std::array<std::string_view, 4> words{"apis", "", "channelNamespace", ""};
  std::size_t count = 0;
  for (auto rest = resource; !rest.empty(); ++count) {
    const auto word = rest.substr(0, rest.find('/'));
    rest.remove_prefix(std::min(word.size() + 1, rest.size()));
    if (word.find_first_of(wildcards) != std::string_view::npos)
      return {};
    if (word.empty() || (count < words.size() && !words[count].empty() && word != words[count]))
      return not_a_form;
  }
  if (resource.ends_with('/') || count == 1 || count == 3)
    return not_a_form;
  return {};
}

auth::resource_name resource_of(const auth::access& wanted) {
  constexpr std::string_view prefix = "apis/";
  constexpr std::string_view middle = "/channelNamespace";
  auth::resource_name result;
  result.text.reserve(prefix.size() + wanted.api.size() + middle.size() + wanted.object.size());
  result.text += prefix;
  result.text += wanted.api;
  result.owner_size = result.text.size();
  if (wanted.what == connect_action) {
    // AWS's own examples let clients connect by `apis/API/*`.
    result.stands_for = auth::extent::container;
    return result;
  }
  result.text += middle;
  const auto slash = wanted.object.find('/', 1);
  result.owner_size = result.text.size() + std::min(slash, wanted.object.size());
  result.text += wanted.object;
  if (wanted.object.ends_with("/*")) {
    result.text.pop_back();
    result.stands_for = auth::extent::all_below;
  }
  return result;
}

} // namespace actormesh::appsync
