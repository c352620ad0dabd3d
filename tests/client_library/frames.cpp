#include "actors/mesh/client_frames.hpp"
#include "text/hex.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

namespace actormesh::mesh {

namespace {

std::string hex(caf::span<const caf::byte> bytes) {
  return text::to_hex({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

template <class Body> std::string frame_of(Body body) {
  caf::byte_buffer out;
  append_frame(out, std::move(body));
  return hex(caf::make_span(out));
}

template <class Body> caf::byte_buffer body_of(Body body) {
  caf::byte_buffer out;
  append_frame(out, std::move(body));
  out.erase(out.begin(), out.begin() + frame_header_size);
  return out;
}

event_ptr make_event(std::string payload) {
  return caf::make_counted<event>(std::move(payload), event::time_point{});
}

} // namespace

TEST_CASE("Frames of clients have these bytes") {
  client_request publish;
  publish.number = 1;
  publish.operation = static_cast<std::uint8_t>(client_operation::publish);
  publish.channel = "/a";
  publish.events = {"1", "23"};
  CHECK(frame_of(publish) == "0000001b20"
                             "0000000000000001"
                             "03"
                             "0000000000000000"
                             "022f61"
                             "020131023233");
  client_answer answer;
  answer.number = 2;
  answer.status = static_cast<std::uint8_t>(client_status::event_too_large);
  answer.text = "no";
  answer.events = {{0, "x"}};
  CHECK(frame_of(answer) == "0000001121"
                            "0000000000000002"
                            "06"
                            "026e6f"
                            "01"
                            "000178");
}

TEST_CASE("Requests, answers and events are read as they were written") {
  client_request asked{7, 1, 9, "/ns/*", {}};
  const auto body = body_of(asked);
  const auto request = read_frame<client_request>(caf::make_span(body));
  REQUIRE(request);
  CHECK(request->number == 7);
  CHECK(request->operation == 1);
  CHECK(request->subscription == 9);
  CHECK(request->channel == "/ns/*");

  const std::vector<event_ptr> events{make_event("1"), make_event(""), make_event("[3]")};
  caf::byte_buffer out;
  append_client_events(out, {4, 5, "/ns/a", events});
  append_client_events(out, {6, 7, {}, {}});
  const auto parts = read_client_events(caf::make_span(out));
  REQUIRE(parts);
  REQUIRE(parts->size() == 2);
  CHECK((*parts)[0].subscription == 4);
  CHECK((*parts)[0].lost == 5);
  CHECK((*parts)[0].channel == "/ns/a");
  CHECK((*parts)[0].payloads == std::vector<std::string>{"1", "", "[3]"});
  CHECK((*parts)[1].lost == 7);
  CHECK((*parts)[1].payloads.empty());
}

TEST_CASE("What is cut off anywhere is not read") {
  client_request asked{7, 3, 0, "/ns/a", {"1", "2"}};
  const auto whole = body_of(asked);
  for (std::size_t size = 0; size < whole.size(); ++size)
    CHECK_FALSE(read_frame<client_request>(caf::make_span(whole.data(), size)));
  const std::vector<event_ptr> events{make_event("123")};
  caf::byte_buffer out;
  append_client_events(out, {4, 5, "/ns/a", events});
  for (std::size_t size = 1; size < out.size(); ++size)
    CHECK_FALSE(read_client_events(caf::make_span(out.data(), size)));
}

TEST_CASE("A number of events that cannot be there is refused before memory is taken for it") {
  caf::byte_buffer out;
  append_client_events(out, {4, 5, "/ns/a", {}});
  out.back() = static_cast<caf::byte>(0x7f);
  CHECK_FALSE(read_client_events(caf::make_span(out)));
}

} // namespace actormesh::mesh
