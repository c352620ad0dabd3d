/// Texts that nobody may find in memory later.
///
/// Any thread. Nothing here throws.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace actormesh::config {

/// Overwrites a secret before its memory is released.
void wipe(std::string& secret) noexcept;

/// A text that is overwritten when it is no longer needed.
class secret {
public:
  secret() = default;
  explicit secret(std::string text) noexcept
    : text_{std::move(text)} {}
  secret(const secret&) = delete;
  secret& operator=(const secret&) = delete;
  secret(secret&& other) noexcept;
  secret& operator=(secret&& other) noexcept;
  ~secret() { wipe(text_); }

  [[nodiscard]] std::string_view view() const noexcept { return text_; }

private:
  std::string text_;
};

/// The lines of a text that are not empty, without white space at either end.
[[nodiscard]] std::vector<secret> secret_lines(const secret& text);

} // namespace actormesh::config
