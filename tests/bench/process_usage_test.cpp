#include "bench/measure/process_usage.hpp"

#include <catch2/catch.hpp>

#include <stdexcept>

#include <unistd.h>

using namespace actormesh::bench;

TEST_CASE("user and system ticks are fields 14 and 15, whatever the command is called") {
  const auto ticks = parse_stat("42 (a (b) c) S 1 42 42 0 -1 4194304 100 0 0 0 77 88 9 9 20 0 1");
  CHECK(ticks.user == 77);
  CHECK(ticks.system == 88);
}

TEST_CASE("resident memory is read in kB") {
  CHECK(parse_resident("Name:\tx\nVmRSS:\t    1234 kB\nRssAnon:\t 1 kB\n") == 1234 * 1024);
  CHECK(parse_resident("Name:\tkthread\n") == 0);
}

TEST_CASE("this process has used CPU and memory") {
  const auto usage = usage_of(getpid());
  CHECK(usage.cpu_ns > 0);
  CHECK(usage.rss_bytes > 0);
}

TEST_CASE("a process that does not exist is an error") {
  CHECK_THROWS_AS(usage_of(-1), std::runtime_error);
}
