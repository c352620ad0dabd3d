#include "audit/record.hpp"

#include "text/hex.hpp"
#include "text/utf8.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace actormesh::audit {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::sys_seconds;
using std::chrono::system_clock;

constexpr std::string_view ellipsis = "\xe2\x80\xa6";

/// Which bytes may stand in JSON as they are, and do nothing to a terminal.
constexpr auto plain_bytes = [] {
  std::array<bool, 256> plain{};
  for (std::size_t byte = 0x20; byte <= 0x7e; ++byte)
    plain[byte] = byte != '"' && byte != '\\';
  return plain;
}();

/// Returns how many of them the text begins with. Nearly always it has no others.
std::size_t plain_size(std::string_view text) noexcept {
  std::size_t size = 0;
  while (size < text.size() && plain_bytes[static_cast<unsigned char>(text[size])])
    ++size;
  return size;
}

void append_escape(std::string& to, unsigned char byte) {
  const auto digits = text::hex_of(byte);
  to += {'\\', 'u', '0', '0', digits[0], digits[1]};
}

/// Appends the character that the text begins with, and returns its length in the text.
std::size_t append_odd(std::string& to, std::string_view text) {
  const auto size = text::utf8_character_size(text);
  const auto first = static_cast<unsigned char>(text[0]);
  if (size == 0)
    to += text::replacement_character;
  else if (first == '"' || first == '\\')
    to += {'\\', text[0]};
  else if (size == 1)
    append_escape(to, first);
  else if (first == 0xc2 && static_cast<unsigned char>(text[1]) < 0xa0)
    append_escape(to, static_cast<unsigned char>(text[1])); // U+0080 to U+009F
  else
    to += text.substr(0, size);
  return std::max<std::size_t>(size, 1);
}

/// Cuts a text that is too long, but not within a character.
std::string_view begin_of(std::string_view text, std::size_t longest) noexcept {
  std::size_t size = longest;
  for (std::size_t back = 0; back < 3 && size > 0; ++back) {
    if ((static_cast<unsigned char>(text[size]) & 0xc0U) != 0x80)
      break;
    --size;
  }
  return text.substr(0, size);
}

void append_member(std::string& to, std::string_view name, std::string_view text,
                   std::size_t longest = longest_text) {
  if (text.empty())
    return;
  to += ",\"";
  to += name;
  to += "\":";
  append_json(to, text, longest);
}

void append_events(std::string& to, std::span<const event_note> events) {
  if (events.empty())
    return;
  to += ",\"events\":[";
  bool first = true;
  for (const auto& each : events.first(std::min(events.size(), most_events))) {
    to += first ? "{\"id\":" : ",{\"id\":";
    first = false;
    append_json(to, each.id, longest_event_id);
    to += ",\"bytes\":";
    append_number(to, each.bytes);
    to += '}';
  }
  to += ']';
  if (events.size() > most_events) {
    to += ",\"more_events\":";
    append_number(to, events.size() - most_events);
  }
}

void put_digits(char* to, unsigned value, std::size_t count) noexcept {
  for (std::size_t i = count; i > 0; --i, value /= 10)
    to[i - 1] = static_cast<char>('0' + value % 10);
}

/// `2026-11-22T02:38:23.`
using second_text = std::array<char, 20>;

second_text format_second(sys_seconds second) noexcept {
  const auto day = std::chrono::floor<std::chrono::days>(second);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{second - day};
  second_text text{'0', '0', '0', '0', '-', '0', '0', '-', '0', '0',
                   'T', '0', '0', ':', '0', '0', ':', '0', '0', '.'};
  put_digits(&text[0], static_cast<unsigned>(static_cast<int>(date.year())), 4);
  put_digits(&text[5], static_cast<unsigned>(date.month()), 2);
  put_digits(&text[8], static_cast<unsigned>(date.day()), 2);
  put_digits(&text[11], static_cast<unsigned>(time.hours().count()), 2);
  put_digits(&text[14], static_cast<unsigned>(time.minutes().count()), 2);
  put_digits(&text[17], static_cast<unsigned>(time.seconds().count()), 2);
  return text;
}

} // namespace

std::string_view to_string(action what) noexcept {
  switch (what) {
  case action::connect:
    return "connect";
  case action::disconnect:
    return "disconnect";
  case action::subscribe:
    return "subscribe";
  case action::publish:
    return "publish";
  case action::keys_changed:
    return "keys_changed";
  case action::configuration_reloaded:
    return "configuration_reloaded";
  case action::file_begins:
    return "file_begins";
  case action::audit_started:
    return "audit_started";
  case action::audit_stopped:
    return "audit_stopped";
  case action::records_lost:
    return "records_lost";
  case action::tail_damaged:
    return "tail_damaged";
  case action::file_changed:
    return "file_changed";
  }
  return "unknown";
}

void append_json(std::string& to, std::string_view text, std::size_t longest) {
  const bool cut = text.size() > longest;
  if (cut)
    text = begin_of(text, longest);
  to += '"';
  for (;;) {
    const auto plain = plain_size(text);
    to += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty())
      break;
    text.remove_prefix(append_odd(to, text));
  }
  if (cut)
    to += ellipsis;
  to += '"';
}

void append_number(std::string& to, std::uint64_t number) {
  std::array<char, 20> text{};
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), number);
  to.append(text.data(), end);
}

void append_time(std::string& to, system_clock::time_point time) {
  // Thousands of records share a second.
  struct {
    sys_seconds second{seconds{-1}};
    second_text text{};
  } thread_local last;
  const auto second = std::chrono::floor<seconds>(time);
  if (second != last.second)
    last = {second, format_second(second)};
  const auto fraction = std::chrono::floor<milliseconds>(time - second).count();
  std::array<char, 4> tail{'0', '0', '0', 'Z'};
  put_digits(tail.data(), static_cast<unsigned>(fraction), 3);
  to.append(last.text.data(), last.text.size());
  to.append(tail.data(), tail.size());
}

std::optional<sys_seconds> parse_time(std::string_view text) noexcept {
  constexpr std::string_view shape = "0000-00-00T00:00:00.000Z";
  if (text.size() != shape.size())
    return std::nullopt;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] == '0' ? text[i] < '0' || text[i] > '9' : text[i] != shape[i])
      return std::nullopt;
  }
  const auto number = [&](std::size_t from, std::size_t size) {
    unsigned value = 0;
    for (const char c : text.substr(from, size))
      value = value * 10 + static_cast<unsigned>(c - '0');
    return value;
  };
  const std::chrono::year_month_day date{std::chrono::year{static_cast<int>(number(0, 4))},
                                         std::chrono::month{number(5, 2)},
                                         std::chrono::day{number(8, 2)}};
  if (!date.ok() || number(11, 2) > 23 || number(14, 2) > 59 || number(17, 2) > 59)
    return std::nullopt;
  return sys_seconds{std::chrono::sys_days{date}} + std::chrono::hours{number(11, 2)} +
         std::chrono::minutes{number(14, 2)} + seconds{number(17, 2)};
}

void append_begin(std::string& to, system_clock::time_point time, std::string_view node,
                  action what) {
  to += "\"time\":\"";
  append_time(to, time);
  to += '"';
  if (!node.empty()) {
    to += ",\"node\":";
    to += node;
  }
  to += ",\"what\":\"";
  to += to_string(what);
  to += '"';
}

void append_body(std::string& to, system_clock::time_point time, std::string_view node,
                 const record& what) {
  append_begin(to, time, node, what.what);
  to += ",\"result\":\"";
  to += to_string(what.result);
  to += '"';
  append_member(to, "reason", what.reason);
  append_member(to, "api", what.api);
  append_member(to, "mode", what.mode);
  append_member(to, "who", what.who);
  append_member(to, "channel", what.channel, longest_channel);
  append_events(to, what.events);
  append_member(to, "remote", what.remote);
  append_member(to, "request", what.request);
  append_member(to, "connection", what.connection);
  append_member(to, "details", what.details, longest_details);
}

} // namespace actormesh::audit
