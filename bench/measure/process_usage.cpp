#include "bench/measure/process_usage.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

namespace actormesh::bench {
namespace {

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in{path};
  return {std::istreambuf_iterator<char>{in}, std::istreambuf_iterator<char>{}};
}

/// Returns the first number in `text`, 0 if there is none.
std::uint64_t first_number(std::string_view text) {
  const auto start = text.find_first_of("0123456789");
  std::uint64_t value = 0;
  if (start != std::string_view::npos)
    std::from_chars(text.data() + start, text.data() + text.size(), value);
  return value;
}

} // namespace

cpu_ticks parse_stat(std::string_view text) {
  // The command's name stands in parentheses and may hold spaces: count fields behind it.
  // Field 3 follows it; utime and stime are fields 14 and 15.
  auto rest = text.substr(std::min(text.rfind(')'), text.size() - 1) + 1);
  for (int field = 3; field < 14; ++field) {
    rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
    rest.remove_prefix(std::min(rest.find(' '), rest.size()));
  }
  rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
  const auto user = first_number(rest);
  rest.remove_prefix(std::min(rest.find(' '), rest.size()));
  return {user, first_number(rest)};
}

std::uint64_t parse_resident(std::string_view text) {
  const auto line = text.find("VmRSS:");
  return line == std::string_view::npos ? 0 : first_number(text.substr(line)) * 1024;
}

process_usage usage_of(pid_t pid) {
  const auto folder = std::filesystem::path{"/proc"} / std::to_string(pid);
  const auto stat = read_file(folder / "stat");
  if (stat.empty())
    throw std::runtime_error{"no process " + std::to_string(pid)};
  process_usage usage;
  for (const auto& thread : std::filesystem::directory_iterator{folder / "task"})
    usage.cpu_ns += first_number(read_file(thread.path() / "schedstat"));
  const auto ticks = parse_stat(stat);
  usage.user_ticks = ticks.user;
  usage.system_ticks = ticks.system;
  usage.rss_bytes = parse_resident(read_file(folder / "status"));
  return usage;
}

} // namespace actormesh::bench
