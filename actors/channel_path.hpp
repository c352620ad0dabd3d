/// Names of channels and of patterns over them. Pure functions.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace actormesh {

/// The canonical name of a channel or of a pattern: a leading `/`, no trailing one, one to five
/// segments of 1 to 50 letters, digits and inner hyphens. A pattern's last segment is `*` and
/// stands for everything below: `/ns/a/*` matches `/ns/a/b` and `/ns/a/b/c`, not `/ns/a`.
class channel_path {
public:
  static constexpr std::size_t max_segments = 5;
  static constexpr std::size_t max_segment_length = 50;

  /// Parses what a client wrote; a leading and a trailing slash may be there or not. Nothing if it
  /// is no channel, or if it is a pattern.
  [[nodiscard]] static std::optional<channel_path> parse_channel(std::string_view text);

  /// The same, and a pattern is welcome too. `*` counts towards the five segments and needs a
  /// namespace before it.
  [[nodiscard]] static std::optional<channel_path> parse_subscription(std::string_view text);

  [[nodiscard]] const std::string& text() const noexcept { return text_; }
  [[nodiscard]] std::string_view name_space() const noexcept;
  [[nodiscard]] bool is_pattern() const noexcept { return pattern_; }
  [[nodiscard]] std::size_t segments() const noexcept;

  bool operator==(const channel_path&) const = default;

private:
  channel_path(std::string text, bool pattern)
    : text_(std::move(text))
    , pattern_(pattern) {}

  std::string text_;
  bool pattern_ = false;
};

/// Calls `visit(std::string_view)` with every pattern that matches the canonical channel `path`:
/// for `/ns/a/b` these are `/ns/*` and `/ns/a/*`. At most four; `scratch` avoids an allocation
/// each. What stands before the first slash, as in a channel's key, is kept.
template <class Visitor>
void for_each_pattern(std::string_view path, std::string& scratch, Visitor&& visit) {
  for (auto slash = path.find('/', path.find('/') + 1); slash != std::string_view::npos;
       slash = path.find('/', slash + 1)) {
    scratch.assign(path.substr(0, slash + 1));
    scratch.push_back('*');
    visit(std::string_view{scratch});
  }
}

} // namespace actormesh
