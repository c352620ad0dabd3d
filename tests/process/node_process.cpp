#include "tests/process/node_process.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <iostream>
#include <iterator>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace actormesh::process {

namespace fs = std::filesystem;

namespace {

[[noreturn]] void fail(const std::string& what) {
  throw std::system_error{errno, std::generic_category(), what};
}

fs::path make_folder() {
  auto name = (fs::temp_directory_path() / "actormesh-process-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr)
    fail("mkdtemp");
  return name;
}

void write_private(const fs::path& file, std::string_view text) {
  std::ofstream{file, std::ios::binary} << text;
  fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write);
}

std::string binary() {
  const char* path = std::getenv("ACTORMESH_BINARY");
  if (path == nullptr)
    throw std::runtime_error{"ACTORMESH_BINARY must say where actormesh is"};
  return fs::absolute(path);
}

struct pipe_ends {
  descriptor read;
  descriptor write;
};

pipe_ends make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0)
    fail("pipe2");
  return {descriptor{ends[0]}, descriptor{ends[1]}};
}

pid_t spawn(std::vector<std::string> arguments, const fs::path& folder, const descriptor& output,
            const descriptor& errors) {
  arguments.insert(arguments.begin(), binary());
  std::vector<char*> words;
  for (auto& each : arguments)
    words.push_back(each.data());
  words.push_back(nullptr);
  // What a developer has set for a node of his own is not for this one.
  std::vector<char*> environment;
  for (char** each = environ; *each != nullptr; ++each)
    if (!std::string_view{*each}.starts_with("ACTORMESH_"))
      environment.push_back(*each);
  environment.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addchdir_np(&actions, folder.c_str());
  ::posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&actions, output.number(), 1);
  ::posix_spawn_file_actions_adddup2(&actions, errors.number(), 2);
  pid_t pid = 0;
  errno = ::posix_spawn(&pid, words[0], &actions, nullptr, words.data(), environment.data());
  ::posix_spawn_file_actions_destroy(&actions);
  if (errno != 0)
    fail("cannot start " + arguments[0]);
  return pid;
}

/// Appends what comes; false at the end of the input.
bool read_more(const descriptor& from, std::string& to) {
  pollfd wait{from.number(), POLLIN, 0};
  const auto limit = std::chrono::duration_cast<std::chrono::milliseconds>(patience).count();
  if (::poll(&wait, 1, static_cast<int>(limit)) != 1)
    throw std::runtime_error{"nothing more from actormesh after: " + to};
  std::array<char, 4096> buffer{};
  const auto got = ::read(from.number(), buffer.data(), buffer.size());
  if (got < 0)
    fail("read");
  to.append(buffer.data(), static_cast<std::size_t>(got));
  return got != 0;
}

int exit_status(pid_t pid) {
  int status = 0;
  if (::waitpid(pid, &status, 0) != pid)
    fail("waitpid");
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

tool_result run(const std::vector<std::string>& arguments, const fs::path& folder) {
  auto output = make_pipe();
  auto errors = make_pipe();
  const auto pid = spawn(arguments, folder, output.write, errors.write);
  output.write.close();
  errors.write.close();
  tool_result result;
  while (read_more(output.read, result.output)) {
  }
  while (read_more(errors.read, result.errors)) {
  }
  result.status = exit_status(pid);
  return result;
}

/// Made once, not for each node.
struct key_file {
  std::string key;
  std::string text;

  key_file() {
    const auto folder = make_folder();
    key = run({"keys", "create", "--file", "keys.yaml"}, folder).first_line();
    std::ifstream made{folder / "keys.yaml", std::ios::binary};
    text.assign(std::istreambuf_iterator<char>{made}, {});
    fs::remove_all(folder);
  }
};

const key_file& shared_keys() {
  static const key_file made;
  return made;
}

const key_file& other_keys() {
  static const key_file made;
  return made;
}

std::string default_config(const node_options& how) {
  return "apis:\n  - id: default\n    keys_file: keys.yaml\n    limits: " + how.limits +
         "\n    namespaces: " + how.namespaces + "\n";
}

std::uint16_t read_port(const descriptor& output, std::string& printed) {
  constexpr std::string_view announcement = "listening on http://127.0.0.1:";
  for (;;) {
    const auto begin = printed.find(announcement);
    if (begin != std::string::npos && printed.find('\n', begin) != std::string::npos)
      return static_cast<std::uint16_t>(std::stoul(printed.substr(begin + announcement.size())));
    if (!read_more(output, printed))
      throw std::runtime_error{"actormesh did not start; it printed: " + printed};
  }
}

} // namespace

descriptor::descriptor(descriptor&& other) noexcept
  : number_(std::exchange(other.number_, -1)) {}

descriptor& descriptor::operator=(descriptor&& other) noexcept {
  std::swap(number_, other.number_);
  return *this;
}

descriptor::~descriptor() { close(); }

void descriptor::close() noexcept {
  if (number_ >= 0)
    ::close(std::exchange(number_, -1));
}

node_process::node_process(const node_options& how)
  : folder_(make_folder())
  , exceptions_at_start_(std::uncaught_exceptions()) {
  write_file("keys.yaml", shared_keys().text);
  write_file("other.yaml", other_keys().text);
  write_file("actormesh.yaml", how.config.empty() ? default_config(how) : how.config);
  std::vector<std::string> arguments{"serve"};
  if (how.configured)
    arguments.insert(arguments.end(), {"--config", "actormesh.yaml"});
  if (how.listen)
    arguments.insert(arguments.end(), {"--listen", "127.0.0.1:0"});
  arguments.insert(arguments.end(), how.flags.begin(), how.flags.end());
  auto output = make_pipe();
  auto errors = make_pipe();
  pid_ = spawn(arguments, folder_, output.write, errors.write);
  output_ = std::move(output.read);
  output.write.close();
  errors.write.close();
  log_reader_ = std::thread{[this, from = std::move(errors.read)] { read_log(from.number()); }};
  try {
    port_ = read_port(output_, printed_);
  } catch (...) {
    end_process();
    std::cerr << log();
    throw;
  }
}

node_process::~node_process() {
  const auto failed = std::uncaught_exceptions() > exceptions_at_start_;
  try {
    if (!failed && pid_ != 0) {
      const auto status = stop();
      CHECK(status == 0);
    }
  } catch (const std::exception& why) {
    FAIL_CHECK(why.what());
  }
  end_process();
  const auto text = log();
  for (const auto* report : {"Sanitizer", "runtime error:", "Assertion"}) {
    if (text.find(report) != std::string::npos)
      FAIL_CHECK("the node's log has a report");
  }
  if (failed || !Catch::getResultCapture().lastAssertionPassed())
    std::cerr << "--- log of the node\n" << text << "---\n";
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

const std::string& node_process::key() { return shared_keys().key; }

const std::string& node_process::other_key() { return other_keys().key; }

void node_process::write_file(const std::string& name, std::string_view text) const {
  // Put into place in one step: the node may be looking.
  write_private(folder_ / (name + ".new"), text);
  fs::rename(folder_ / (name + ".new"), folder_ / name);
}

std::string node_process::read_file(const std::string& name) const {
  std::ifstream file{folder_ / name, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

tool_result node_process::run_tool(const std::vector<std::string>& arguments) const {
  return run(arguments, folder_);
}

void node_process::signal(int number) const {
  if (::kill(pid_, number) != 0)
    fail("kill");
}

std::string node_process::log() const {
  const std::lock_guard guard{mutex_};
  return log_;
}

void node_process::wait_for_log(std::string_view text, std::size_t start) const {
  std::unique_lock guard{mutex_};
  const auto found =
      grown_.wait_for(guard, patience, [&] { return log_.find(text, start) != std::string::npos; });
  if (!found)
    throw std::runtime_error{"expected in the log: " + std::string{text}};
}

int node_process::wait_for_exit() {
  // The end of its output is the end of the process.
  std::string printed;
  while (read_more(output_, printed)) {
  }
  return exit_status(std::exchange(pid_, 0));
}

int node_process::stop() {
  signal(SIGTERM);
  return wait_for_exit();
}

void node_process::read_log(int from) {
  std::array<char, 16384> buffer{};
  for (;;) {
    const auto got = ::read(from, buffer.data(), buffer.size());
    if (got <= 0)
      return;
    {
      const std::lock_guard guard{mutex_};
      log_.append(buffer.data(), static_cast<std::size_t>(got));
    }
    grown_.notify_all();
  }
}

void node_process::end_process() noexcept {
  if (pid_ != 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(std::exchange(pid_, 0), nullptr, 0);
  }
  if (log_reader_.joinable())
    log_reader_.join();
}

} // namespace actormesh::process
