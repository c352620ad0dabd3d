#include "config/file_io.hpp"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace actormesh::config {

namespace fs = std::filesystem;

descriptor::~descriptor() {
  if (number_ >= 0)
    ::close(number_);
}

file_stamp stamp_from(const struct stat& status) noexcept {
  return {std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec,
          status.st_ino, static_cast<std::uint64_t>(status.st_size)};
}

file_stamp stamp_of(const fs::path& file) noexcept {
  struct stat status {};
  return ::stat(file.c_str(), &status) == 0 ? stamp_from(status) : file_stamp{};
}

problems one_problem(const std::string& source, std::string message) {
  return {{severity::error, source, 0, 0, std::move(message)}};
}

std::string system_reason() { return std::generic_category().message(errno); }

result<std::string> read_text_file(const fs::path& file, std::size_t most) {
  const auto failed = [&](std::string what) { return one_problem(file.string(), std::move(what)); };
  // Not blocking: a named pipe without a writer must not hold up a start.
  const descriptor from{::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (!from)
    return failed("cannot be opened: " + system_reason());
  struct stat status {};
  if (::fstat(from.number(), &status) != 0)
    return failed("cannot be read: " + system_reason());
  if (S_ISDIR(status.st_mode))
    return failed("expected a file, found a directory");
  std::string text;
  std::array<char, 16'384> buffer{};
  for (;;) {
    const auto count = ::read(from.number(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR)
      continue;
    if (count < 0)
      return failed("cannot be read: " + system_reason());
    if (count == 0)
      return text;
    text.append(buffer.data(), static_cast<std::size_t>(count));
    if (text.size() > most)
      return failed("is larger than " + std::to_string(most) + " bytes");
  }
}

bool write_all(int to, std::string_view text) {
  while (!text.empty()) {
    const auto count = ::write(to, text.data(), text.size());
    if (count < 0 && errno == EINTR)
      continue;
    if (count <= 0)
      return false;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

problems create_file(const fs::path& file, std::string_view text, mode_t mode) {
  const auto folder = file.has_parent_path() ? file.parent_path() : fs::path{"."};
  auto name = (folder / ("." + file.filename().string() + ".XXXXXX")).string();
  const descriptor fresh{::mkostemp(name.data(), O_CLOEXEC)}; // Mode 0600.
  if (!fresh)
    return one_problem(file.string(), "cannot be written: " + system_reason());
  // A link, unlike a rename, does not replace what somebody put there in the meantime.
  const bool done = write_all(fresh.number(), text) && ::fchmod(fresh.number(), mode) == 0 &&
                    ::fsync(fresh.number()) == 0 && ::link(name.c_str(), file.c_str()) == 0;
  problems wrong;
  if (!done)
    wrong = one_problem(file.string(), errno == EEXIST ? "is there already, and is not overwritten"
                                                       : "cannot be written: " + system_reason());
  ::unlink(name.c_str());
  const descriptor parent{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (done && (!parent || ::fsync(parent.number()) != 0))
    return one_problem(file.string(), "cannot be synced: " + system_reason());
  return wrong;
}

problems make_private_folder(const fs::path& folder) {
  // Without a slash at the end, behind which the folder itself would count as one above.
  const auto name = folder.has_filename() ? folder : folder.parent_path();
  std::error_code failed;
  if (fs::is_directory(name, failed))
    return {};
  fs::create_directories(name.parent_path(), failed);
  if (::mkdir(name.c_str(), S_IRWXU) == 0 || (errno == EEXIST && fs::is_directory(name, failed)))
    return {};
  return one_problem(name.string(), "cannot be made: " + system_reason());
}

} // namespace actormesh::config
