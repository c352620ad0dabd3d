#include "tests/process/node_process.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <cerrno>
#include <csignal>
#include <exception>
#include <fstream>
#include <iostream>
#include <iterator>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <sys/wait.h>
#include <unistd.h>

namespace actormesh::process {

namespace fs = std::filesystem;

namespace {

std::string default_config(const node_options& how) {
  return "apis:\n  - id: default\n    keys_file: keys.yaml\n    limits: " + how.limits +
         "\n    namespaces: " + how.namespaces + "\n";
}

} // namespace

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
  auto program = start_program(std::move(arguments), folder_);
  pid_ = program.pid;
  output_ = std::move(program.output);
  log_reader_ = std::thread{[this, from = std::move(program.errors)] { read_log(from.number()); }};
  try {
    port_ = static_cast<std::uint16_t>(std::stoul(printed_after("listening on http://127.0.0.1:")));
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

std::string node_process::printed_after(std::string_view start) {
  for (;;) {
    const auto begin = printed_.find(start);
    const auto end = begin == std::string::npos ? begin : printed_.find('\n', begin);
    if (end != std::string::npos)
      return printed_.substr(begin + start.size(), end - begin - start.size());
    if (!read_more(output_, printed_))
      throw std::runtime_error{"actormesh did not start; it printed: " + printed_};
  }
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
  return run_program(arguments, folder_);
}

void node_process::signal(int number) const {
  if (::kill(pid_, number) != 0)
    throw std::system_error{errno, std::generic_category(), "kill"};
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
