#include "actors/mesh/protocol.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

namespace {

using namespace actormesh;
using namespace actormesh::mesh;

event_batch_ptr make_batch(const std::string& key, const std::vector<std::string>& payloads) {
  std::vector<event_ptr> events;
  for (const auto& each : payloads)
    events.emplace_back(caf::make_counted<event>(each, std::chrono::steady_clock::now()));
  return caf::make_counted<event_batch>(key, std::move(events));
}

/// All frames of `bytes`, fed in pieces of `step`.
std::vector<std::pair<frame_type, caf::byte_buffer>>
cut(const caf::byte_buffer& bytes, std::size_t step, std::size_t max_frame = 1 << 20) {
  std::vector<std::pair<frame_type, caf::byte_buffer>> frames;
  frame_reader reader{max_frame};
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    const auto piece = caf::make_span(bytes).subspan(at, std::min(step, bytes.size() - at));
    reader.feed(piece);
    frame_view view;
    while (reader.next(view) == frame_reader::status::frame)
      frames.emplace_back(view.type, caf::byte_buffer{view.body.begin(), view.body.end()});
  }
  return frames;
}

} // namespace

TEST_CASE("A frame on the mesh is its length, its type and its body") {
  caf::byte_buffer out;
  append_frame(out, ping{0x0102030405060708});
  const std::vector<unsigned> expected{0, 0, 0, 9, 6, 1, 2, 3, 4, 5, 6, 7, 8};
  std::vector<unsigned> got;
  for (const auto each : out)
    got.push_back(static_cast<unsigned>(each));
  CHECK(got == expected);
}

TEST_CASE("Frames come out whole however the bytes are cut") {
  caf::byte_buffer out;
  append_frame(out, ping{1});
  append_frame(out, peers{{{"a", 7, "127.0.0.1:1"}, {"b", 8, std::string(300, 'x')}}});
  append_frame(out, start{});
  append_frame(out, pong{2});
  for (std::size_t step = 1; step <= out.size(); ++step) {
    const auto frames = cut(out, step);
    REQUIRE(frames.size() == 4);
    CHECK(frames[0].first == frame_type::ping);
    CHECK(frames[2].first == frame_type::start);
    const auto list = read_frame<peers>(frames[1].second);
    REQUIRE(list);
    CHECK(list->list[1].address == std::string(300, 'x'));
    const auto last = read_frame<pong>(frames[3].second);
    REQUIRE(last);
    CHECK(last->number == 2);
  }
}

TEST_CASE("A frame that is too long, or has no type, is malformed") {
  const auto status_of = [](std::vector<unsigned> bytes) {
    caf::byte_buffer in;
    for (const auto each : bytes)
      in.push_back(static_cast<caf::byte>(each));
    frame_reader reader{100};
    reader.feed(in);
    frame_view view;
    return reader.next(view);
  };
  CHECK(status_of({0, 0, 0, 0}) == frame_reader::status::malformed);
  CHECK(status_of({0, 0, 0, 101}) == frame_reader::status::malformed);
  CHECK(status_of({255, 255, 255, 255, 1}) == frame_reader::status::malformed);
  CHECK(status_of({0, 0, 0, 100}) == frame_reader::status::need_more);
  CHECK(status_of({0, 0}) == frame_reader::status::need_more);
}

TEST_CASE("Events cross with their channels, in order") {
  caf::byte_buffer out;
  append_events(out, "api/ns/one", make_batch("api/ns/one", {"1", "", "3"})->events());
  append_events(out, "api/ns/two", make_batch("api/ns/two", {std::string(70'000, 'x')})->events());
  const auto batches = read_events(out, std::chrono::steady_clock::now());
  REQUIRE(batches);
  REQUIRE(batches->size() == 2);
  CHECK((*batches)[0]->channel() == "api/ns/one");
  REQUIRE((*batches)[0]->events().size() == 3);
  CHECK((*batches)[0]->events()[0]->payload() == "1");
  CHECK((*batches)[0]->events()[1]->payload().empty());
  CHECK((*batches)[1]->events()[0]->payload().size() == 70'000);
  SECTION("and not if some of it is missing") {
    for (std::size_t size = 1; size < 20; ++size) // 17 bytes are the first batch
      CHECK((size == 17 ||
             !read_events(caf::make_span(out).subspan(0, size), std::chrono::steady_clock::now())));
  }
}

TEST_CASE("A number of events that cannot be there costs no memory") {
  caf::byte_buffer in;
  caf::binary_serializer sink{nullptr, in};
  REQUIRE(sink.value(caf::string_view{"k", 1}));
  REQUIRE(sink.begin_sequence(0xffffffffU));
  CHECK_FALSE(read_events(in, std::chrono::steady_clock::now()));
}

TEST_CASE("A hello of another major version is told from garbage") {
  caf::byte_buffer out;
  hello other;
  other.major = 9;
  append_frame(out, other);
  const auto body = caf::make_span(out).subspan(frame_header_size);
  CHECK(read_hello_version(body) == 9);
  // All that later versions have in common is the beginning.
  CHECK(read_hello_version(body.subspan(0, 6)) == 9);
  CHECK_FALSE(read_hello_version(body.subspan(1)));
  CHECK_FALSE(read_hello_version(body.subspan(0, 5)));
}

TEST_CASE("What a later minor version adds to a frame is not looked at") {
  caf::byte_buffer out;
  append_frame(out, ping{5});
  out.push_back(caf::byte{42});
  const auto got = read_frame<ping>(caf::make_span(out).subspan(frame_header_size));
  REQUIRE(got);
  CHECK(got->number == 5);
}
