#include "config/descriptor.hpp"

#include "config/quantity.hpp"
#include "config/schema_rules.hpp"

#include <algorithm>
#include <utility>

namespace actormesh::config {

namespace {

/// A text that can stand in YAML without quotes and stays a text.
bool is_plain_yaml(std::string_view text) {
  return !text.empty() && (tables::is_alphanumeric(text.front()) || text.front() == '/') &&
         tables::all_of(text, "._-/~") && !parse_number(text) && text != "true" &&
         text != "false" && text != "null";
}

std::string write_text(std::string_view text) {
  if (is_plain_yaml(text))
    return std::string{text};
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\')
      result += '\\';
    result += c;
  }
  return result + '"';
}

std::string join(const std::vector<std::string_view>& names) {
  std::string text;
  for (const auto each : names)
    text += (text.empty() ? "" : ", ") + std::string{each};
  return text;
}

std::string accepted_number(const option& which) {
  if (which.measure == unit::bytes)
    return "a size from " + format_size(which.min) + " to " + format_size(which.max);
  return "a whole number from " + std::to_string(which.min) + " to " + std::to_string(which.max);
}

std::string accepted_duration(const option& which) {
  return "a duration from " + format_duration(std::chrono::milliseconds{which.min}) + " to " +
         format_duration(std::chrono::milliseconds{which.max});
}

/// The accessors hand out what could be written through; here nobody does.
const void* find(const option& which, const void* owner) {
  return which.member.find(const_cast<void*>(owner));
}

} // namespace

// -- options -----------------------------------------------------------------------------------

std::vector<std::string_view> choices(const option& which) {
  std::vector<std::string_view> names;
  const auto& type = *which.member.type;
  for (std::uint8_t number = 0; type.choice(number) != "?"; ++number)
    names.push_back(type.choice(number));
  return names;
}

std::string accepted(const option& which) {
  const std::string_view of = is_list(which) ? "a list, each " : "";
  switch (which.member.type->kind) {
  case value_kind::flag:
    return std::string{of} + "true or false";
  case value_kind::number:
    return std::string{of} + accepted_number(which);
  case value_kind::duration:
    return std::string{of} + accepted_duration(which);
  case value_kind::choice:
    return (is_list(which) ? "a list of " : "one of ") + join(choices(which));
  case value_kind::text:
    break;
  }
  return std::string{of} + std::string{which.rule->expected};
}

std::string expected(const option& which) {
  if (which.member.type->kind == value_kind::duration)
    return accepted(which) + ", such as 1500ms, 10s or 24h";
  return accepted(which) + (which.measure == unit::bytes ? ", such as 4096, 240KiB or 8MB" : "");
}

bool assign(const option& which, void* owner, written_scalar scalar) {
  return which.member.type->read(which, scalar, which.member.find(owner));
}

void clear_list(const option& which, void* owner) {
  if (is_list(which))
    which.member.type->clear(which.member.find(owner));
}

std::vector<std::string> texts(const option& which, const void* owner) {
  return which.member.type->texts(which, find(which, owner));
}

std::string format(const option& which, const void* owner) {
  const bool is_text = which.member.type->kind == value_kind::text;
  std::string text;
  for (const auto& each : texts(which, owner))
    text += (text.empty() ? "" : ", ") + (is_text ? write_text(each) : each);
  return is_list(which) ? "[" + text + "]" : text;
}

void copy(const option& which, const void* from, void* to) {
  which.member.type->copy(find(which, from), which.member.find(to));
}

// -- walks -------------------------------------------------------------------------------------

struct_ref enter(const branch& which, struct_ref owner) noexcept {
  return {which.member.of(), which.member.find(owner.value)};
}

struct_view enter(const branch& which, struct_view owner) noexcept {
  return enter(which, struct_ref{owner.of, const_cast<void*>(owner.value)});
}

std::size_t size(const branch& which, struct_view owner) noexcept {
  return which.member.list->size(which.member.find(const_cast<void*>(owner.value)));
}

struct_ref item(const branch& which, struct_ref owner, std::size_t index) noexcept {
  return {which.member.of(), which.member.list->item(which.member.find(owner.value), index)};
}

struct_view item(const branch& which, struct_view owner, std::size_t index) noexcept {
  return item(which, struct_ref{owner.of, const_cast<void*>(owner.value)}, index);
}

std::string name_of(const branch& which, struct_view item) {
  if (which.rules.name != nullptr)
    return which.rules.name(item.value);
  const auto* identity = find_option(item.of, which.rules.identity);
  return identity == nullptr ? std::string{} : texts(*identity, item.value).front();
}

const option* find_option(const struct_descriptor& in, std::string_view key) noexcept {
  const auto found =
      std::ranges::find_if(in.options, [&](const option& each) { return each.key == key; });
  return found == in.options.end() ? nullptr : &*found;
}

std::optional<located_option> find_option(struct_ref in, std::string_view path) {
  const auto dot = path.find('.');
  const auto key = path.substr(0, dot);
  if (dot == std::string_view::npos) {
    const auto* found = find_option(in.of, key);
    return found == nullptr ? std::nullopt : std::optional<located_option>{{*found, in.value}};
  }
  for (const auto& each : in.of.branches)
    if (each.key == key && !is_list(each))
      return find_option(enter(each, in), path.substr(dot + 1));
  return std::nullopt;
}

} // namespace actormesh::config
