/// Reading small files, and writing such as must never be half there, or readable by others for a
/// moment.
///
/// Any thread.
#pragma once

#include "config/problem.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include <sys/types.h>

struct stat;

namespace actormesh::config {

/// Closes a descriptor.
class descriptor {
public:
  explicit descriptor(int number) noexcept
    : number_{number} {}
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  ~descriptor();

  [[nodiscard]] int number() const noexcept { return number_; }
  explicit operator bool() const noexcept { return number_ >= 0; }

private:
  int number_;
};

/// Tells one version of a file from another without reading it.
struct file_stamp {
  std::int64_t modified_ns = 0;
  std::uint64_t inode = 0;
  std::uint64_t size = 0;

  friend bool operator==(const file_stamp&, const file_stamp&) = default;
};

/// The stamp of a file; all zero when there is none.
[[nodiscard]] file_stamp stamp_of(const std::filesystem::path& file) noexcept;

/// The same of a file that `stat` or `fstat` has looked at.
[[nodiscard]] file_stamp stamp_from(const struct stat& status) noexcept;

/// Returns a list of one error.
[[nodiscard]] problems one_problem(const std::string& source, std::string message);

/// Returns what `errno` says.
[[nodiscard]] std::string system_reason();

/// Reads a file of text, up to `most` bytes.
[[nodiscard]] result<std::string> read_text_file(const std::filesystem::path& file,
                                                 std::size_t most);

/// Returns whether everything was written.
[[nodiscard]] bool write_all(int to, std::string_view text);

/// Makes a file, everything or nothing, with its mode from the start. Refuses to replace one.
[[nodiscard]] problems create_file(const std::filesystem::path& file, std::string_view text,
                                   mode_t mode);

/// Makes a folder with mode 0700, and those above it, if it isn't there.
[[nodiscard]] problems make_private_folder(const std::filesystem::path& folder);

} // namespace actormesh::config
