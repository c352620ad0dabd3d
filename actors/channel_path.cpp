#include "actors/channel_path.hpp"

#include "text/ascii.hpp"

#include <algorithm>

namespace actormesh {

namespace {

using text::is_alphanumeric;

bool is_segment(std::string_view text) noexcept {
  return !text.empty() && text.size() <= channel_path::max_segment_length &&
         is_alphanumeric(text.front()) && is_alphanumeric(text.back()) &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return is_alphanumeric(c) || c == '-'; });
}

/// What a text between its optional outer slashes is.
enum class path_kind { none, channel, pattern };

path_kind classify(std::string_view inner) noexcept {
  for (std::size_t count = 1; count <= channel_path::max_segments; ++count) {
    const auto slash = inner.find('/');
    const auto segment = inner.substr(0, slash);
    const bool last = slash == std::string_view::npos;
    if (last && segment == "*")
      return count > 1 ? path_kind::pattern : path_kind::none;
    if (!is_segment(segment))
      return path_kind::none;
    if (last)
      return path_kind::channel;
    inner.remove_prefix(slash + 1);
  }
  return path_kind::none;
}

std::string_view without_outer_slashes(std::string_view text) noexcept {
  if (text.starts_with('/'))
    text.remove_prefix(1);
  if (text.ends_with('/'))
    text.remove_suffix(1);
  return text;
}

std::string canonical(std::string_view inner) {
  std::string text;
  text.reserve(inner.size() + 1);
  text.push_back('/');
  text.append(inner);
  return text;
}

} // namespace

std::optional<channel_path> channel_path::parse_channel(std::string_view text) {
  const auto inner = without_outer_slashes(text);
  if (classify(inner) != path_kind::channel)
    return std::nullopt;
  return channel_path{canonical(inner), false};
}

std::optional<channel_path> channel_path::parse_subscription(std::string_view text) {
  const auto inner = without_outer_slashes(text);
  const auto kind = classify(inner);
  if (kind == path_kind::none)
    return std::nullopt;
  return channel_path{canonical(inner), kind == path_kind::pattern};
}

std::string_view channel_path::name_space() const noexcept {
  const auto inner = std::string_view{text_}.substr(1);
  return inner.substr(0, inner.find('/'));
}

std::size_t channel_path::segments() const noexcept {
  return static_cast<std::size_t>(std::count(text_.begin(), text_.end(), '/'));
}

} // namespace actormesh
