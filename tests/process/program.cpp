#include "tests/process/program.hpp"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <fstream>
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

key_file make_keys() {
  const auto folder = make_folder();
  key_file made;
  made.key = run_program({"keys", "create", "--file", "keys.yaml"}, folder).first_line();
  std::ifstream file{folder / "keys.yaml", std::ios::binary};
  made.text.assign(std::istreambuf_iterator<char>{file}, {});
  fs::remove_all(folder);
  return made;
}

} // namespace

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

started_program start_program(std::vector<std::string> arguments, const fs::path& folder) {
  arguments.insert(arguments.begin(), binary());
  std::vector<char*> words;
  for (auto& each : arguments)
    words.push_back(each.data());
  words.push_back(nullptr);
  std::vector<char*> environment;
  for (char** each = environ; *each != nullptr; ++each)
    if (!std::string_view{*each}.starts_with("ACTORMESH_"))
      environment.push_back(*each);
  environment.push_back(nullptr);
  auto output = make_pipe();
  auto errors = make_pipe();
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addchdir_np(&actions, folder.c_str());
  ::posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&actions, output.write.number(), 1);
  ::posix_spawn_file_actions_adddup2(&actions, errors.write.number(), 2);
  pid_t pid = 0;
  errno = ::posix_spawn(&pid, words[0], &actions, nullptr, words.data(), environment.data());
  ::posix_spawn_file_actions_destroy(&actions);
  if (errno != 0)
    fail("cannot start " + arguments[0]);
  return {pid, std::move(output.read), std::move(errors.read)};
}

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

tool_result run_program(const std::vector<std::string>& arguments, const fs::path& folder) {
  const auto program = start_program(arguments, folder);
  tool_result result;
  while (read_more(program.output, result.output)) {
  }
  while (read_more(program.errors, result.errors)) {
  }
  result.status = exit_status(program.pid);
  return result;
}

const key_file& shared_keys() {
  static const auto made = make_keys();
  return made;
}

const key_file& other_keys() {
  static const auto made = make_keys();
  return made;
}

} // namespace actormesh::process
