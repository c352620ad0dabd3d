#include "tests/config/temporary_folder.hpp"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace actormesh::config::testing {

namespace fs = std::filesystem;

temporary_folder::temporary_folder() {
  auto name = (fs::temp_directory_path() / "actormesh-test-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr)
    throw std::runtime_error("no temporary folder");
  path_ = name;
}

temporary_folder::~temporary_folder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

fs::path temporary_folder::write(const std::string& name, std::string_view text) const {
  const auto file = path_ / name;
  std::ofstream{file, std::ios::binary} << text;
  fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write);
  return file;
}

std::string read_file(const fs::path& file) {
  std::ifstream stream{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{stream}, {}};
}

} // namespace actormesh::config::testing
