#include "auth/wildcard.hpp"

#include <algorithm>
#include <cstddef>
#include <string>

namespace actormesh::auth {

namespace {

bool matches_one(char pattern, char c) noexcept { return pattern == '?' || pattern == c; }

} // namespace

bool matches_wildcard(std::string_view pattern, std::string_view text) noexcept {
  constexpr auto none = std::string_view::npos;
  std::size_t at = 0;      // In the pattern.
  std::size_t i = 0;       // In the text.
  std::size_t star = none; // The last `*` so far …
  std::size_t star_until =
      0; // … and the end of what it stands for. Earlier ones need no other try.
  while (i < text.size()) {
    if (at < pattern.size() && pattern[at] == '*') {
      star = at++;
      star_until = i;
    } else if (at < pattern.size() && matches_one(pattern[at], text[i])) {
      ++at;
      ++i;
    } else if (star != none) {
      at = star + 1;
      i = ++star_until;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', at) == none;
}

bool covers_all_below(std::string_view pattern, std::string_view prefix) {
  // What follows the prefix is any text of one character or more, so the pattern has to end in a
  // `*`, but for `?` around it. If these are more than one, all but one find their characters in
  // the prefix.
  const auto last_literal = pattern.find_last_not_of("*?");
  const auto head = last_literal == std::string_view::npos ? 0 : last_literal + 1;
  const auto tail = pattern.substr(head);
  if (tail.find('*') == std::string_view::npos)
    return false;
  const auto singles = static_cast<std::size_t>(std::count(tail.begin(), tail.end(), '?'));
  std::string needed{pattern.substr(0, head)};
  needed.append(singles > 0 ? singles - 1 : 0, '?');
  needed += '*';
  return matches_wildcard(needed, prefix);
}

bool touches_any_below(std::string_view pattern, std::string_view prefix) noexcept {
  // After its first `*` a pattern can be pleased whatever comes, because what follows the prefix is
  // ours to choose. Without one, it has to be longer than the prefix.
  const auto star = pattern.find('*');
  if (star == std::string_view::npos && pattern.size() <= prefix.size())
    return false;
  const auto fixed = std::min({star, pattern.size(), prefix.size()});
  return std::equal(prefix.begin(), prefix.begin() + static_cast<std::ptrdiff_t>(fixed),
                    pattern.begin(), [](char c, char each) { return matches_one(each, c); });
}

} // namespace actormesh::auth
