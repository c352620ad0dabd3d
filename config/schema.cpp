#include "config/schema.hpp"

#include "config/descriptor.hpp"
#include "config/schema_rules.hpp"
#include "config/settings.hpp"

#include <algorithm>
#include <numeric>

namespace actormesh::config {

namespace {

/// Where a walk is.
struct place {
  std::string path;
  bool in_list = false;
  bool commented_out = false;
};

option_description describe(const option& each, const void* defaults, const place& where) {
  option_description made;
  made.section = where.path;
  made.key = each.key;
  made.path = (where.path.empty() ? "" : where.path + ".") + made.key;
  made.expected = accepted(each);
  made.required = each.needed == presence::required;
  if (!made.required)
    made.default_value = format(each, defaults);
  made.example = each.example.empty() ? made.default_value : std::string{each.example};
  made.scalar = !where.in_list && !is_list(each);
  made.effect = each.effect;
  made.documentation = each.documentation;
  return made;
}

/// Describes what a struct has in it, and then its branches.
void describe(struct_view in, const place& where, std::vector<section_description>& into) {
  for (const auto& each : in.of.options)
    into.back().options.push_back(describe(each, in.value, where));
  for (const auto& each : in.of.branches) {
    const bool list = is_list(each);
    const place below{(where.path.empty() ? "" : where.path + ".") + std::string{each.key} +
                          (list ? "[]" : ""),
                      where.in_list || list,
                      where.commented_out || (list && each.rules.holds == population::any)};
    into.push_back({below.path, std::string{each.documentation}, below.commented_out, {}});
    const auto inner =
        list ? struct_view{each.member.of(), each.member.list->defaults()} : enter(each, in);
    describe(inner, below, into);
  }
}

/// Edits that turn one text into the other: insert, remove, replace, swap two neighbours.
std::size_t edit_distance(std::string_view from, std::string_view to) {
  std::vector<std::size_t> before_last(to.size() + 1);
  std::vector<std::size_t> last(to.size() + 1);
  std::vector<std::size_t> row(to.size() + 1);
  std::iota(last.begin(), last.end(), std::size_t{0});
  for (std::size_t i = 1; i <= from.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= to.size(); ++j) {
      const std::size_t replace = last[j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, replace});
      if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1])
        row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
    std::swap(before_last, last);
    std::swap(last, row);
  }
  return last[to.size()];
}

} // namespace

std::string_view to_string(takes_effect value) noexcept {
  return value == takes_effect::live ? "live" : "restart";
}

std::vector<section_description> describe_sections(struct_view root) {
  std::vector<section_description> sections;
  describe(root, {}, sections);
  return sections;
}

const std::vector<section_description>& all_sections() {
  static const std::vector<section_description> sections = [] {
    const settings defaults;
    return describe_sections(described(defaults));
  }();
  return sections;
}

const std::vector<option_description>& all_options() {
  static const std::vector<option_description> all = [] {
    std::vector<option_description> options;
    for (const auto& each : all_sections())
      options.insert(options.end(), each.options.begin(), each.options.end());
    return options;
  }();
  return all;
}

std::string_view nearest(std::string_view name, std::span<const std::string> candidates) {
  // Long names are no typing errors, and comparing them would cost their square.
  if (name.size() > 64)
    return {};
  std::string_view best;
  std::size_t least = std::max<std::size_t>(1, name.size() / 3) + 1;
  for (const auto& candidate : candidates) {
    const auto distance = edit_distance(name, candidate);
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}

std::string quote(std::string_view text) {
  constexpr std::size_t longest = 60;
  std::string result = "\"";
  for (const char c : text.substr(0, longest))
    result += tables::is_printable({&c, 1}) ? c : '?';
  return result + (text.size() > longest ? "...\"" : "\"");
}

} // namespace actormesh::config
