/// What an audit log takes from the system, so that tests can put in a clock and a full disk.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>

#include <sys/types.h>
#include <unistd.h>

namespace actormesh::audit {

struct seams {
  /// The time that goes into records and rules the rotation. Any thread.
  std::function<std::chrono::system_clock::time_point()> now = std::chrono::system_clock::now;

  /// As write(2); the log's own thread.
  std::function<ssize_t(int, const void*, std::size_t)> write = ::write;

  /// As fdatasync(2); the log's own thread.
  std::function<int(int)> sync = ::fdatasync;

  /// How soon a write that failed is tried again.
  std::chrono::milliseconds retry_after{1'000};
};

} // namespace actormesh::audit
