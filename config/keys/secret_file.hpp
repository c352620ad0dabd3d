/// Files that hold secrets in clear.
///
/// Any thread. Nothing here throws.
#pragma once

#include "config/problem.hpp"

#include <filesystem>
#include <string>
#include <string_view>
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

/// Who may have access to a file of secrets besides its owner.
enum class secret_mode {
  owner_only, ///< Nobody: 0600 or stricter.
  mounted,    ///< Everybody may read it, as orchestrators mount secrets; nobody else may write.
};

/// Reads a file of at most `defaults::secret_bytes`.
[[nodiscard]] result<secret> read_secret_file(const std::filesystem::path& file, secret_mode mode);

/// The lines of a text that are not empty, without white space at either end.
[[nodiscard]] std::vector<secret> secret_lines(const secret& text);

} // namespace actormesh::config
