#include "net/mesh_client/outbox.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

namespace actormesh::mesh_client {

namespace {

using config::slow_consumer_policy;
using telemetry::loss_reason;

constexpr std::size_t frame_bytes = 64 * 1024;

/// Payloads of ten bytes, which count as 42.
std::string payload(int number) {
  auto text = std::to_string(number);
  return std::string(10 - text.size(), '0') + text;
}

mesh::client_events events(std::uint64_t subscription, slow_consumer_policy policy, int first,
                           int last) {
  std::vector<event_ptr> list;
  for (auto i = first; i <= last; ++i)
    list.emplace_back(caf::make_counted<event>(payload(i), event::time_point{}));
  return {subscription, policy, caf::make_counted<event_batch>("api/ns/a", std::move(list))};
}

/// All that waits, as a client reads it: `1 /ns/a: 0000000001`, `1 lost 2`, `answer 3`.
std::vector<std::string> read_all(outbox& from, std::size_t limit = frame_bytes) {
  std::vector<std::string> lines;
  while (!from.empty()) {
    caf::byte_buffer out;
    from.write(out, limit);
    mesh::frame_reader reader{limit};
    reader.feed(caf::make_span(out));
    mesh::frame_view frame;
    while (reader.next(frame) == mesh::frame_reader::status::frame) {
      if (frame.type == mesh::frame_type::client_answer) {
        lines.push_back("answer " +
                        std::to_string(mesh::read_frame<mesh::client_answer>(frame.body)->number));
        continue;
      }
      const auto parts = mesh::read_client_events(frame.body);
      REQUIRE(parts);
      for (const auto& part : *parts) {
        const auto id = std::to_string(part.subscription);
        if (part.lost != 0)
          lines.push_back(id + " lost " + std::to_string(part.lost));
        for (const auto& each : part.payloads)
          lines.push_back(id + ' ' + part.channel + ": " + each);
      }
    }
  }
  return lines;
}

using lines = std::vector<std::string>;

} // namespace

SCENARIO("what waits for a client is in order and bounded") {
  telemetry::loop_counters counters;
  const auto lost = [&](loss_reason why) { return counters.lost(why).get(); };

  GIVEN("room for three events") {
    outbox out{3 * 42, counters};

    THEN("answers and events keep their order") {
      mesh::client_answer answer;
      answer.number = 1;
      out.push(mesh::client_answer{answer});
      CHECK(out.push(events(5, slow_consumer_policy::disconnect, 1, 2)) == outbox::status::taken);
      answer.number = 2;
      out.push(mesh::client_answer{answer});
      CHECK(out.event_bytes() == 2 * 42);
      CHECK(read_all(out) ==
            lines{"answer 1", "5 /ns/a: 0000000001", "5 /ns/a: 0000000002", "answer 2"});
      CHECK(out.event_bytes() == 0);
      CHECK(out.answer_bytes() == 0);
    }

    WHEN("more comes and the policy is to disconnect") {
      THEN("it says so and counts what did not fit") {
        CHECK(out.push(events(5, slow_consumer_policy::disconnect, 1, 5)) ==
              outbox::status::refused);
        CHECK(lost(loss_reason::slow_consumer_disconnected) == 2);
        out.abandon(loss_reason::slow_consumer_disconnected);
        CHECK(lost(loss_reason::slow_consumer_disconnected) == 5);
        CHECK(out.empty());
      }
    }

    WHEN("more comes and the policy is to drop the oldest") {
      THEN("the latest are there, also those of one batch, and the client is told") {
        CHECK(out.push(events(5, slow_consumer_policy::drop_oldest, 1, 2)) ==
              outbox::status::taken);
        CHECK(out.push(events(6, slow_consumer_policy::drop_oldest, 3, 6)) ==
              outbox::status::taken);
        CHECK(lost(loss_reason::slow_consumer_dropped_oldest) == 3);
        CHECK(read_all(out) == lines{"6 lost 1", "6 /ns/a: 0000000004", "6 /ns/a: 0000000005",
                                     "6 /ns/a: 0000000006", "5 lost 2"});
      }
    }

    WHEN("more comes and the policy is to drop the newest") {
      THEN("the oldest are there, and the client is told") {
        CHECK(out.push(events(5, slow_consumer_policy::drop_newest, 1, 5)) ==
              outbox::status::taken);
        CHECK(lost(loss_reason::slow_consumer_dropped_newest) == 2);
        CHECK(read_all(out) == lines{"5 lost 2", "5 /ns/a: 0000000001", "5 /ns/a: 0000000002",
                                     "5 /ns/a: 0000000003"});
      }
    }

    WHEN("events were dropped before they came here") {
      out.push(mesh::client_losses{5, 7});
      THEN("the client is told") { CHECK(read_all(out) == lines{"5 lost 7"}); }
    }
  }

  GIVEN("frames that hold one event") {
    outbox out{1'000'000, counters};
    CHECK(out.push(events(5, slow_consumer_policy::disconnect, 1, 3)) == outbox::status::taken);
    THEN("each goes in one of its own") {
      CHECK(read_all(out, 600) ==
            lines{"5 /ns/a: 0000000001", "5 /ns/a: 0000000002", "5 /ns/a: 0000000003"});
    }
    THEN("an event that is larger than a frame is lost") {
      CHECK(read_all(out, 530) == lines{"5 lost 3"});
      CHECK(lost(loss_reason::too_large) == 3);
    }
  }
}

} // namespace actormesh::mesh_client
