/// A folder of a test's own, gone when the test is over.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace actormesh::config::testing {

class temporary_folder {
public:
  temporary_folder();
  temporary_folder(const temporary_folder&) = delete;
  temporary_folder& operator=(const temporary_folder&) = delete;
  ~temporary_folder();

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

  /// Writes a file with mode 0600 and returns where it is.
  std::filesystem::path write(const std::string& name, std::string_view text) const;

private:
  std::filesystem::path path_;
};

[[nodiscard]] std::string read_file(const std::filesystem::path& file);

} // namespace actormesh::config::testing
