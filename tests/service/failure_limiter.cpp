#include "service/access/failure_limiter.hpp"

#include <catch2/catch.hpp>

#include <string>

namespace actormesh::access {

namespace {

using boost::asio::ip::make_address;
using std::chrono::minutes;
using std::chrono::seconds;

const auto somebody = make_address("192.0.2.1");
const auto other = make_address("192.0.2.2");
const failure_limiter::time_point start{};

int failures_until_stopped(failure_limiter& limiter, failure_limiter::time_point now) {
  auto count = 1;
  while (!limiter.failed(somebody, now) && count < 1'000)
    ++count;
  return count;
}

} // namespace

TEST_CASE("So many failures are free, and the next is too many") {
  failure_limiter limiter{3};
  CHECK_FALSE(limiter.exhausted(somebody, start));
  CHECK_FALSE(limiter.failed(somebody, start));
  CHECK_FALSE(limiter.failed(somebody, start));
  CHECK_FALSE(limiter.exhausted(somebody, start));
  CHECK_FALSE(limiter.failed(somebody, start));
  CHECK(limiter.exhausted(somebody, start));
  CHECK(limiter.failed(somebody, start));
  CHECK_FALSE(limiter.exhausted(other, start));
  CHECK_FALSE(limiter.failed(other, start));
}

TEST_CASE("Failures are forgotten at the rate that is allowed") {
  failure_limiter limiter{3};
  CHECK(failures_until_stopped(limiter, start) == 4);
  CHECK(limiter.exhausted(somebody, start + seconds{10}));
  // Twenty seconds are worth one; the one too many counts, too.
  CHECK_FALSE(limiter.exhausted(somebody, start + seconds{41}));
  CHECK_FALSE(limiter.failed(somebody, start + seconds{41}));
  CHECK(limiter.failed(somebody, start + seconds{42}));
  CHECK(failures_until_stopped(limiter, start + minutes{10}) == 4);
}

TEST_CASE("Who goes on guessing is not held longer than a minute for it") {
  failure_limiter limiter{3};
  for (auto i = 0; i < 1'000; ++i)
    static_cast<void>(limiter.failed(somebody, start));
  CHECK_FALSE(limiter.exhausted(somebody, start + minutes{2}));
}

TEST_CASE("A clock that seems to go back does no harm") {
  failure_limiter limiter{3};
  CHECK(failures_until_stopped(limiter, start + minutes{1}) == 4);
  CHECK(limiter.exhausted(somebody, start));
}

TEST_CASE("Without a limit nothing is counted") {
  failure_limiter limiter{0};
  CHECK(failures_until_stopped(limiter, start) == 1'000);
  CHECK_FALSE(limiter.exhausted(somebody, start));
  limiter.limit(2);
  CHECK(failures_until_stopped(limiter, start) == 3);
}

TEST_CASE("A network of IPv6 is one guesser, and a mapped address is its IPv4") {
  const auto group = [](const char* text) {
    return failure_limiter::group_of(make_address(text)).to_string();
  };
  CHECK(group("192.0.2.1") == "192.0.2.1");
  CHECK(group("::ffff:192.0.2.1") == "192.0.2.1");
  CHECK(group("2001:db8:1:2:3:4:5:6") == "2001:db8:1:2::");
  CHECK(group("2001:db8:1:2::7") == "2001:db8:1:2::");
  CHECK(group("2001:db8:1:3::7") == "2001:db8:1:3::");
}

TEST_CASE("Very many addresses take a bounded memory, and do not free the worst") {
  failure_limiter limiter{3};
  CHECK(failures_until_stopped(limiter, start) == 4);
  constexpr unsigned many = 70'000;
  for (unsigned i = 0; i < many; ++i)
    static_cast<void>(
        limiter.failed(boost::asio::ip::address_v4{0x0a00'0000U + i}, start + seconds{1}));
  CHECK(limiter.exhausted(somebody, start + seconds{1}));
}

} // namespace actormesh::access
