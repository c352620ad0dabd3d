#include "auth/wildcard.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

using namespace actormesh::auth;
using namespace std::chrono_literals;

TEST_CASE("wildcards stand for any text, or any one character") {
  struct row {
    const char* pattern;
    const char* text;
    bool matches;
  };
  const row rows[] = {
      {"", "", true},          {"", "a", false},         {"a", "", false},
      {"*", "", true},         {"*", "a/b/c", true},     {"?", "", false},
      {"?", "a", true},        {"?", "ab", false},       {"a*", "a", true},
      {"a*", "ab/c", true},    {"a*", "ba", false},      {"*a", "a", true},
      {"*a", "aba", true},     {"*a", "ab", false},      {"a*b", "ab", true},
      {"a*b", "axxb", true},   {"a*b", "axxbx", false},  {"a*b*c", "abbcbc", true},
      {"a*b*c", "acb", false}, {"*ab*", "xaabx", true},  {"a**b", "ab", true},
      {"?*", "", false},       {"?*", "a", true},        {"*?", "a", true},
      {"a?c", "abc", true},    {"a?c", "a/c", true},     {"a?c", "ac", false},
      {"*aab", "aaab", true},  {"*a?b*", "aacb", true},  {"A", "a", false},
      {"a*a", "a", false},     {"*/x/*", "a/x/b", true}, {"*/x/*", "a/x", false},
  };
  for (const auto& [pattern, text, matches] : rows) {
    CAPTURE(pattern, text);
    CHECK(matches_wildcard(pattern, text) == matches);
  }
}

TEST_CASE("wildcards do not take exponential time") {
  std::string pattern;
  for (int i = 0; i < 500; ++i)
    pattern += "*a";
  pattern += "*b";
  const auto begin = std::chrono::steady_clock::now();
  CHECK_FALSE(matches_wildcard(pattern, std::string(1000, 'a')));
  CHECK_FALSE(covers_all_below(pattern, std::string(1000, 'a')));
  CHECK(touches_any_below(pattern, std::string(1000, 'a')));
  CHECK(std::chrono::steady_clock::now() - begin < 10s);
}

namespace {

/// All texts of up to `longest` characters out of `alphabet`.
std::vector<std::string> all_texts(std::string_view alphabet, std::size_t longest) {
  std::vector<std::string> texts{""};
  for (std::size_t begin = 0, size = 0; size < longest; ++size) {
    const auto end = texts.size();
    for (; begin < end; ++begin) {
      for (const char c : alphabet)
        texts.push_back(texts[begin] + c);
    }
  }
  return texts;
}

/// The definition, without any thought.
bool matches_simply(std::string_view pattern, std::string_view text) {
  if (pattern.empty())
    return text.empty();
  if (pattern[0] == '*')
    return matches_simply(pattern.substr(1), text) ||
           (!text.empty() && matches_simply(pattern, text.substr(1)));
  return !text.empty() && (pattern[0] == '?' || pattern[0] == text[0]) &&
         matches_simply(pattern.substr(1), text.substr(1));
}

} // namespace

TEST_CASE("wildcards agree with their definition on everything that is short") {
  const auto patterns = all_texts("ab*?", 4);
  // `z` is in no pattern: what covers everything covers it too.
  const auto texts = all_texts("abz", 3);
  const auto ends = all_texts("abz", 5);
  int differences = 0;
  for (const auto& pattern : patterns) {
    for (const auto& text : texts) {
      bool all = true;
      bool any = false;
      for (std::size_t i = 1; i < ends.size() && (all || !any); ++i) {
        const bool matches = matches_simply(pattern, text + ends[i]);
        all = all && matches;
        any = any || matches;
      }
      differences += matches_wildcard(pattern, text) != matches_simply(pattern, text) ? 1 : 0;
      differences += covers_all_below(pattern, text) != all ? 1 : 0;
      differences += touches_any_below(pattern, text) != any ? 1 : 0;
    }
  }
  CHECK(differences == 0);
}
