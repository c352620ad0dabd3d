/// Files of secrets, and who may have access to them. There is one rule for all of them: API keys,
/// secrets of access keys, session tokens, private keys, the key of the audit log.
///
/// A file of secrets is a regular file that belongs to root or to whom the process runs as. Nobody
/// else may write to it. Nobody else may read it, but for one case: the group of a file that is
/// root's, if the process isn't, as orchestrators and systemd hand secrets to a service (0640,
/// root:service). A process that is root takes files of anybody. What counts is the file that a
/// symbolic link leads to.
///
/// Any thread. Nothing here throws.
#pragma once

#include "config/defaults.hpp"
#include "config/file_io.hpp"
#include "config/keys/secret.hpp"
#include "config/problem.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>

#include <sys/types.h>

namespace actormesh::config {

/// What is known of a file and of who reads it.
struct file_access {
  mode_t mode = 0; ///< With the file's type, as `stat` has it.
  uid_t owner = 0;
  uid_t reader = 0; ///< Whom the process runs as.
};

/// What the rule says.
enum class access_verdict : std::uint8_t {
  good,
  not_a_file,  ///< Not a regular one.
  wrong_owner, ///< Somebody else's, who can put in what they like.
  writable,    ///< Others may write to it.
  readable,    ///< Others may read it.
};

/// What is to be done about it, for an error that names the file; empty for `good`.
[[nodiscard]] std::string_view to_string(access_verdict value) noexcept;

/// The rule. Pure function.
[[nodiscard]] access_verdict judge(const file_access& what) noexcept;

/// What somebody has who reads a file.
enum class file_content : std::uint8_t {
  secrets, ///< What they open. That others may read the file is an error.
  hashes,  ///< Nothing that lets them in. That others may read the file is a warning.
};

/// A file that was opened, and judged after that.
struct opened_secret {
  std::unique_ptr<descriptor> from; ///< Never null.
  file_stamp stamp;
  problems warnings;
};

/// Opens a file that keeps to the rule.
[[nodiscard]] result<opened_secret> open_secret_file(const std::filesystem::path& file,
                                                     file_content what);

/// Reads what was opened, up to `most` bytes. `file` is for errors.
[[nodiscard]] result<secret> read_secret(const opened_secret& opened,
                                         const std::filesystem::path& file, std::size_t most);

/// Opens a file of secrets and reads it.
[[nodiscard]] result<secret> read_secret_file(const std::filesystem::path& file,
                                              std::size_t most = defaults::secret_bytes);

} // namespace actormesh::config
