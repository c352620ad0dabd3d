/// What a process has used so far, read from /proc.
#pragma once

#include <cstdint>
#include <string_view>

#include <sys/types.h>

namespace actormesh::bench {

/// CPU and memory of a process at one moment.
struct process_usage {
  std::uint64_t cpu_ns = 0;       ///< On a core, user and kernel, summed over the threads.
  std::uint64_t user_ticks = 0;   ///< Of that in user space, in ticks of 10 ms.
  std::uint64_t system_ticks = 0; ///< Of that in the kernel, in ticks of 10 ms.
  std::uint64_t rss_bytes = 0;    ///< Resident memory.
};

/// Reads /proc/`pid`. Throws `std::runtime_error` when there is no such process.
[[nodiscard]] process_usage usage_of(pid_t pid);

/// What the text of /proc/PID/stat says of user and system ticks.
struct cpu_ticks {
  std::uint64_t user = 0;
  std::uint64_t system = 0;
};
[[nodiscard]] cpu_ticks parse_stat(std::string_view text);

/// Returns the bytes in the line `VmRSS:` of /proc/PID/status.
[[nodiscard]] std::uint64_t parse_resident(std::string_view text);

} // namespace actormesh::bench
