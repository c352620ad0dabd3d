#include "config/quantity.hpp"

#include <catch2/catch.hpp>

#include <optional>
#include <string>
#include <string_view>

using namespace actormesh::config;
using std::chrono::milliseconds;

TEST_CASE("a duration is whole numbers with units, from large to small") {
  struct row {
    std::string_view text;
    std::optional<std::int64_t> expected;
  };
  const row rows[] = {
      {"0", 0},
      {"0s", 0},
      {"500ms", 500},
      {"10s", 10'000},
      {"5m", 300'000},
      {"24h", 86'400'000},
      {"7d", 604'800'000},
      {"1m30s", 90'000},
      {"1d2h3m4s5ms", 93'784'005},
      {"", std::nullopt},
      {"10", std::nullopt},
      {"s", std::nullopt},
      {"-1s", std::nullopt},
      {"+1s", std::nullopt},
      {"1.5s", std::nullopt},
      {"10 s", std::nullopt},
      {"10S", std::nullopt},
      {"10sec", std::nullopt},
      {"30s1m", std::nullopt},
      {"1s1s", std::nullopt},
      {"1m30", std::nullopt},
      {"99999999999999999999s", std::nullopt},
      {"9223372036854775807d", std::nullopt},
      {"106751991167d24h", std::nullopt},
  };
  for (const auto& [text, expected] : rows) {
    CAPTURE(text);
    const auto value = parse_duration(text);
    CHECK(value.has_value() == expected.has_value());
    if (value && expected)
      CHECK(value->count() == *expected);
  }
}

TEST_CASE("a duration is shown in the largest unit that fits, and reads back") {
  struct row {
    std::int64_t value;
    std::string_view expected;
  };
  const row rows[] = {{0, "0s"},           {1, "1ms"},          {1'500, "1500ms"},
                      {10'000, "10s"},     {60'000, "1m"},      {90'000, "90s"},
                      {86'400'000, "24h"}, {172'800'000, "2d"}, {90'000'000, "25h"}};
  for (const auto& [value, expected] : rows) {
    CAPTURE(value);
    CHECK(format_duration(milliseconds{value}) == expected);
    CHECK(parse_duration(expected) == milliseconds{value});
  }
}

TEST_CASE("a size is bytes or a number with a unit") {
  struct row {
    std::string_view text;
    std::optional<std::uint64_t> expected;
  };
  const row rows[] = {
      {"0", 0},
      {"4096", 4096},
      {"12B", 12},
      {"240KiB", 245'760},
      {"1MiB", 1'048'576},
      {"2GiB", 2'147'483'648},
      {"240KB", 240'000},
      {"8MB", 8'000'000},
      {"1GB", 1'000'000'000},
      {"1.2MB", 1'200'000},
      {"1.5KiB", 1'536},
      {"1.2MiB", std::nullopt}, // 1258291.2 bytes
      {"", std::nullopt},
      {"KiB", std::nullopt},
      {"1.5", std::nullopt},
      {"1.MB", std::nullopt},
      {"-1", std::nullopt},
      {"8 MB", std::nullopt},
      {"8mb", std::nullopt},
      {"8M", std::nullopt},
      {"0x10", std::nullopt},
      {"1e3", std::nullopt},
      {"9223372036854775807", 9'223'372'036'854'775'807ULL},
      {"9223372036854775808", std::nullopt},
      {"9223372036854775807KB", std::nullopt},
      {"1.0000000001GB", std::nullopt},
  };
  for (const auto& [text, expected] : rows) {
    CAPTURE(text);
    CHECK(parse_size(text) == expected);
  }
}

TEST_CASE("a size is shown in the largest binary unit that divides it, and reads back") {
  struct row {
    std::uint64_t value;
    std::string_view expected;
  };
  const row rows[] = {{0, "0"},
                      {1, "1"},
                      {1'000, "1000"},
                      {1'024, "1KiB"},
                      {245'760, "240KiB"},
                      {1'258'291, "1258291"},
                      {8'388'608, "8MiB"},
                      {1'073'741'824, "1GiB"}};
  for (const auto& [value, expected] : rows) {
    CAPTURE(value);
    CHECK(format_size(value) == expected);
    CHECK(parse_size(expected) == value);
  }
}
