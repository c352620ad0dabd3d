/// What can be done with an option's value, whatever its C++ type.
#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace actormesh::config {

struct option;

/// A scalar as it was written. `plain` is false for a text in quotes.
struct written_scalar {
  std::string_view text;
  bool plain = true;
};

enum class value_kind : std::uint8_t { flag, number, duration, text, choice };

/// What can be done with values of one C++ type.
struct value_type {
  value_kind kind;
  bool is_list = false;
  /// Reads a value; into a list, one more. Returns whether the text was acceptable.
  bool (*read)(const option& which, written_scalar scalar, void* value);
  /// Returns what is in a value: one text, or as many as a list has.
  std::vector<std::string> (*texts)(const option& which, const void* value);
  void (*copy)(const void* from, void* to);
  void (*clear)(void* list) = nullptr;
  /// The name of the choice with this number; "?" behind the last one.
  std::string_view (*choice)(std::uint8_t number) noexcept = nullptr;
};

[[nodiscard]] bool read_value(const option& which, written_scalar scalar, bool& value);
[[nodiscard]] bool read_value(const option& which, written_scalar scalar, std::uint16_t& value);
[[nodiscard]] bool read_value(const option& which, written_scalar scalar, std::size_t& value);
[[nodiscard]] bool read_value(const option& which, written_scalar scalar,
                              std::chrono::milliseconds& value);
[[nodiscard]] bool read_value(const option& which, written_scalar scalar, std::string& value);

/// Returns the number of the choice with this name.
[[nodiscard]] std::optional<std::uint8_t> find_choice(const option& which, std::string_view name);

[[nodiscard]] std::string write_value(const option& which, bool value);
[[nodiscard]] std::string write_value(const option& which, std::uint64_t value);
[[nodiscard]] std::string write_value(const option& which, std::chrono::milliseconds value);
[[nodiscard]] std::string write_value(const option& which, const std::string& value);

/// Enumerations count from 0 without gaps, and their `to_string` says "?" to what is none.
template <class Value>
concept choice = std::is_enum_v<Value> && std::same_as<std::underlying_type_t<Value>, std::uint8_t>;

template <class Value> struct value_access {
  static bool read(const option& which, written_scalar scalar, void* to) {
    auto& value = *static_cast<Value*>(to);
    if constexpr (choice<Value>) {
      const auto number = find_choice(which, scalar.text);
      if (number)
        value = static_cast<Value>(*number);
      return number.has_value();
    } else {
      return read_value(which, scalar, value);
    }
  }

  static std::string text(const option& which, const Value& value) {
    if constexpr (choice<Value>)
      return std::string{to_string(value)};
    else if constexpr (std::unsigned_integral<Value> && !std::same_as<Value, bool>)
      return write_value(which, std::uint64_t{value});
    else
      return write_value(which, value);
  }

  static std::vector<std::string> texts(const option& which, const void* value) {
    return {text(which, *static_cast<const Value*>(value))};
  }

  static void copy(const void* from, void* to) {
    *static_cast<Value*>(to) = *static_cast<const Value*>(from);
  }

  static std::string_view name(std::uint8_t number) noexcept {
    if constexpr (choice<Value>)
      return to_string(static_cast<Value>(number));
    else
      return "?";
  }

  static constexpr value_kind kind() {
    if constexpr (choice<Value>)
      return value_kind::choice;
    else if constexpr (std::same_as<Value, bool>)
      return value_kind::flag;
    else if constexpr (std::same_as<Value, std::string>)
      return value_kind::text;
    else if constexpr (std::same_as<Value, std::chrono::milliseconds>)
      return value_kind::duration;
    else
      return value_kind::number;
  }
};

template <class Element> struct value_access<std::vector<Element>> {
  using list = std::vector<Element>;

  static bool read(const option& which, written_scalar scalar, void* to) {
    Element element{};
    if (!value_access<Element>::read(which, scalar, &element))
      return false;
    static_cast<list*>(to)->push_back(std::move(element));
    return true;
  }

  static std::vector<std::string> texts(const option& which, const void* value) {
    std::vector<std::string> result;
    for (const auto& each : *static_cast<const list*>(value))
      result.push_back(value_access<Element>::text(which, each));
    return result;
  }

  static void copy(const void* from, void* to) {
    *static_cast<list*>(to) = *static_cast<const list*>(from);
  }

  static void clear(void* value) { static_cast<list*>(value)->clear(); }
};

template <class Value>
inline constexpr value_type type_of = {.kind = value_access<Value>::kind(),
                                       .read = &value_access<Value>::read,
                                       .texts = &value_access<Value>::texts,
                                       .copy = &value_access<Value>::copy,
                                       .choice = &value_access<Value>::name};

template <class Element>
inline constexpr value_type type_of<std::vector<Element>> = {
    .kind = value_access<Element>::kind(),
    .is_list = true,
    .read = &value_access<std::vector<Element>>::read,
    .texts = &value_access<std::vector<Element>>::texts,
    .copy = &value_access<std::vector<Element>>::copy,
    .clear = &value_access<std::vector<Element>>::clear,
    .choice = &value_access<Element>::name};

} // namespace actormesh::config
