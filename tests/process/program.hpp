/// Runs of `actormesh`, which $ACTORMESH_BINARY names.
#pragma once

#include "tests/process/descriptor.hpp"
#include "tests/process/sanitizers.hpp"

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace actormesh::process {

/// How long a test waits for anything before it fails.
inline const std::chrono::seconds patience{sanitized ? 120 : 30};

/// How a run of `actormesh` ended.
struct tool_result {
  int status = 0;
  std::string output;
  std::string errors;

  [[nodiscard]] std::string first_line() const { return output.substr(0, output.find('\n')); }
};

/// A run that goes on, and where its output and its log come out.
struct started_program {
  pid_t pid = 0;
  descriptor output;
  descriptor errors;
};

/// Runs it in a folder. Whatever a developer has set for nodes of his own is not for this one.
[[nodiscard]] started_program start_program(std::vector<std::string> arguments,
                                            const std::filesystem::path& folder);

/// Runs it to its end.
[[nodiscard]] tool_result run_program(const std::vector<std::string>& arguments,
                                      const std::filesystem::path& folder);

/// Waits for the end; returns the exit status, or 128 + signal.
[[nodiscard]] int exit_status(pid_t pid);

/// Appends what comes; false at the end of the input. Throws after `patience`.
[[nodiscard]] bool read_more(const descriptor& from, std::string& to);

/// A new, empty folder.
[[nodiscard]] std::filesystem::path make_folder();

/// Writes a file with mode 0600.
void write_private(const std::filesystem::path& file, std::string_view text);

/// A key and the file that knows it.
struct key_file {
  std::string key;
  std::string text;
};

/// The key that is in `keys.yaml` of every node; made once.
[[nodiscard]] const key_file& shared_keys();

/// The one that is in `other.yaml`.
[[nodiscard]] const key_file& other_keys();

} // namespace actormesh::process
