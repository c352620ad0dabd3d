#include "audit/log.hpp"

#include "audit/journal.hpp"
#include "telemetry/log.hpp"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

namespace actormesh::audit {

namespace {

using std::chrono::milliseconds;

/// How long the writer lets records come together before it writes: as long as nobody notices.
constexpr milliseconds gather_time{5};

/// How often it looks whether the time for a rotation has come.
constexpr milliseconds longest_nap{60'000};

} // namespace

/// The queue, and the thread that empties it.
///
/// Bodies lie in the queue behind each other, with a line end each. The writer takes the whole
/// queue by swapping it for its own empty text, so that in the long run nothing is allocated.
class log::writer {
public:
  writer(options how, seams from)
    : how_{std::move(how)}
    , from_{std::move(from)} {}

  config::problems open() {
    auto opened = journal::open(how_, from_, counts_);
    if (!opened)
      return opened.error();
    journal_ = *std::move(opened);
    head_ = journal_->last();
    node_ = journal_->node();
    return {};
  }

  void start(std::atomic<bool>& refuses) {
    refuses_ = &refuses;
    thread_ = std::thread{[this] { run(); }};
  }

  // Any thread.
  bool put(const record& what);
  void lose();
  bool flush();
  [[nodiscard]] head current_head();
  [[nodiscard]] const figures& counts() const noexcept { return counts_; }

  // Controlling thread.
  void stop();

private:
  using lock = std::unique_lock<std::mutex>;

  // The writer's thread. Those that get the lock hold it when they return.
  void run();
  void wait(lock& held);
  void take_queue();
  bool write_batch(lock& held);
  bool write_some();
  void settle(bool worked);
  void finish(lock& held);
  void count_lost(std::uint64_t records);
  [[nodiscard]] bool is_asked() const { return stopping_ || flush_done_ < flush_asked_; }
  [[nodiscard]] std::size_t waiting() const { return queue_.size() + batch_.size() - written_; }

  const options how_;
  const seams from_;
  figures counts_;
  std::string node_;
  std::atomic<bool>* refuses_ = nullptr;

  // The writer's, once it runs.
  std::unique_ptr<journal> journal_;
  std::uint64_t flush_taken_ = 0; ///< Flushes that asked before the batch was taken.

  std::mutex mutex_;
  std::condition_variable wake_;    ///< For the writer.
  std::condition_variable flushed_; ///< For those that flush.
  std::string queue_;
  std::string batch_;       ///< Changed by the writer only, and read by it without the lock.
  std::size_t written_ = 0; ///< Of the batch.
  std::uint64_t lost_ = 0;  ///< Not told yet.
  head head_;
  std::uint64_t flush_asked_ = 0;
  std::uint64_t flush_done_ = 0;
  bool worked_ = true; ///< The last attempt to write.
  bool idle_ = false;  ///< The writer waits for the first record.
  bool stopping_ = false;
  bool stopped_ = false;
  std::thread thread_;
};

// -- any thread --------------------------------------------------------------------------------

bool log::writer::put(const record& what) {
  thread_local std::string body; // Grows to what the longest record takes, and stays.
  body.clear();
  append_body(body, from_.now(), node_, what);
  body += '\n';
  bool wake = false;
  {
    const std::lock_guard held{mutex_};
    if (stopping_ || waiting() + body.size() > how_.queue_bytes) {
      count_lost(1);
      return false;
    }
    queue_ += body;
    counts_.queued_bytes.store(waiting(), std::memory_order_relaxed);
    wake = std::exchange(idle_, false);
  }
  if (wake)
    wake_.notify_one();
  return true;
}

void log::writer::lose() {
  const std::lock_guard held{mutex_};
  count_lost(1);
}

void log::writer::count_lost(std::uint64_t records) {
  lost_ += records;
  counts_.records_lost.fetch_add(records, std::memory_order_relaxed);
  if (how_.on_failure == failure_policy::refuse_publishes)
    refuses_->store(true, std::memory_order_relaxed);
}

bool log::writer::flush() {
  lock held{mutex_};
  if (stopped_)
    return false;
  const auto ticket = ++flush_asked_;
  wake_.notify_one();
  flushed_.wait(held, [&] { return flush_done_ >= ticket || stopped_; });
  return worked_;
}

head log::writer::current_head() {
  const std::lock_guard held{mutex_};
  return head_;
}

void log::writer::stop() {
  {
    const std::lock_guard held{mutex_};
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable())
    thread_.join();
}

// -- the writer's thread -----------------------------------------------------------------------

void log::writer::run() {
  lock held{mutex_};
  // The first turn writes what the journal noted when it was opened.
  for (bool first = true; !stopping_; first = false) {
    if (!first)
      wait(held);
    if (batch_.empty())
      take_queue();
    settle(write_batch(held));
  }
  finish(held);
}

/// Waits for something to do.
void log::writer::wait(lock& held) {
  if (!worked_) {
    wake_.wait_for(held, from_.retry_after, [&] { return is_asked(); });
    return;
  }
  const auto nap = std::min(journal_->next_sync().value_or(longest_nap), longest_nap);
  idle_ = queue_.empty();
  wake_.wait_for(held, nap, [&] { return is_asked() || !queue_.empty() || lost_ > 0; });
  idle_ = false;
  if (!queue_.empty())
    wake_.wait_for(held, gather_time,
                   [&] { return is_asked() || queue_.size() > how_.queue_bytes / 2; });
}

void log::writer::take_queue() {
  flush_taken_ = flush_asked_;
  batch_.swap(queue_);
  if (lost_ == 0)
    return;
  // Behind the batch: they were lost when it was all there was room for.
  append_begin(batch_, from_.now(), node_, action::records_lost);
  batch_ += ",\"lost\":";
  append_number(batch_, std::exchange(lost_, 0));
  batch_ += '\n';
}

/// Writes the batch, without the lock. Returns whether all of it was written.
bool log::writer::write_batch(lock& held) {
  bool worked = true;
  do {
    held.unlock();
    worked = write_some();
    held.lock();
    head_ = journal_->last();
  } while (worked && written_ < batch_.size());
  if (worked) {
    batch_.clear();
    written_ = 0;
  }
  counts_.queued_bytes.store(waiting(), std::memory_order_relaxed);
  return worked;
}

/// Writes on from where the last write ended.
bool log::writer::write_some() {
  try {
    const auto count = journal_->write(std::string_view{batch_}.substr(written_));
    if (count) {
      const std::lock_guard held{mutex_};
      written_ += *count;
    }
    journal_->tick();
    return count.has_value();
  } catch (const std::exception& failure) {
    telemetry::log::error("the audit log fails", {{"reason", failure.what()}});
    return false;
  }
}

/// Tells those that wait how it went, and the edges whether there is room.
void log::writer::settle(bool worked) {
  worked_ = worked;
  flush_done_ = std::max(flush_done_, worked ? flush_taken_ : flush_asked_);
  flushed_.notify_all();
  if (how_.on_failure != failure_policy::refuse_publishes)
    return;
  const bool failing = !worked || counts_.failing.load(std::memory_order_relaxed);
  if (failing || waiting() <= how_.queue_bytes / 2)
    refuses_->store(failing, std::memory_order_relaxed);
}

/// Writes what is left. Whatever fails now is lost.
void log::writer::finish(lock& held) {
  bool worked = batch_.empty() || write_batch(held);
  if (worked) {
    take_queue();
    append_begin(batch_, from_.now(), node_, action::audit_stopped);
    batch_ += '\n';
    worked = write_batch(held);
  }
  const auto rest = std::string_view{batch_}.substr(written_);
  const auto left =
      std::count(rest.begin(), rest.end(), '\n') + std::count(queue_.begin(), queue_.end(), '\n');
  if (left > 0)
    count_lost(static_cast<std::uint64_t>(left));
  journal_->sync();
  stopped_ = true;
  worked_ = worked;
  flushed_.notify_all();
  telemetry::log::info("the audit log was closed", {{"file", how_.file.string()},
                                                    {"last_record", head_.seq},
                                                    {"head", view(head_.hash)},
                                                    {"lost", counts_.records_lost.load()}});
  // The file and its lock are free as soon as the log has stopped.
  journal_.reset();
}

// -- the log -----------------------------------------------------------------------------------

log::log(std::unique_ptr<writer> own) noexcept
  : writer_{std::move(own)} {}

log::~log() { stop(); }

config::result<std::unique_ptr<log>> log::open(const options& how, seams from) {
  try {
    auto own = std::make_unique<writer>(how, std::move(from));
    if (auto wrong = own->open(); !wrong.empty())
      return wrong;
    std::unique_ptr<log> made{new log{std::move(own)}};
    made->writer_->start(made->refuses_);
    return made;
  } catch (const std::exception& failure) {
    return config::problems{{config::severity::error, how.file.string(), 0, 0, failure.what()}};
  }
}

bool log::write(const record& what) noexcept {
  try {
    return writer_->put(what);
  } catch (const std::exception&) {
    writer_->lose();
    return false;
  }
}

const figures& log::counts() const noexcept { return writer_->counts(); }

head log::current_head() const noexcept { return writer_->current_head(); }

bool log::flush() noexcept { return writer_->flush(); }

void log::stop() noexcept { writer_->stop(); }

} // namespace actormesh::audit
