#include "config/keys/secret_file.hpp"

#include "config/defaults.hpp"
#include "config/file_io.hpp"

#include <openssl/crypto.h>

#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace actormesh::config {

namespace {

constexpr std::string_view white_space = " \t\r\n";

std::string_view trim(std::string_view text) {
  const auto begin = text.find_first_not_of(white_space);
  if (begin == std::string_view::npos)
    return {};
  return text.substr(begin, text.find_last_not_of(white_space) - begin + 1);
}

} // namespace

void wipe(std::string& secret) noexcept {
  OPENSSL_cleanse(secret.data(), secret.capacity());
  secret.clear();
}

secret::secret(secret&& other) noexcept
  : text_{std::move(other.text_)} {
  // A short text is copied by the move, and stays behind.
  wipe(other.text_);
}

secret& secret::operator=(secret&& other) noexcept {
  if (this != &other) {
    wipe(text_);
    text_ = std::move(other.text_);
    wipe(other.text_);
  }
  return *this;
}

result<secret> read_secret_file(const std::filesystem::path& file, secret_mode mode) {
  const auto name = file.string();
  const descriptor from{::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (!from)
    return one_problem(name, "cannot be read: " + system_reason());
  struct stat status {};
  if (::fstat(from.number(), &status) != 0)
    return one_problem(name, "cannot be read: " + system_reason());
  if (!S_ISREG(status.st_mode))
    return one_problem(name, "is not a file");
  const auto forbidden = mode == secret_mode::owner_only ? 0077U : 0022U;
  if ((status.st_mode & forbidden) != 0)
    return one_problem(name, mode == secret_mode::owner_only
                                 ? "others than its owner may read it; chmod 600 " + name
                                 : "others than its owner may write it; chmod go-w " + name);
  std::string text;
  text.reserve(defaults::secret_bytes + 1); // Never moved, so that nothing is left behind.
  text.resize(defaults::secret_bytes + 1);
  std::size_t size = 0;
  while (size < text.size()) {
    const auto got = ::read(from.number(), text.data() + size, text.size() - size);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0) {
      wipe(text);
      return one_problem(name, "cannot be read: " + system_reason());
    }
    if (got == 0)
      break;
    size += static_cast<std::size_t>(got);
  }
  secret read{std::string{text.data(), size}};
  wipe(text);
  if (size > defaults::secret_bytes)
    return one_problem(name, "is too large for a secret");
  return read;
}

std::vector<secret> secret_lines(const secret& text) {
  std::vector<secret> lines;
  auto rest = text.view();
  while (!rest.empty()) {
    const auto end = rest.find('\n');
    if (const auto line = trim(rest.substr(0, end)); !line.empty())
      lines.emplace_back(std::string{line});
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  return lines;
}

} // namespace actormesh::config
