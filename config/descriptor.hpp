/// What describes a struct of settings: its options, the structs and lists of structs in it, and
/// what a reload may do with them.
///
/// Everything that has to know the options walks along these descriptors: reading, overrides and
/// checking, reloading, docs/configuration.md, config/actormesh.example.yaml and
/// config/actormesh.schema.json. A struct's descriptor is in the source file beside its header
/// (settings/…). Members are reached as `void*`, so that a walk is compiled once and not once for
/// each struct; `describe` refuses a member of another struct at compile time.
#pragma once

#include "config/combinations.hpp"
#include "config/schema.hpp"
#include "config/value_type.hpp"

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace actormesh::config {

// -- options -----------------------------------------------------------------------------------

/// Tells structs apart without their types, by its address.
template <class Struct> inline constexpr char struct_tag{};

template <class Member> struct member_type;
template <class Struct, class Type> struct member_type<Type Struct::*> {
  using owner = Struct;
  using value = Type;
};
template <auto Member> using owner_of = typename member_type<decltype(Member)>::owner;
template <auto Member> using value_of = typename member_type<decltype(Member)>::value;

template <auto Member> void* follow(void* owner) noexcept {
  return &(static_cast<owner_of<Member>*>(owner)->*Member);
}

/// Finds a value in the struct that holds it.
struct option_member {
  const void* owner;
  void* (*find)(void* owner) noexcept;
  const value_type* type;
};

/// The member of an option: `at<&http_settings::body_bytes>`.
template <auto Member>
inline constexpr option_member at{&struct_tag<owner_of<Member>>, &follow<Member>,
                                  &type_of<value_of<Member>>};

enum class unit : std::uint8_t { none, bytes };

struct option {
  std::string_view key; ///< In the struct's mapping.
  option_member member;
  unit measure = unit::none;
  std::uint64_t min = 0; ///< In bytes, in milliseconds, or as it is.
  std::uint64_t max = 0;
  const text_rule* rule = nullptr; ///< Of a text, or of each text of a list.
  presence needed = presence::optional;
  takes_effect effect = takes_effect::live;
  std::string_view example = {}; ///< For the example file, where the default says little.
  std::string_view documentation;
};

[[nodiscard]] inline bool is_list(const option& which) noexcept {
  return which.member.type->is_list;
}

/// The names of what an option may be, where it is a choice.
[[nodiscard]] std::vector<std::string_view> choices(const option& which);

/// Returns what an option accepts, for its documentation.
[[nodiscard]] std::string accepted(const option& which);

/// The same to be read behind "expected ", by somebody who got it wrong.
[[nodiscard]] std::string expected(const option& which);

/// Sets an option, or adds to one that is a list. Returns whether the text was acceptable.
[[nodiscard]] bool assign(const option& which, void* owner, written_scalar scalar);

void clear_list(const option& which, void* owner);

/// Returns what the option's value is: one text, or those of a list.
[[nodiscard]] std::vector<std::string> texts(const option& which, const void* owner);

/// Returns the option's value as it would be written in the file.
[[nodiscard]] std::string format(const option& which, const void* owner);

/// Copies the option's value from one struct to another.
void copy(const option& which, const void* from, void* to);

// -- structs and lists of structs --------------------------------------------------------------

struct struct_descriptor;

/// What can be done with a list of structs of one C++ type.
struct list_type {
  std::size_t (*size)(const void* list) noexcept;
  void* (*item)(void* list, std::size_t index) noexcept;
  void* (*append)(void* list); ///< Adds one with the defaults, and returns it.
  void (*clear)(void* list);
  bool (*equal)(const void* one, const void* other);
  void (*copy)(const void* from, void* to);
  /// Makes a list of these items, some of which may lie in the list itself.
  void (*replace)(void* list, const std::vector<const void*>& items);
  const void* (*defaults)();
};

template <class Item> struct list_access {
  using list = std::vector<Item>;

  static std::size_t size(const void* items) noexcept {
    return static_cast<const list*>(items)->size();
  }
  static void* item(void* items, std::size_t index) noexcept {
    return &(*static_cast<list*>(items))[index];
  }
  static void* append(void* items) { return &static_cast<list*>(items)->emplace_back(); }
  static void clear(void* items) { static_cast<list*>(items)->clear(); }
  static bool equal(const void* one, const void* other) {
    return *static_cast<const list*>(one) == *static_cast<const list*>(other);
  }
  static void copy(const void* from, void* to) {
    *static_cast<list*>(to) = *static_cast<const list*>(from);
  }
  static void replace(void* items, const std::vector<const void*>& by) {
    list made;
    made.reserve(by.size());
    for (const auto* each : by)
      made.push_back(*static_cast<const Item*>(each));
    *static_cast<list*>(items) = std::move(made);
  }
  static const void* defaults() {
    static const Item made{};
    return &made;
  }
};

template <class Item>
inline constexpr list_type list_of = {&list_access<Item>::size,    &list_access<Item>::item,
                                      &list_access<Item>::append,  &list_access<Item>::clear,
                                      &list_access<Item>::equal,   &list_access<Item>::copy,
                                      &list_access<Item>::replace, &list_access<Item>::defaults};

/// How many items a list has.
enum class population : std::uint8_t {
  any,
  at_least_one,
  one_by_default, ///< Left out, there is one with the defaults; written, at least one.
};

/// What holds for the items of a list.
struct list_rules {
  takes_effect effect = takes_effect::live; ///< When items that are new or gone count.
  population holds = population::any;
  std::string_view item = {}; ///< What one is called: "listener".
  /// The option, a text, that tells items apart: no two have the same.
  std::string_view identity = {};
  /// Names an item where no single option does. Without either, a list changes as a whole.
  std::string (*name)(const void* item) = nullptr;
};

/// Finds a struct, or a list of structs, in the struct that holds it.
struct branch_member {
  const void* owner;
  void* (*find)(void* owner) noexcept;
  const struct_descriptor& (*of)() noexcept;
  const list_type* list = nullptr; ///< Null: one struct.
};

/// A mapping in a mapping, or a list of mappings.
struct branch {
  std::string_view key;
  branch_member member;
  list_rules rules = {}; ///< Of a list.
  std::string_view documentation;
};

[[nodiscard]] inline bool is_list(const branch& which) noexcept {
  return which.member.list != nullptr;
}

using check_function = void (*)(const void* value, const std::string& path, combinations& found);

/// Describes one struct.
struct struct_descriptor {
  const void* owner;
  std::span<const option> options;
  std::span<const branch> branches;
  check_function check = nullptr; ///< What is wrong with options that are each right.
};

/// The descriptor of a struct. Each has a specialisation of its own, next to it.
template <class Struct> [[nodiscard]] const struct_descriptor& descriptor_of() noexcept;

/// A member that is a struct: `in<&settings::http>`.
template <auto Member>
inline constexpr branch_member in{&struct_tag<owner_of<Member>>, &follow<Member>,
                                  &descriptor_of<value_of<Member>>};

/// A member that is a vector of structs: `items<&settings::apis>`.
template <auto Member>
inline constexpr branch_member items{&struct_tag<owner_of<Member>>, &follow<Member>,
                                     &descriptor_of<typename value_of<Member>::value_type>,
                                     &list_of<typename value_of<Member>::value_type>};

/// Options of the struct itself that stand in a mapping of their own in the file: `here<log>`.
template <const struct_descriptor& Part>
inline constexpr branch_member here{Part.owner, [](void* owner) noexcept { return owner; },
                                    []() noexcept -> const struct_descriptor& { return Part; }};

/// Names items of a list by a function of their type.
template <auto Function> struct item_name;
template <class Item, std::string (*Function)(const Item&)> struct item_name<Function> {
  static std::string name(const void* item) { return Function(*static_cast<const Item*>(item)); }
};

/// No constant expressions: a descriptor that gets to one of these doesn't compile.
void this_member_belongs_to_another_struct();
void this_option_needs_a_maximum();
void this_option_needs_a_rule();

consteval void check_option(const option& which) {
  const auto kind = which.member.type->kind;
  if ((kind == value_kind::number || kind == value_kind::duration) && which.max <= which.min)
    this_option_needs_a_maximum();
#ifndef __SANITIZE_ADDRESS__ // GCC 12's UBSan takes no address for a constant (its bug 71962).
  if (kind == value_kind::text && which.rule == nullptr)
    this_option_needs_a_rule();
#endif
}

/// Puts a descriptor together. All members must be those of `Struct`. `Check` is a function
/// `(const Struct&, const std::string& path, combinations&)`.
template <class Struct, auto Check = nullptr>
consteval struct_descriptor describe(std::span<const option> options,
                                     std::span<const branch> branches = {}) {
  for (const auto& each : options) {
    check_option(each);
    if (each.member.owner != &struct_tag<Struct>)
      this_member_belongs_to_another_struct();
  }
  for (const auto& each : branches)
    if (each.member.owner != &struct_tag<Struct>)
      this_member_belongs_to_another_struct();
  struct_descriptor made{&struct_tag<Struct>, options, branches};
  if constexpr (!std::same_as<decltype(Check), std::nullptr_t>)
    made.check = [](const void* value, const std::string& path, combinations& found) {
      Check(*static_cast<const Struct*>(value), path, found);
    };
  return made;
}

// -- walks -------------------------------------------------------------------------------------

/// A struct and its descriptor.
struct struct_view {
  const struct_descriptor& of;
  const void* value;
};

/// The same to be written to.
struct struct_ref {
  const struct_descriptor& of;
  void* value;

  operator struct_view() const noexcept { return {of, value}; }
};

template <class Struct> [[nodiscard]] struct_ref described(Struct& value) noexcept {
  return {descriptor_of<Struct>(), &value};
}
template <class Struct> [[nodiscard]] struct_view described(const Struct& value) noexcept {
  return {descriptor_of<Struct>(), &value};
}

/// Returns the struct of a branch that is no list.
[[nodiscard]] struct_ref enter(const branch& which, struct_ref owner) noexcept;
[[nodiscard]] struct_view enter(const branch& which, struct_view owner) noexcept;

/// Returns the number of items of a branch that is a list, and one of them.
[[nodiscard]] std::size_t size(const branch& which, struct_view owner) noexcept;
[[nodiscard]] struct_ref item(const branch& which, struct_ref owner, std::size_t index) noexcept;
[[nodiscard]] struct_view item(const branch& which, struct_view owner, std::size_t index) noexcept;

/// Returns what an item of a list is called in logs; empty if its list has no identity.
[[nodiscard]] std::string name_of(const branch& which, struct_view item);

/// Returns the option of a descriptor by its key, or null.
[[nodiscard]] const option* find_option(const struct_descriptor& in, std::string_view key) noexcept;

/// An option and the struct that holds it.
struct located_option {
  const option& which;
  void* owner;
};

/// Finds an option by its path, `log.level`, in no list.
[[nodiscard]] std::optional<located_option> find_option(struct_ref in, std::string_view path);

/// Calls a function with every struct, outer ones first, and its path: `apis[0].limits`.
template <class Ref, class Function>
void for_each_struct(Ref in, const std::string& path, const Function& function) {
  function(in, path);
  const auto prefix = path.empty() ? path : path + ".";
  for (const auto& each : in.of.branches) {
    const auto name = prefix + std::string{each.key};
    if (!is_list(each)) {
      for_each_struct(enter(each, in), name, function);
      continue;
    }
    for (std::size_t i = 0; i < size(each, in); ++i)
      for_each_struct(item(each, in, i), name + "[" + std::to_string(i) + "]", function);
  }
}

} // namespace actormesh::config
