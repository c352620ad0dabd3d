/// An audit log in a folder of its own, with a clock that a test moves and a disk that it fills.
#pragma once

#include "audit/log.hpp"
#include "audit/verify.hpp"
#include "tests/config/temporary_folder.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <unistd.h>

namespace actormesh::audit::testing {

using config::testing::read_file;

/// 2027-01-15T08:00:00.007Z
inline constexpr std::chrono::system_clock::time_point start_time{
    std::chrono::milliseconds{1'800'000'000'007}};

/// The lines of a text, without their ends.
inline std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream from{text};
  for (std::string line; std::getline(from, line);)
    lines.push_back(line);
  return lines;
}

inline std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& each : lines)
    text += each + '\n';
  return text;
}

/// Checks files that are texts.
inline summary verify(const std::vector<std::string>& texts, const expectation& what = {}) {
  verifier check{what};
  for (std::size_t i = 0; i < texts.size(); ++i) {
    check.begin_file("file" + std::to_string(i + 1));
    check.put(texts[i]);
    check.end_file();
  }
  return check.finish();
}

/// How often a text holds another.
inline std::size_t count_of(std::string_view text, std::string_view part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1))
    ++count;
  return count;
}

class scratch_log {
public:
  scratch_log() {
    how.file = folder.path() / "audit.jsonl";
    how.node = "node-1";
    from.now = [this] { return std::chrono::system_clock::time_point{now_.load()}; };
    from.write = [this](int file, const void* bytes, std::size_t size) {
      return write(file, bytes, size);
    };
    // Never by itself: `flush` tries at once.
    from.retry_after = std::chrono::hours{1};
  }

  /// Opens the log; a test that expects it to be refused calls `log::open` itself.
  void open() {
    auto opened = log::open(how, from);
    if (!opened)
      FAIL(config::to_string(opened.error().front()));
    log_ = *std::move(opened);
    log_->flush();
  }

  void close() { log_.reset(); }

  [[nodiscard]] log& get() { return *log_; }

  void pass(std::chrono::system_clock::duration time) { now_ = now_.load() + time; }

  /// Writes a publish with a request id of its own, and waits for it.
  bool publish(std::string_view request) {
    const bool queued = log_->write({.what = action::publish, .api = "prod", .request = request});
    return log_->flush() && queued;
  }

  [[nodiscard]] std::string text() const { return read_file(how.file); }
  [[nodiscard]] std::vector<std::string> lines() const { return lines_of(text()); }

  /// Checks everything that is in the folder.
  [[nodiscard]] summary check(const expectation& what = {}) const {
    const auto files = list_files(folder.path());
    REQUIRE(files.has_value());
    const auto result = verify_files(*files, what);
    REQUIRE(result.has_value());
    return *result;
  }

  [[nodiscard]] std::vector<std::filesystem::path> files(std::string_view extension) const {
    std::vector<std::filesystem::path> found;
    for (const auto& each : std::filesystem::directory_iterator{folder.path()}) {
      if (each.path().extension() == extension)
        found.push_back(each.path());
    }
    return found;
  }

  config::testing::temporary_folder folder;
  options how;
  seams from;

  /// How many more bytes the disk takes.
  std::atomic<std::size_t> room{std::size_t{1} << 40U};

private:
  ssize_t write(int file, const void* bytes, std::size_t size) {
    const auto fits = std::min(size, room.load());
    if (fits == 0) {
      errno = ENOSPC;
      return -1;
    }
    const auto count = ::write(file, bytes, fits);
    if (count > 0)
      room -= static_cast<std::size_t>(count);
    return count;
  }

  std::atomic<std::chrono::system_clock::duration> now_{start_time.time_since_epoch()};
  std::unique_ptr<log> log_;
};

} // namespace actormesh::audit::testing
