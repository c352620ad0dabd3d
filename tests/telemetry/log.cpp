#include "telemetry/log.hpp"

#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include <array>
#include <chrono>
#include <limits>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

using namespace actormesh::telemetry;
using log::log_format;
using log::log_level;

namespace {

/// 2027-01-15T08:00:00.007Z
constexpr std::chrono::system_clock::time_point moment{
    std::chrono::milliseconds{1'800'000'000'007}};

std::string text(std::string_view message, log::fields values = {}) {
  return log::format_line(log_format::text, log_level::info, "node-1", moment, message, values);
}

std::string json(std::string_view message, log::fields values = {}) {
  return log::format_line(log_format::json, log_level::info, "node-1", moment, message, values);
}

/// What somebody reads at the other end of stderr.
class reader {
public:
  reader() {
    REQUIRE(::pipe2(ends_.data(), O_CLOEXEC) == 0);
    // So small that it is soon full.
    ::fcntl(ends_[1], F_SETPIPE_SZ, 16'384);
  }
  reader(const reader&) = delete;
  reader& operator=(const reader&) = delete;
  ~reader() {
    ::close(ends_[0]);
    ::close(ends_[1]);
  }

  [[nodiscard]] int descriptor() const { return ends_[1]; }

  /// Everything that has been written, once the log is stopped.
  std::string rest() const {
    std::string all;
    std::array<char, 4096> buffer{};
    pollfd state{ends_[0], POLLIN, 0};
    while (::poll(&state, 1, 0) == 1) {
      const auto count = ::read(ends_[0], buffer.data(), buffer.size());
      if (count <= 0)
        break;
      all.append(buffer.data(), static_cast<std::size_t>(count));
    }
    return all;
  }

  /// Reads on until a text has come, however long it takes.
  std::string until(std::string_view wanted) const {
    std::string all;
    std::array<char, 4096> buffer{};
    while (all.find(wanted) == std::string::npos) {
      const auto count = ::read(ends_[0], buffer.data(), buffer.size());
      REQUIRE(count > 0);
      all.append(buffer.data(), static_cast<std::size_t>(count));
    }
    return all;
  }

private:
  std::array<int, 2> ends_{};
};

} // namespace

TEST_CASE("a line of text has time, level, message and fields") {
  CHECK(text("connection closed",
             {{"connection", 12}, {"reason", "slow_consumer"}, {"clean", false}, {"rate", 0.5}}) ==
        "2027-01-15T08:00:00.007Z info  connection closed connection=12 reason=slow_consumer "
        "clean=false rate=0.5");
  CHECK(log::format_line(log_format::text, log_level::error, "", moment, "x", {}) ==
        "2027-01-15T08:00:00.007Z error x");
}

TEST_CASE("a line of JSON has time, level, node, message and fields") {
  CHECK(json("connection closed",
             {{"connection", 12}, {"reason", "slow_consumer"}, {"clean", false}, {"rate", 0.5}}) ==
        R"({"time":"2027-01-15T08:00:00.007Z","level":"info","node":"node-1",)"
        R"("message":"connection closed","connection":12,"reason":"slow_consumer",)"
        R"("clean":false,"rate":0.5})");
  CHECK(log::format_line(log_format::json, log_level::warn, "", moment, "x", {}) ==
        R"({"time":"2027-01-15T08:00:00.007Z","level":"warn","message":"x"})");
}

TEST_CASE("numbers of every kind are exact") {
  CHECK(text("", {{"a", std::numeric_limits<std::int64_t>::min()},
                  {"b", std::numeric_limits<std::uint64_t>::max()},
                  {"c", short{-1}},
                  {"d", 1e300}}) ==
        "2027-01-15T08:00:00.007Z info   a=-9223372036854775808 b=18446744073709551615 c=-1 "
        "d=1e+300");
  CHECK_THAT(json("", {{"a", std::numeric_limits<double>::infinity()}}),
             Catch::EndsWith(R"("a":"not finite"})"));
}

TEST_CASE("nothing in a value can start a line, a field or an escape sequence of its own") {
  struct row {
    std::string_view value;
    std::string_view in_text;
    std::string_view in_json;
  };
  const row rows[] = {
      {"plain", "plain", R"("plain")"},
      {"", R"("")", R"("")"},
      {"two words", R"("two words")", R"("two words")"},
      {"a=b", R"("a=b")", R"("a=b")"},
      {"say \"hi\"", R"("say \"hi\"")", R"("say \"hi\"")"},
      {"back\\slash", R"("back\\slash")", R"("back\\slash")"},
      {"a\nfake line", R"("a\nfake line")", R"("a\nfake line")"},
      {"a\r\tb", R"("a\x0d\x09b")", R"("a\r\tb")"},
      {"\x1b[31mred", R"("\x1b[31mred")", R"("\u001b[31mred")"},
      {std::string_view{"a\0b", 3}, R"("a\x00b")", R"("a\u0000b")"},
      {"\x7f", R"("\x7f")", "\"\x7f\""},
      {"\xc2\x9b"
       "31m",
       R"("\xc2\x9b31m")",
       "\"\xc2\x9b"
       "31m\""},
      {"grün €", "\"grün €\"", "\"grün €\""},
      {"\xff\xfe", R"("\xff\xfe")", "\"\xef\xbf\xbd\xef\xbf\xbd\""},
      {"cut \xe2\x82", R"("cut \xe2\x82")", "\"cut \xef\xbf\xbd\xef\xbf\xbd\""},
      {"\xc0\xaf", R"("\xc0\xaf")", "\"\xef\xbf\xbd\xef\xbf\xbd\""},
      {"\xed\xa0\x80", R"("\xed\xa0\x80")", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
      {"\xf0\x9f\x98\x80", "\"\xf0\x9f\x98\x80\"", "\"\xf0\x9f\x98\x80\""},
  };
  for (const auto& [value, in_text, in_json] : rows) {
    CAPTURE(value);
    CHECK_THAT(text("m", {{"k", value}}), Catch::EndsWith(" m k=" + std::string{in_text}));
    const auto line = json("m", {{"k", value}});
    CHECK_THAT(line, Catch::EndsWith(",\"k\":" + std::string{in_json} + "}"));
    CHECK_NOTHROW(boost::json::parse(line));
  }
}

TEST_CASE("nothing in a message or a name can start a line or an escape sequence of its own") {
  CHECK_THAT(text("a\nb\x1b[0m \"c\"", {{"n\n", 1}}), Catch::EndsWith(R"( a\nb\x1b[0m "c" n\n=1)"));
  CHECK_THAT(json("a\nb", {{"n\"", 1}}), Catch::EndsWith(R"("message":"a\nb","n\"":1})"));
}

TEST_CASE("what is below the level is not written, and the level changes live") {
  const reader other_end;
  log::start({.level = log_level::info, .descriptor = other_end.descriptor()});
  CHECK_FALSE(log::enabled(log_level::debug));
  CHECK(log::enabled(log_level::info));
  log::debug("one");
  log::info("two");
  log::set_level(log_level::debug);
  log::debug("three");
  log::set_level(log_level::error);
  log::warn("four");
  log::error("five");
  log::set_format(log_format::json);
  log::error("six");
  log::stop();
  const auto written = other_end.rest();
  CHECK(written.find("one") == std::string::npos);
  CHECK(written.find("info  two\n") != std::string::npos);
  CHECK(written.find("debug three\n") != std::string::npos);
  CHECK(written.find("four") == std::string::npos);
  CHECK(written.find("error five\n") != std::string::npos);
  CHECK(written.find("\"message\":\"six\"}\n") != std::string::npos);
}

TEST_CASE("before start, after stop, and with the level off nothing is written") {
  log::error("before");
  const reader other_end;
  log::start({.level = log_level::off, .descriptor = other_end.descriptor()});
  log::error("off");
  CHECK_FALSE(log::enabled(log_level::off));
  log::stop();
  log::error("after");
  log::stop();
  CHECK(other_end.rest().empty());
}

TEST_CASE("lines come out whole and in order, whoever writes them") {
  const reader other_end;
  log::start({.descriptor = other_end.descriptor(), .queue_lines = 10'000});
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([t] {
      for (int i = 0; i < 200; ++i)
        log::info("line", {{"thread", t}, {"number", i}});
    });
  }
  for (auto& each : threads)
    each.join();
  log::info("last");
  const auto written = other_end.until("last\n");
  log::stop();
  for (int t = 0; t < 3; ++t) {
    std::size_t from = 0;
    for (int i = 0; i < 200; ++i) {
      from = written.find(
          "line thread=" + std::to_string(t) + " number=" + std::to_string(i) + "\n", from);
      REQUIRE(from != std::string::npos);
    }
  }
}

TEST_CASE("when nobody reads, the oldest lines go, are counted, and nobody waits") {
  const auto lost_before = log::lost_lines();
  const reader other_end;
  log::start({.descriptor = other_end.descriptor(), .queue_lines = 16});
  const std::string filler(500, 'x');
  for (int i = 0; i < 2'000; ++i)
    log::info("line", {{"number", i}, {"filler", filler}});
  // At most 16 KiB are in the pipe, one line is with the writer, 16 are in the queue.
  const auto lost = log::lost_lines() - lost_before;
  CHECK(lost > 1'900);
  CHECK(lost < 2'000);
  const auto written = other_end.until("number=1999 ");
  log::stop();
  CHECK(log::lost_lines() - lost_before == lost);
  CHECK_THAT(written, Catch::EndsWith("\n"));
}

TEST_CASE("stopping does not wait forever for somebody who never reads") {
  const reader other_end;
  log::start({.descriptor = other_end.descriptor()});
  for (int i = 0; i < 100; ++i)
    log::info(std::string(500, 'x'));
  const auto begin = std::chrono::steady_clock::now();
  log::stop();
  CHECK(std::chrono::steady_clock::now() - begin <
        2 * actormesh::config::defaults::log_flush_timeout);
}

TEST_CASE("a line longer than a pipe comes out whole") {
  const reader other_end;
  log::start({.descriptor = other_end.descriptor()});
  std::thread writer{[] {
    log::info(std::string(100'000, 'y'), {{"end", "yes"}});
    log::stop();
  }};
  const auto written = other_end.until("end=yes\n");
  writer.join();
  CHECK(written.find(std::string(100'000, 'y')) != std::string::npos);
}

TEST_CASE("a descriptor that is closed ends nothing but the log") {
  int ends[2];
  REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
  ::close(ends[0]);
  ::close(ends[1]);
  log::start({.descriptor = ends[1]});
  log::info("lost");
  log::stop();
}
