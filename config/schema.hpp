/// The options as users see them: as texts, without the types of descriptor.hpp.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace actormesh::config {

struct struct_view;

/// When a change of an option counts in a node that runs.
enum class takes_effect : std::uint8_t {
  live,    ///< With the next reload.
  restart, ///< When the node starts.
};

/// `live`, `restart`.
[[nodiscard]] std::string_view to_string(takes_effect value) noexcept;

enum class presence : std::uint8_t {
  optional,
  required, ///< Where its mapping is written, this is too.
};

/// What a text has to look like.
struct text_rule {
  std::string_view expected; ///< "an IPv4 or IPv6 address"
  /// Returns the text in the form that settings hold, or nothing.
  std::optional<std::string> (*normalise)(std::string_view text);
  /// A regular expression (ECMA-262) that every such text matches; empty: none is simple enough.
  std::string_view pattern = {};
  /// Whether the text is the name of a file, which may be relative to the configuration file.
  bool names_file = false;
};

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

/// A mapping or a list of mappings of the file.
struct section_description {
  std::string path; ///< `http`, `apis[]`, `apis[].limits`
  std::string documentation;
  /// A list that is empty by default, or what lies in one: in the example file it is a comment.
  bool commented_out = false;
  std::vector<option_description> options;
};

/// Describes everything below a struct, whose values are the defaults. The struct itself has no
/// options, only branches.
[[nodiscard]] std::vector<section_description> describe_sections(struct_view root);

/// The sections of `settings`, in the order of the documentation.
[[nodiscard]] const std::vector<section_description>& all_sections();

/// All options of `settings`, in the order of the sections.
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
