#include "net/appsync/signed_operation.hpp"

#include "text/json.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace actormesh::appsync {

namespace {

/// What is escaped beyond `"`, `\` and the control characters.
enum class json_style : std::uint8_t {
  plain,         ///< Nothing: JSON.stringify.
  escaped_slash, ///< `/` as `\/`: Apple's encoders.
  html_safe,     ///< `<`, `>`, `&`, `=` and `'` as `\u003c` and so on: Gson.
};

struct variant {
  json_style style = json_style::plain;
  bool events_first = false;
};

/// In the order of how likely they are.
constexpr std::array<variant, 6> variants{{
    {json_style::plain, false},
    {json_style::escaped_slash, false},
    {json_style::plain, true},
    {json_style::html_safe, false},
    {json_style::escaped_slash, true},
    {json_style::html_safe, true},
}};

/// The characters that a style escapes and JSON.stringify doesn't.
constexpr std::string_view special_characters(json_style style) noexcept {
  switch (style) {
  case json_style::plain:
    break;
  case json_style::escaped_slash:
    return "/";
  case json_style::html_safe:
    return "<>&='";
  }
  return {};
}

// -- writing JSON ---------------------------------------------------------------------------------

/// Which bytes a style doesn't write as they are.
using byte_set = std::array<bool, 256>;

constexpr byte_set make_escaped(json_style style) noexcept {
  byte_set escaped{};
  for (std::size_t byte = 0; byte < 0x20; ++byte)
    escaped[byte] = true;
  escaped['"'] = true;
  escaped['\\'] = true;
  for (const char c : special_characters(style))
    escaped[static_cast<unsigned char>(c)] = true;
  return escaped;
}

constexpr std::array<byte_set, 3> escaped_bytes{make_escaped(json_style::plain),
                                                make_escaped(json_style::escaped_slash),
                                                make_escaped(json_style::html_safe)};

/// Calls `write` with the pieces of a JSON string.
template <class Writer> void write_string(std::string_view text, json_style style, Writer&& write) {
  const auto& escaped = escaped_bytes[static_cast<std::size_t>(style)];
  write("\"");
  std::size_t begin = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!escaped[static_cast<unsigned char>(text[i])])
      continue;
    write(text.substr(begin, i - begin));
    write(text::json_escape{text[i]}.view());
    begin = i + 1;
  }
  write(text.substr(begin));
  write("\"");
}

template <class Writer>
void write_channel(std::string_view channel, json_style style, Writer&& write) {
  write("\"channel\":");
  write_string(channel, style, write);
}

template <class Writer>
void write_events(std::span<const std::string> events, json_style style, Writer&& write) {
  write("\"events\":[");
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (i > 0)
      write(",");
    write_string(events[i], style, write);
  }
  write("]");
}

// -- candidates -----------------------------------------------------------------------------------

using source = auth::signed_payload::source; // The text is the channel, the list the events.

bool contains_any(const source& from, std::string_view characters) noexcept {
  const auto has_any = [characters](std::string_view text) {
    return std::any_of(characters.begin(), characters.end(),
                       [text](char c) { return text.find(c) != std::string_view::npos; });
  };
  return has_any(from.text) || std::any_of(from.list.begin(), from.list.end(), has_any);
}

enum class kind : std::uint8_t { subscribe, publish };

template <kind What> bool write(const source& from, std::size_t index, auth::body_writer& to) {
  const auto writer = [&to](std::string_view piece) { to.append(piece); };
  for (const auto& [style, events_first] : variants) {
    // A variant that would be the same as one before it is not counted. The first is always one.
    const auto special = special_characters(style);
    if ((events_first && What != kind::publish) ||
        (!special.empty() && !contains_any(from, special)))
      continue;
    if (index-- > 0)
      continue;
    writer("{");
    if (events_first) {
      write_events(from.list, style, writer);
      writer(",");
    }
    write_channel(from.text, style, writer);
    if (What == kind::publish && !events_first) {
      writer(",");
      write_events(from.list, style, writer);
    }
    writer("}");
    return true;
  }
  return false;
}

} // namespace

auth::signed_payload signed_connect() noexcept { return auth::signed_payload::of_body("{}"); }

auth::signed_payload signed_subscribe(std::string_view channel) noexcept {
  return {&write<kind::subscribe>, {channel, {}}};
}

auth::signed_payload signed_publish(std::string_view channel,
                                    std::span<const std::string> events) noexcept {
  return {&write<kind::publish>, {channel, events}};
}

} // namespace actormesh::appsync
