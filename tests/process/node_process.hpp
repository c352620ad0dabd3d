/// A node of its own for a test: started on a free port, stopped and looked at in the end.
#pragma once

#include "tests/process/program.hpp"

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <sys/types.h>

namespace actormesh::process {

/// What a node is told. The configuration has one API, `default`, with the key of
/// `node_process::key`.
struct node_options {
  std::string namespaces = "[{name: default}]";
  std::string limits = "{publishes_per_second: 0, connections_per_second: 0}";
  /// The whole configuration instead; keys are in `keys.yaml` and `other.yaml`.
  std::string config = {};
  /// More arguments of `actormesh serve`.
  std::vector<std::string> flags = {"--loops", "1"};
  /// False: no `--config`, as somebody starts a node for the first time.
  bool configured = true;
  /// Whether `--listen` replaces the listeners of the configuration.
  bool listen = true;
};

/// Any failed test prints the log of its node. A node that still runs at the end of its test gets
/// SIGTERM and must exit with 0 and without a sanitizer's report.
class node_process {
public:
  explicit node_process(const node_options& how = {});
  node_process(const node_process&) = delete;
  node_process& operator=(const node_process&) = delete;
  ~node_process();

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  [[nodiscard]] pid_t pid() const noexcept { return pid_; }
  [[nodiscard]] const std::filesystem::path& folder() const noexcept { return folder_; }

  /// What the node had printed when it was ready.
  [[nodiscard]] const std::string& printed() const noexcept { return printed_; }

  /// The rest of the line of its output that starts with `start`; waits for it.
  [[nodiscard]] std::string printed_after(std::string_view start);

  /// A key that is in `keys.yaml` of every node.
  [[nodiscard]] static const std::string& key();

  /// A key that is in `other.yaml`.
  [[nodiscard]] static const std::string& other_key();

  /// Writes a file of the node's folder, mode 0600.
  void write_file(const std::string& name, std::string_view text) const;

  [[nodiscard]] std::string read_file(const std::string& name) const;

  /// Runs `actormesh` with these arguments in the node's folder, to its end.
  [[nodiscard]] tool_result run_tool(const std::vector<std::string>& arguments) const;

  void signal(int number) const;

  /// What the node has logged so far.
  [[nodiscard]] std::string log() const;

  /// Waits until the log has `text`, from `start` on.
  void wait_for_log(std::string_view text, std::size_t start = 0) const;

  /// Waits for the end of the process; returns its exit status, or 128 + signal.
  int wait_for_exit();

  /// SIGTERM, `wait_for_exit`.
  int stop();

private:
  void read_log(int from);
  void end_process() noexcept;

  std::filesystem::path folder_;
  pid_t pid_ = 0;
  descriptor output_;
  std::string printed_;
  std::uint16_t port_ = 0;

  mutable std::mutex mutex_;
  mutable std::condition_variable grown_;
  std::string log_;
  std::thread log_reader_;
  int exceptions_at_start_;
};

} // namespace actormesh::process
