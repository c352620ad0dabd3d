#include "net/outbound_queue.hpp"

#include "net/websocket/deflate.hpp"
#include "net/websocket/framer.hpp"
#include "tests/net/scripted_stream.hpp"

#include <catch2/catch.hpp>

#include <cstring>
#include <string>
#include <vector>

using namespace actormesh;
using namespace actormesh::net;
using actormesh::test::scripted_stream;
using config::slow_consumer_policy;
using telemetry::loss_reason;
using event_status = outbound_queue::event_status;
using write_status = outbound_queue::write_status;

namespace {

/// A queue over a stream that does as it is told.
struct fixture {
  scripted_stream socket;
  buffer_pool buffers;
  telemetry::loop_counters counters;
  outbound_queue queue;
  std::shared_ptr<const std::string> prefix = std::make_shared<const std::string>("p:");

  explicit fixture(std::size_t limit = 1024 * 1024,
                   const framer& framing = websocket::message_framer)
    : queue({socket, framing, buffers, counters}, limit) {}

  static event_ptr make(std::string payload) {
    return caf::make_counted<event>(std::move(payload), event::time_point{});
  }

  event_status send(const event_ptr& what,
                    slow_consumer_policy policy = slow_consumer_policy::disconnect) {
    return queue.append_event({prefix, what, what->payload(), websocket::text_message}, policy);
  }

  [[nodiscard]] bool reply(std::string_view text) {
    return queue.append(websocket::text_message, text);
  }

  [[nodiscard]] std::uint64_t lost(loss_reason why) { return counters.lost(why).get(); }
};

/// The frame of a short event.
std::string frame(const std::string& payload) {
  const auto text = "p:" + payload;
  return std::string{'\x81', static_cast<char>(text.size())} + text;
}

/// An event stream as chunks of an HTTP answer, which says the length of each first (HTML section
/// 9.2.5, RFC 9112 section 7.1).
constexpr std::string_view chunk_end = "\n\n\r\n";

std::size_t put_chunk_head(char* out, frame_kind, framer::payload of) noexcept {
  constexpr std::string_view start = "data: ";
  constexpr std::string_view behind_size = "\r\n";
  constexpr std::size_t counted_end = 2;
  const auto size = start.size() + of.own + of.shared + counted_end;
  std::size_t at = 0;
  for (auto shift = 60; shift >= 0; shift -= 4)
    if (const auto digit = (size >> shift) & 0xFU; digit != 0 || at != 0)
      out[at++] = "0123456789abcdef"[digit];
  for (const auto part : {behind_size, start}) {
    std::memcpy(out + at, part.data(), part.size());
    at += part.size();
  }
  return at;
}

constexpr framer chunked_event_stream{put_chunk_head, chunk_end};

/// The chunk of an event.
std::string chunk(const std::string& size, const std::string& payload) {
  return size + "\r\ndata: p:" + payload + "\n\n\r\n";
}

} // namespace

SCENARIO("frames of a turn leave with one write") {
  fixture f;
  CHECK(f.send(f.make("one")) == event_status::taken);
  CHECK(f.reply("reply"));
  CHECK(f.send(f.make("two")) == event_status::taken);
  CHECK(f.queue.append(websocket::kind_of(websocket::opcode::pong), "x"));
  CHECK(f.socket.writes == 0);
  CHECK(f.queue.write() == write_status::done);
  CHECK(f.socket.writes == 1);
  CHECK(f.socket.written == frame("one") + "\x81\x05reply" + frame("two") + "\x8A\x01x");
  CHECK(f.queue.empty());
  CHECK(f.counters.deliveries.get() == 2);
}

SCENARIO("a large event is written where it is") {
  fixture f;
  const auto large = f.make(std::string(40'000, 'e'));
  CHECK(f.send(f.make("one")) == event_status::taken);
  CHECK(f.send(large) == event_status::taken);
  CHECK(f.send(f.make("two")) == event_status::taken);
  const std::string header{"\x81\x7E\x9C\x42p:", 6};
  const auto expected = frame("one") + header + std::string(40'000, 'e') + frame("two");
  WHEN("the socket takes it at once") {
    CHECK(f.queue.write() == write_status::done);
    CHECK(f.socket.writes == 1);
  }
  WHEN("the socket takes it in pieces") {
    f.socket.most_per_write = 977;
    while (f.queue.write() != write_status::done) {
    }
  }
  CHECK(f.socket.written == expected);
  CHECK(f.counters.deliveries.get() == 3);
}

SCENARIO("what the socket does not take waits and goes out in order") {
  fixture f;
  f.socket.room = 10;
  std::string expected;
  for (auto i = 0; i < 5'000; ++i) {
    const auto payload = std::to_string(i);
    expected += frame(payload);
    CHECK(f.send(f.make(payload)) == event_status::taken);
    if (i % 100 == 99)
      CHECK(f.queue.write() == write_status::blocked);
  }
  CHECK(f.reply("reply"));
  expected += "\x81\x05reply";
  CHECK(f.queue.queued_bytes() == expected.size() - 10);
  f.socket.room = expected.size();
  CHECK(f.queue.write() == write_status::done);
  CHECK(f.socket.written == expected);
  CHECK(f.queue.empty());
  CHECK(f.counters.deliveries.get() == 5'000);
}

SCENARIO("a blocked socket bounds large events too") {
  constexpr std::size_t limit = 1024 * 1024;
  fixture f{limit};
  f.socket.room = 0;
  const auto large = f.make(std::string(200'000, 'e'));
  auto status = event_status::taken;
  for (auto i = 0; i < 100 && status == event_status::taken; ++i)
    status = f.send(large);
  CHECK(status == event_status::refused);
  CHECK(f.queue.queued_bytes() <= limit);
}

SCENARIO("a reply longer than a buffer goes out in parts") {
  fixture f;
  const std::string reply(200'000, 'r');
  CHECK(f.send(f.make("one")) == event_status::taken);
  CHECK(f.reply(reply));
  CHECK(f.send(f.make("two")) == event_status::taken);
  CHECK(f.queue.write() == write_status::done);
  const std::string header{"\x81\x7F\0\0\0\0\0\x03\x0D\x40", 10};
  CHECK(f.socket.written == frame("one") + header + reply + frame("two"));
  CHECK(f.queue.empty());
}

SCENARIO("one turn writes a bounded amount to one connection") {
  fixture f{64 * 1024 * 1024};
  f.socket.room = 0;
  const std::string payload(1000, 'x');
  for (auto i = 0; i < 5'000; ++i)
    CHECK(f.send(f.make(payload)) == event_status::taken);
  f.socket.room = SIZE_MAX;
  CHECK(f.queue.write() == write_status::more);
  CHECK(f.socket.written.size() < 1024 * 1024);
  while (f.queue.write() == write_status::more) {
  }
  CHECK(f.queue.empty());
  CHECK(f.counters.deliveries.get() == 5'000);
}

SCENARIO("a queue that is full does what its namespace says") {
  constexpr std::size_t limit = 100'000;
  fixture f{limit};
  f.socket.room = 0;
  const std::string payload(1000, 'x');
  std::size_t sent = 0;
  const auto fill = [&](slow_consumer_policy policy) {
    auto status = event_status::taken;
    for (auto i = 0; i < 300 && status == event_status::taken; ++i, ++sent)
      status = f.send(f.make(std::to_string(i) + payload), policy);
    return status;
  };
  const auto drain = [&] {
    f.socket.room = SIZE_MAX;
    while (f.queue.write() == write_status::more) {
    }
  };

  WHEN("it disconnects") {
    CHECK(fill(slow_consumer_policy::disconnect) == event_status::refused);
    CHECK(f.queue.queued_bytes() <= limit);
    CHECK(f.lost(loss_reason::slow_consumer_disconnected) == 1);
    f.queue.abandon(loss_reason::slow_consumer_disconnected);
    CHECK(f.lost(loss_reason::slow_consumer_disconnected) == sent);
    CHECK(f.counters.deliveries.get() == 0);
  }
  WHEN("it drops the newest") {
    CHECK(fill(slow_consumer_policy::drop_newest) == event_status::taken);
    CHECK(f.queue.queued_bytes() <= limit);
    drain();
    const auto lost = f.lost(loss_reason::slow_consumer_dropped_newest);
    CHECK(lost > 0);
    CHECK(f.counters.deliveries.get() + lost == sent);
    CHECK(f.socket.written.find("p:0x") != std::string::npos);
    CHECK(f.socket.written.find("p:299x") == std::string::npos);
  }
  WHEN("it drops the oldest") {
    // A reply that waits is no event: it stays.
    while (f.queue.queued_bytes() < 80'000)
      CHECK(f.send(f.make("before" + payload)) == event_status::taken);
    const auto before = f.queue.queued_bytes() / (payload.size() + 12);
    CHECK(f.reply("reply"));
    CHECK(fill(slow_consumer_policy::drop_oldest) == event_status::taken);
    CHECK(f.queue.queued_bytes() <= limit + 7);
    // Events that fill the queue leave room for replies.
    CHECK(f.reply("another"));
    drain();
    const auto lost = f.lost(loss_reason::slow_consumer_dropped_oldest);
    CHECK(lost > 0);
    CHECK(f.lost(loss_reason::slow_consumer_dropped_newest) == 0);
    CHECK(f.counters.deliveries.get() + lost == sent + before);
    CHECK(f.socket.written.find("\x81\x05reply") != std::string::npos);
    CHECK(f.socket.written.find("p:299x") != std::string::npos);
  }
}

SCENARIO("replies are bounded too") {
  fixture f{100'000};
  f.socket.room = 0;
  const std::string reply(1000, 'r');
  auto taken = 0;
  while (taken < 1000 && f.reply(reply))
    ++taken;
  CHECK(taken > 0);
  CHECK(taken < 1000);
  CHECK(f.queue.queued_own_bytes() <= 100'000);
  CHECK(f.queue.queued_bytes() <= 100'000 + write_buffer::capacity);
  THEN("a close frame is not refused") {
    f.queue.append_last(websocket::kind_of(websocket::opcode::close), "\x03\xE9");
    f.socket.room = SIZE_MAX;
    while (f.queue.write() == write_status::more) {
    }
    CHECK(f.socket.written.ends_with("\x88\x02\x03\xE9"));
  }
}

SCENARIO("a compressed event shares what is compressed") {
  fixture f;
  const std::string tail = "some text that is the same for all subscribers";
  const auto what = f.make(tail);
  const auto shared = websocket::deflate_tail(tail);
  CHECK(f.queue.append_event({f.prefix, what, shared, websocket::compressed_text_message},
                             slow_consumer_policy::disconnect) == event_status::taken);
  CHECK(f.queue.write() == write_status::done);
  CHECK(static_cast<unsigned char>(f.socket.written[0]) == 0xC1);
  const auto text = websocket::inflate_message(std::string_view{f.socket.written}.substr(2), 1000);
  CHECK(text.text.value_or("(broken)") == "p:" + tail);
}

SCENARIO("a broken socket loses nothing uncounted, whenever it breaks") {
  // The fail loop: break the first write, then the second, until none is broken any more.
  for (std::size_t fail_at = 1;; ++fail_at) {
    fixture f;
    f.socket.fail_at_write = fail_at;
    f.socket.most_per_write = 20'000;
    std::size_t offered = 0;
    auto failed = false;
    for (auto i = 0; i < 100 && !failed; ++i) {
      const auto status = f.send(f.make(std::string(1000, 'x')));
      ++offered;
      if (status == event_status::failed) {
        failed = true;
        f.counters.lost(loss_reason::connection_closed).add();
      }
    }
    failed = failed || f.queue.write() == write_status::failed;
    if (failed)
      f.queue.abandon(loss_reason::connection_closed);
    INFO("write " << fail_at << " fails");
    CHECK(f.counters.deliveries.get() + f.lost(loss_reason::connection_closed) == offered);
    CHECK(f.queue.empty());
    if (!failed)
      break;
  }
}

SCENARIO("a queue writes what its framer says") {
  constexpr auto message = frame_kind{};
  fixture f{1024 * 1024, chunked_event_stream};
  const std::string large(40'000, 'e');
  CHECK(f.queue.append_raw("HTTP/1.1 200 OK\r\n\r\n"));
  CHECK(f.send(f.make("one")) == event_status::taken);
  CHECK(f.queue.append(message, "reply"));
  CHECK(f.send(f.make(large)) == event_status::taken);
  f.queue.append_last(message, "bye");
  auto expected = "HTTP/1.1 200 OK\r\n\r\n" + chunk("d", "one") + "d\r\ndata: reply\n\n\r\n" +
                  chunk("9c4a", large) + "b\r\ndata: bye\n\n\r\n";
  CHECK(f.queue.queued_bytes() == expected.size());
  std::uint64_t events = 2;
  WHEN("the socket takes it at once") {
    CHECK(f.queue.write() == write_status::done);
    CHECK(f.socket.writes == 1);
  }
  WHEN("the socket takes it in pieces") {
    f.socket.most_per_write = 7;
    CHECK(f.queue.write() == write_status::done);
  }
  WHEN("it has waited behind a full socket") {
    f.socket.room = 0;
    CHECK(f.queue.write() == write_status::blocked);
    CHECK(f.send(f.make("two")) == event_status::taken);
    ++events;
    CHECK(f.queue.append(message, "three"));
    expected += chunk("d", "two") + "d\r\ndata: three\n\n\r\n";
    CHECK(f.queue.queued_bytes() == expected.size());
    f.socket.room = SIZE_MAX;
    CHECK(f.queue.write() == write_status::done);
  }
  CHECK(f.socket.written == expected);
  CHECK(f.counters.deliveries.get() == events);
  CHECK(f.queue.empty());
}
