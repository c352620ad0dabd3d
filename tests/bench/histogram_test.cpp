#include "bench/measure/histogram.hpp"

#include <catch2/catch.hpp>

#include <cstdint>
#include <limits>

using actormesh::bench::histogram;

TEST_CASE("an empty histogram has quantiles of 0") {
  const histogram empty;
  CHECK(empty.count() == 0);
  CHECK(empty.quantile(0.5) == 0);
}

TEST_CASE("small values are kept exactly") {
  histogram values;
  for (std::uint64_t value = 1; value <= 100; ++value)
    values.record(value);
  CHECK(values.count() == 100);
  CHECK(values.quantile(0) == 1);
  CHECK(values.quantile(0.5) == 50);
  CHECK(values.quantile(0.99) == 99);
  CHECK(values.quantile(1) == 100);
}

TEST_CASE("a bucket's upper end is never below its values and at most 1/64 above") {
  const auto value = GENERATE(std::uint64_t{0}, 1, 63, 64, 127, 128, 129, 1'000, 65'535, 65'536,
                              123'456'789, std::numeric_limits<std::uint64_t>::max());
  const auto end = histogram::upper_end(histogram::bucket_of(value));
  CHECK(end >= value);
  CHECK(end - value <= value / 64);
}

TEST_CASE("the next value after a bucket's upper end is in the next bucket") {
  const auto value = GENERATE(std::uint64_t{63}, 127, 128, 1'000, 123'456'789);
  const auto bucket = histogram::bucket_of(value);
  CHECK(histogram::bucket_of(histogram::upper_end(bucket) + 1) == bucket + 1);
}

TEST_CASE("a rare large value shows in the last quantile only") {
  histogram values;
  for (int i = 0; i < 999; ++i)
    values.record(10);
  values.record(1'000'000);
  CHECK(values.quantile(0.999) == 10);
  CHECK(values.quantile(1) >= 1'000'000);
}

TEST_CASE("a cleared histogram is empty") {
  histogram values;
  values.record(5);
  values.clear();
  CHECK(values.count() == 0);
  CHECK(values.quantile(1) == 0);
}
