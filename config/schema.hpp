/// Every option, described once.
///
/// A table per struct of settings.hpp says what an option is called in the file, which member
/// it fills, what it may be, whether a running node takes a change, and what it means. Defaults
/// are those of the members, which come from defaults.hpp. Reading, checking, the environment,
/// reloading, docs/configuration.md and config/actormesh.example.yaml all come from these tables.
#pragma once

#include "config/settings.hpp"

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

namespace actormesh::config {

/// When a change of an option counts in a node that runs.
enum class takes_effect : std::uint8_t {
  live,    ///< With the next reload.
  restart, ///< When the node starts.
};

/// `live`, `restart`.
[[nodiscard]] std::string_view to_string(takes_effect value) noexcept;

/// What a text has to look like.
struct text_rule {
  std::string_view expected; ///< "an IPv4 or IPv6 address"
  /// Returns the text in the form that settings hold, or nothing.
  std::optional<std::string> (*normalise)(std::string_view text);
};

/// Finds an option's value in the struct that holds it.
template <class Owner>
using member_of =
    std::variant<bool& (*)(Owner&), std::uint16_t& (*)(Owner&), std::size_t& (*)(Owner&),
                 std::chrono::milliseconds& (*)(Owner&), std::string& (*)(Owner&),
                 log_level& (*)(Owner&), log_format& (*)(Owner&), slow_consumer_policy& (*)(Owner&),
                 tls_mode& (*)(Owner&), audit_level& (*)(Owner&), audit_sync& (*)(Owner&),
                 audit_failure& (*)(Owner&), policy_effect& (*)(Owner&), auth_mode& (*)(Owner&),
                 std::vector<std::string>& (*)(Owner&), std::vector<auth_mode>& (*)(Owner&)>;

enum class unit : std::uint8_t { none, bytes };
enum class presence : std::uint8_t { optional, required };

template <class Owner> struct option {
  std::string_view name; ///< In the struct's mapping; a dot stands for a nested mapping.
  member_of<Owner> member;
  unit measure = unit::none;
  std::uint64_t min = 0; ///< In bytes, in milliseconds, or as it is.
  std::uint64_t max = 0;
  const text_rule* rule = nullptr; ///< Of a text, or of each text of a list.
  presence needed = presence::optional;
  takes_effect effect = takes_effect::live;
  std::string_view example = {}; ///< For the example file, where the default says little.
  std::string_view documentation;
};

/// The options of settings, or of what its lists hold.
template <class Owner> [[nodiscard]] std::span<const option<Owner>> options() noexcept;

/// Hands every list of a struct to a function, by the name of its mapping's key.
template <class Settings, class Function>
requires std::same_as<std::remove_const_t<Settings>, settings>
void for_each_list(Settings& owner, Function&& function) {
  function(std::string_view{"listeners"}, owner.listeners);
  function(std::string_view{"apis"}, owner.apis);
}
template <class Settings, class Function>
requires std::same_as<std::remove_const_t<Settings>, api_settings>
void for_each_list(Settings& owner, Function&& function) {
  function(std::string_view{"access_keys"}, owner.access_keys);
  function(std::string_view{"issuers"}, owner.issuers);
  function(std::string_view{"namespaces"}, owner.namespaces);
}
template <class Settings, class Function>
requires std::same_as<std::remove_const_t<Settings>, access_key_settings>
void for_each_list(Settings& owner, Function&& function) {
  function(std::string_view{"policy"}, owner.policy);
}
template <class Settings, class Function>
requires std::same_as<std::remove_const_t<Settings>, listener_settings> ||
    std::same_as<std::remove_const_t<Settings>, namespace_settings> ||
    std::same_as<std::remove_const_t<Settings>, statement_settings> ||
    std::same_as<std::remove_const_t<Settings>, issuer_settings>
void for_each_list(Settings&, Function&&) {}

/// A scalar as it was written. `plain` is false for a text in quotes.
struct written_scalar {
  std::string_view text;
  bool plain = true;
};

/// Returns what an option accepts, to be read behind "expected ".
template <class Owner> [[nodiscard]] std::string expected(const option<Owner>& which);

/// Sets an option that is no list. Returns whether the text was acceptable.
template <class Owner>
[[nodiscard]] bool assign(const option<Owner>& which, Owner& owner, written_scalar scalar);

/// Adds to an option that is a list.
template <class Owner>
[[nodiscard]] bool append(const option<Owner>& which, Owner& owner, written_scalar scalar);

template <class Owner> void clear_list(const option<Owner>& which, Owner& owner);
template <class Owner> [[nodiscard]] bool is_list(const option<Owner>& which);

/// Returns the option's value as it would be written in the file.
template <class Owner>
[[nodiscard]] std::string format(const option<Owner>& which, const Owner& owner);

/// Copies the option's value from one struct to another.
template <class Owner> void copy(const option<Owner>& which, const Owner& from, Owner& to);

/// A mapping or a list of mappings of the file, in the order of the documentation.
struct section {
  std::string_view path; ///< `http`, `apis[]`, `apis[].limits`
  std::string_view documentation;
  /// A list that is empty by default, or what lies in one: in the example file it is a comment.
  bool commented_out = false;
};

[[nodiscard]] std::span<const section> sections() noexcept;

/// An option without its types, for documentation and for finding it by its path.
struct option_description {
  std::string path;    ///< `apis[].limits.connections`
  std::string section; ///< `apis[].limits`
  std::string key;     ///< `connections`
  std::string expected;
  std::string default_value; ///< As written in the file; empty if there is none.
  std::string example;       ///< As written in the file.
  bool required = false;
  bool scalar = false; ///< Reachable by environment variables and `--set`.
  takes_effect effect = takes_effect::live;
  std::string documentation;
};

/// All options in the order of the sections.
[[nodiscard]] const std::vector<option_description>& all_options();

/// Returns the candidate that somebody who wrote `name` most likely meant; empty if none is
/// close.
[[nodiscard]] std::string_view nearest(std::string_view name,
                                       std::span<const std::string> candidates);

/// Returns a piece of a user's text for a message: in quotes, short, and free of control
/// characters.
[[nodiscard]] std::string quote(std::string_view text);

/// The rule of a listener's address.
[[nodiscard]] const text_rule& address_rule() noexcept;

/// The rule of the names of meshes, nodes and clients.
[[nodiscard]] const text_rule& mesh_name_rule() noexcept;

/// The rule of `HOST:PORT` of another node.
[[nodiscard]] const text_rule& mesh_peer_rule() noexcept;

} // namespace actormesh::config
