/// What the audit log holds about one operation, and how it looks as JSON.
///
/// Pure functions of their arguments; any thread.
#pragma once

#include "audit/options.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace actormesh::audit {

/// What was done. The names in the file are those of the enumerators.
enum class action : std::uint8_t {
  // Of clients. Refused ones have the result `denied` and a reason.
  connect,
  disconnect,
  subscribe,
  publish,

  // Of the node.
  keys_changed,           ///< A file of keys was read anew.
  configuration_reloaded, ///< So was the configuration.

  // Of the log itself, which writes them on its own.
  file_begins,   ///< The first line of every file.
  audit_started, ///< A node opened the log.
  audit_stopped, ///< It closed the log.
  records_lost,  ///< So many records found no room before this one.
  tail_damaged,  ///< The file ended in something that is no record; it was put aside.
  file_changed,  ///< Somebody else moved, cut or wrote to the file.
};

[[nodiscard]] std::string_view to_string(action) noexcept;

/// An event of a publish: which one and how large. Never what is in it.
struct event_note {
  std::string_view id;
  std::uint64_t bytes = 0; ///< Of its payload, as published.
};

/// One operation. Views: they must not outlive what they were made from, and need to live only
/// until `log::write` returns. Whatever is empty is left out of the line. Any bytes are safe.
struct record {
  action what = action::connect;
  outcome result = outcome::allowed;
  std::string_view reason = {};  ///< Why it was denied, such as `unauthorized`.
  std::string_view api = {};     ///< Id of the API.
  std::string_view mode = {};    ///< How the client said who it is, such as `API_KEY`.
  std::string_view who = {};     ///< The id of a key (never the key), an access key id, a subject.
  std::string_view channel = {}; ///< Path of the channel, such as `/default/orders`.
  std::span<const event_note> events = {};
  std::string_view remote = {};     ///< Address of the client.
  std::string_view request = {};    ///< Id of the HTTP request.
  std::string_view connection = {}; ///< Id of the connection.
  std::string_view details = {};    ///< A sentence, for what has no member of its own.
};

/// Longer texts are cut, in bytes, and end in `…`.
inline constexpr std::size_t longest_text = 256;
inline constexpr std::size_t longest_channel = 512;
inline constexpr std::size_t longest_details = 2'048;
inline constexpr std::size_t longest_event_id = 128;

/// Further events are only counted, as `more_events`.
inline constexpr std::size_t most_events = 64;

/// No line is longer, its end included: what `append_body` makes of the longest texts, if every
/// byte of them has to be escaped, is shorter.
inline constexpr std::size_t longest_line = 128UL * 1024;

/// Appends the members of a line from `time` to the last before `prev`, without braces: what is
/// known before the record has its place in the chain. Holds no line end.
/// `node` is JSON already, as `append_json` makes it; empty: left out.
void append_body(std::string& to, std::chrono::system_clock::time_point time, std::string_view node,
                 const record& what);

/// Appends the members with which every body begins: `time`, `node`, `what`.
void append_begin(std::string& to, std::chrono::system_clock::time_point time,
                  std::string_view node, action what);

/// Appends a text as a JSON string, in quotes: what is no UTF-8 becomes U+FFFD, control characters
/// are escaped, and a text that is longer than `longest` bytes is cut.
void append_json(std::string& to, std::string_view text, std::size_t longest = longest_text);

/// Appends a whole number.
void append_number(std::string& to, std::uint64_t number);

/// Appends `2026-11-22T02:38:23.123Z`.
void append_time(std::string& to, std::chrono::system_clock::time_point time);

/// Reads what `append_time` makes, to the second.
[[nodiscard]] std::optional<std::chrono::sys_seconds> parse_time(std::string_view text) noexcept;

} // namespace actormesh::audit
