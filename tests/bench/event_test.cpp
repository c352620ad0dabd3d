#include "bench/wire/event.hpp"

#include <catch2/catch.hpp>

#include <cstdint>
#include <string>

using namespace actormesh::bench::wire;

TEST_CASE("an event is a JSON object of the size asked for") {
  CHECK(make_event(40, 123) == R"({"t":1000000000000000123,"pad":"xxxxxx"})");
  CHECK(make_event(smallest_event, 0) == R"({"t":1000000000000000000,"pad":""})");
  CHECK(make_event(128, 0).size() == 128);
}

TEST_CASE("quotes and backslashes are escaped") {
  CHECK(escape(R"({"a":"\"})") == R"({\"a\":\"\\\"})");
}

TEST_CASE("a moment that was written can be found and read, escaped or not") {
  const auto moment =
      GENERATE(std::uint64_t{0}, 1, 99'999'999, 123'456'789'012'345'678, 999'999'999'999'999'999);
  const auto event = make_event(100, moment);
  for (const auto& text : {event, escape(event), "{\"id\":\"p12345\",\"event\":\"" + event}) {
    const auto at = find_stamp(text);
    REQUIRE(at);
    CHECK(read_stamp(text.data() + *at) == moment);
  }
}

TEST_CASE("other runs of digits are no moment") {
  CHECK_FALSE(find_stamp(""));
  CHECK_FALSE(find_stamp("123456789012345678"));
  CHECK_FALSE(find_stamp("12345678901234567890"));
}
