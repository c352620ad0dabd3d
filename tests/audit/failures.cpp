#include "tests/audit/scratch_log.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <string>
#include <thread>

using namespace actormesh;
using namespace actormesh::audit;
using namespace actormesh::audit::testing;

namespace {

constexpr std::size_t plenty = std::size_t{1} << 40U;

/// Fills the queue, and returns how many records it took.
std::size_t fill(audit::log& to) {
  std::size_t count = 0;
  while (to.write({.what = action::publish, .request = "r"}))
    ++count;
  return count;
}

} // namespace

TEST_CASE("records wait while the disk is full") {
  scratch_log it;
  it.open();
  const auto before = it.text();
  it.room = GENERATE(std::size_t{0}, std::size_t{1}, std::size_t{100});
  CHECK_FALSE(it.publish("r-1"));
  CHECK_FALSE(it.publish("r-2"));
  CHECK_FALSE(it.publish("r-3"));
  CHECK(it.get().counts().failing);
  CHECK(it.get().counts().write_errors == 3);
  CHECK(it.get().counts().queued_bytes > 0);
  CHECK_FALSE(it.get().refuses());
  // Nobody reads half a record.
  CHECK(it.text() == before);

  // One record fits, and then one and a half.
  it.room = 600;
  CHECK_FALSE(it.get().flush());
  CHECK(it.text().starts_with(before));
  CHECK(it.lines().size() == 3);
  CHECK_FALSE(it.check().broken);

  it.room = plenty;
  CHECK(it.get().flush());
  CHECK_FALSE(it.get().counts().failing);
  CHECK(it.get().counts().queued_bytes == 0);
  CHECK(it.get().counts().records_lost == 0);
  for (const auto* request : {"\"r-1\"", "\"r-2\"", "\"r-3\""})
    CHECK(count_of(it.text(), request) == 1);
  CHECK_FALSE(it.check().broken);
}

TEST_CASE("it is tried again without being asked") {
  scratch_log it;
  it.from.retry_after = std::chrono::milliseconds{1};
  it.open();
  it.room = 0;
  CHECK_FALSE(it.publish("r-1"));
  it.room = plenty;
  while (it.get().counts().records_written < 3)
    std::this_thread::yield();
  CHECK(count_of(it.text(), "\"r-1\"") == 1);
}

TEST_CASE("what finds no room in the queue is lost, counted and told") {
  scratch_log it;
  it.how.queue_bytes = 10'000;
  it.open();
  it.room = 0;
  CHECK_FALSE(it.publish("r-1"));
  const auto taken = fill(it.get());
  CHECK(taken > 50);
  CHECK_FALSE(it.get().write({.what = action::publish}));
  CHECK_FALSE(it.get().write({.what = action::publish}));
  CHECK(it.get().counts().records_lost == 3);
  CHECK(it.get().counts().queued_bytes <= 10'000);
  CHECK_FALSE(it.get().refuses());

  it.room = plenty;
  CHECK(it.get().flush());
  CHECK(it.publish("r-2"));
  const auto lines = it.lines();
  REQUIRE(lines.size() == 2 + 1 + taken + 1 + 1);
  CHECK(lines[lines.size() - 2].find(R"("what":"records_lost","lost":3,)") != std::string::npos);
  CHECK(count_of(it.text(), "records_lost") == 1);
  CHECK_FALSE(it.check().broken);
}

TEST_CASE("publishes are refused while the disk is full, if that is the policy") {
  scratch_log it;
  it.how.on_failure = failure_policy::refuse_publishes;
  it.open();
  CHECK_FALSE(it.get().refuses());
  it.room = 0;
  CHECK_FALSE(it.publish("r-1"));
  CHECK(it.get().refuses());
  CHECK_FALSE(it.get().flush());
  CHECK(it.get().refuses());
  it.room = plenty;
  CHECK(it.get().flush());
  CHECK_FALSE(it.get().refuses());
}

TEST_CASE("publishes are refused while the queue is full, if that is the policy") {
  scratch_log it;
  it.how.on_failure = failure_policy::refuse_publishes;
  it.how.queue_bytes = 1'000;
  it.open();
  const std::string text(300, 'x');
  // Larger than the whole queue: lost, though the disk is all right.
  const std::string details(2'000, 'x');
  CHECK_FALSE(it.get().write({.what = action::keys_changed, .details = details}));
  CHECK(it.get().refuses());
  CHECK(it.get().flush());
  CHECK_FALSE(it.get().refuses());
  CHECK(count_of(it.text(), "records_lost") == 1);
}

TEST_CASE("a disk that cannot sync counts as one that cannot write") {
  scratch_log it;
  std::atomic<bool> works{true};
  std::atomic<int> calls{0};
  it.how.on_failure = failure_policy::refuse_publishes;
  it.how.sync = sync_policy::always;
  it.from.sync = [&](int) {
    ++calls;
    errno = EIO;
    return works ? 0 : -1;
  };
  it.open();
  CHECK(it.publish("r-1"));
  CHECK(calls == 2);
  works = false;
  CHECK(it.publish("r-2")); // It is in the file.
  CHECK(it.get().counts().failing);
  CHECK(it.get().refuses());
  works = true;
  CHECK(it.publish("r-3"));
  CHECK_FALSE(it.get().counts().failing);
  CHECK_FALSE(it.get().refuses());
  it.close();
}

TEST_CASE("how often it is synced is up to the policy") {
  scratch_log it;
  std::atomic<int> calls{0};
  it.from.sync = [&](int) { return ++calls, 0; };
  it.how.sync_interval = std::chrono::hours{1};
  SECTION("never") {
    it.how.sync = sync_policy::none;
    it.open();
    CHECK(it.publish("r"));
    it.close();
    CHECK(calls == 0);
  }
  SECTION("now and then, and at the end") {
    it.open();
    CHECK(calls == 1);
    CHECK(it.publish("r-1"));
    CHECK(it.publish("r-2"));
    CHECK(calls == 1);
    it.close();
    CHECK(calls == 2);
  }
}

TEST_CASE("what a full disk does not take before the end is lost and counted") {
  scratch_log it;
  it.open();
  it.room = 0;
  CHECK_FALSE(it.publish("r-1"));
  CHECK(it.get().write({.what = action::publish, .request = "r-2"}));
  it.get().stop();
  CHECK(it.get().counts().records_lost == 2);
  CHECK_FALSE(it.check().broken);
  it.room = plenty;
  it.open();
  CHECK(it.publish("r-3"));
  CHECK_FALSE(it.check({.from_start = true}).broken);
}

TEST_CASE("a log on a full disk can be opened") {
  scratch_log it;
  it.room = 0;
  it.open();
  CHECK(it.get().counts().failing);
  it.room = plenty;
  CHECK(it.publish("r-1"));
  CHECK(it.lines().size() == 3);
  CHECK_FALSE(it.check({.from_start = true}).broken);
}

TEST_CASE("a file that cannot be rotated goes on") {
  scratch_log it;
  it.open();
  // The name it would get is taken.
  it.folder.write("audit-20270116T080000Z-2.jsonl", "");
  it.pass(std::chrono::hours{24});
  CHECK(it.publish("r-1"));
  CHECK(it.lines().size() == 3);
  CHECK(it.get().counts().write_errors == 1);
  CHECK(it.get().counts().rotations == 0);
}
