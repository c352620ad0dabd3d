#include "config/keys/secret_file.hpp"

#include <cerrno>
#include <string>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace actormesh::config {

namespace {

constexpr uid_t root = 0;

problem problem_of(access_verdict verdict, const std::string& file, severity level) {
  std::string text{to_string(verdict)};
  if (verdict == access_verdict::writable || verdict == access_verdict::readable)
    text += " (`chmod 600 " + file + "`)";
  return {level, file, 0, 0, std::move(text)};
}

} // namespace

std::string_view to_string(access_verdict value) noexcept {
  switch (value) {
  case access_verdict::good:
    break;
  case access_verdict::not_a_file:
    return "is not a file";
  case access_verdict::wrong_owner:
    return "belongs to somebody else; expected a file of root, or of the user that reads it";
  case access_verdict::writable:
    return "others than its owner may write to it; expected mode 0600";
  case access_verdict::readable:
    return "others than its owner may read it; expected mode 0600";
  }
  return {};
}

access_verdict judge(const file_access& what) noexcept {
  if (!S_ISREG(what.mode))
    return access_verdict::not_a_file;
  if (what.owner != root && what.owner != what.reader && what.reader != root)
    return access_verdict::wrong_owner;
  if ((what.mode & (S_IWGRP | S_IWOTH)) != 0)
    return access_verdict::writable;
  const bool group_may_read = what.owner == root && what.reader != root;
  const mode_t denied = group_may_read ? (S_IRWXO | S_IXGRP) : (S_IRWXO | S_IRWXG);
  return (what.mode & denied) == 0 ? access_verdict::good : access_verdict::readable;
}

result<opened_secret> open_secret_file(const std::filesystem::path& file, file_content what) {
  const auto name = file.string();
  opened_secret opened;
  // Not blocking: a named pipe without a writer must not hold up a start.
  opened.from =
      std::make_unique<descriptor>(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status {};
  if (!*opened.from || ::fstat(opened.from->number(), &status) != 0)
    return one_problem(name, "cannot be opened: " + system_reason());
  const auto verdict = judge({status.st_mode, status.st_uid, ::geteuid()});
  if (verdict == access_verdict::readable && what == file_content::hashes)
    opened.warnings = {problem_of(verdict, name, severity::warning)};
  else if (verdict != access_verdict::good)
    return problems{problem_of(verdict, name, severity::error)};
  opened.stamp = stamp_from(status);
  return opened;
}

result<secret> read_secret(const opened_secret& opened, const std::filesystem::path& file,
                           std::size_t most) {
  std::string text(most + 1, '\0'); // Never moved, so that nothing is left behind.
  std::size_t size = 0;
  while (size < text.size()) {
    const auto got = ::read(opened.from->number(), text.data() + size, text.size() - size);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0) {
      wipe(text);
      return one_problem(file.string(), "cannot be read: " + system_reason());
    }
    if (got == 0)
      break;
    size += static_cast<std::size_t>(got);
  }
  secret read{text.substr(0, size)};
  wipe(text);
  if (size > most)
    return one_problem(file.string(), "is larger than " + std::to_string(most) + " bytes");
  return read;
}

result<secret> read_secret_file(const std::filesystem::path& file, std::size_t most) {
  const auto opened = open_secret_file(file, file_content::secrets);
  if (!opened)
    return opened.error();
  return read_secret(*opened, file, most);
}

} // namespace actormesh::config
