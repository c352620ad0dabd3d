/// The audit log: who did what, as a chain of JSON lines that shows when somebody changed it.
///
/// The format is described in docs/audit.md. Nothing here throws.
#pragma once

#include "audit/chain.hpp"
#include "audit/figures.hpp"
#include "audit/options.hpp"
#include "audit/record.hpp"
#include "audit/seams.hpp"
#include "config/problem.hpp"

#include <atomic>
#include <memory>

namespace actormesh::audit {

/// Any thread, unless a function says otherwise. Owns the file, its lock and a thread that writes.
class log {
public:
  /// Controlling thread: opens the file, or goes on with the one that is there, and starts the
  /// thread. Call it once the process has its signal mask.
  ///
  /// Refuses a file that others may write to, a folder that everybody may write to, a symbolic
  /// link, a file that another node has open, and one in whose last part there is no record to go
  /// on from. What stands behind the last record, such as half a line after a crash, is put into a
  /// file of its own beside it.
  [[nodiscard]] static config::result<std::unique_ptr<log>> open(const options& how,
                                                                 seams from = {});

  log(const log&) = delete;
  log& operator=(const log&) = delete;
  /// Stops.
  ~log();

  /// Queues a record. False if it is lost: too much waits already, memory is out, or the log has
  /// been stopped. Formats on the calling thread and takes one lock for a copy; never waits for
  /// the disk. The one system call it may make wakes the writer, once per batch.
  bool write(const record& what) noexcept;

  /// Returns whether publishes must be refused now: one relaxed load. Always false with
  /// `failure_policy::go_on`.
  [[nodiscard]] bool refuses() const noexcept { return refuses_.load(std::memory_order_relaxed); }

  [[nodiscard]] const figures& counts() const noexcept;

  /// Returns the last record that was written. Whoever keeps it elsewhere can later find out if
  /// the end was cut off (`actormesh audit verify --expect-head`).
  [[nodiscard]] head current_head() const noexcept;

  /// No loop: waits until everything that was queued before is written, and returns whether it
  /// was. An attempt that fails is not repeated.
  bool flush() noexcept;

  /// Controlling thread: writes what is queued and `audit_stopped`, logs the head, ends the
  /// thread. What cannot be written is lost and counted. A second call does nothing.
  void stop() noexcept;

private:
  class writer;

  explicit log(std::unique_ptr<writer> own) noexcept;

  std::atomic<bool> refuses_{false};
  std::unique_ptr<writer> writer_;
};

} // namespace actormesh::audit
