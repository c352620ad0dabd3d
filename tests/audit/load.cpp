#include "tests/audit/scratch_log.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

using namespace actormesh;
using namespace actormesh::audit;
using namespace actormesh::audit::testing;

TEST_CASE("any number of threads writes, each in its own order") {
  constexpr int threads = 4;
  constexpr int each = 2'000;
  scratch_log it;
  it.how.rotate_bytes = 500'000;
  it.open();
  std::vector<std::thread> writers;
  for (int t = 0; t < threads; ++t)
    writers.emplace_back([&, t] {
      for (int i = 0; i < each; ++i) {
        const auto request = std::to_string(t) + '-' + std::to_string(i);
        it.get().write({.what = action::publish, .request = request});
        if (i % 500 == 0)
          it.get().flush();
      }
    });
  for (auto& thread : writers)
    thread.join();
  it.close();

  const auto result = it.check({.from_start = true});
  CHECK_FALSE(result.broken);
  const auto files = list_files(it.folder.path());
  REQUIRE(files.has_value());
  std::string all;
  for (const auto& file : *files)
    all += read_file(file);
  for (int t = 0; t < threads; ++t) {
    std::size_t at = 0;
    for (int i = 0; i < each && at != std::string::npos; ++i)
      at = all.find("\"request\":\"" + std::to_string(t) + '-' + std::to_string(i) + '"', at);
    CHECK(at != std::string::npos);
  }
}

TEST_CASE("a disk that fails again and again loses nothing that found room") {
  scratch_log it;
  it.from.retry_after = std::chrono::milliseconds{1};
  it.how.queue_bytes = 50'000;
  it.how.on_failure = failure_policy::refuse_publishes;
  it.open();
  std::atomic<bool> done{false};
  std::thread disk{[&] {
    for (std::size_t i = 0; !done; ++i) {
      it.room = i % 7 * 100;
      it.get().flush();
    }
    it.room = std::size_t{1} << 40U;
  }};
  std::size_t taken = 0;
  for (int i = 0; i < 3'000; ++i) {
    taken += it.get().write({.what = action::publish, .request = "r"}) ? 1U : 0U;
    static_cast<void>(it.get().refuses());
    static_cast<void>(it.get().current_head());
  }
  done = true;
  disk.join();
  CHECK(it.get().flush());
  it.close();
  CHECK_FALSE(it.check({.from_start = true}).broken);
  CHECK(count_of(it.text(), "\"what\":\"publish\"") == taken);
}
