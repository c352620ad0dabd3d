#include "actors/system.hpp"
#include "net/websocket/socket.hpp"
#include "tests/net/paired_stream.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <catch2/catch.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

using namespace actormesh;
using namespace std::chrono_literals;
using telemetry::loss_reason;
using websocket::close_code;

namespace {

using lines = std::vector<std::string>;

/// What the upper layer was told, and what it does about it. Outlives the edge.
struct script {
  lines said;
  std::function<void(websocket::socket&, std::string_view)> react = [](auto&, auto) {};
  std::optional<close_code> code; ///< Of everything, if it has a mind of its own.

  lines take() { return std::exchange(said, {}); }
};

class test_edge final : public edge, public websocket::upper_layer {
public:
  websocket::socket socket;

  test_edge(net::event_loop& loop, connection& owner, script& play, websocket::socket::options how)
    : socket(loop, owner, *this, std::move(how))
    , owner_(owner)
    , play_(play) {}

  void subscribed(const subscription&) override {}
  void deliver(const subscription& what, const event_batch& batch) override {
    socket.deliver(what, batch,
                   [](const event& one) { return websocket::shared_part{one.payload()}; });
  }
  void turn_ended() override { socket.turn_ended(); }

  void on_text(std::string_view text) override {
    play_.said.push_back("text " + std::string{text});
    play_.react(socket, text);
  }
  void on_binary(std::string_view bytes) override {
    play_.said.push_back("binary " + std::string{bytes});
  }
  void on_closed(close_reason why) override {
    play_.said.push_back(std::string{"closed "} + to_string(why));
    owner_.closed();
  }
  [[nodiscard]] close_code code_of(close_reason why) const noexcept override {
    return play_.code.value_or(websocket::close_code_of(why));
  }

private:
  connection& owner_;
  script& play_;
};

caf::actor_system& actor_system() {
  static auto* const runtime = new actor_runtime; // Outlives the thread-locals its end needs.
  return runtime->system();
}

/// A masked frame; the mask is zero, so that the payload can be read in a dump.
std::string frame(unsigned first, const std::string& payload) {
  std::string out{static_cast<char>(first)};
  if (payload.size() < 126)
    out.push_back(static_cast<char>(0x80U | payload.size()));
  else
    out.append({static_cast<char>(0xFE), static_cast<char>(payload.size() >> 8U),
                static_cast<char>(payload.size() & 0xFFU)});
  return out.append(4, '\0') + payload;
}

std::string text(const std::string& payload) { return frame(0x81, payload); }

const std::string close_1000{"\x03\xE8"};

struct beginning {
  std::string rest = {}; ///< What came behind the upgrade.
  bool binary = false;
};

/// A socket over a real stream, and the loop it is on, which runs when the test says so.
struct fixture {
  script play;
  websocket::socket_settings settings;
  net::event_loop loop{actor_system(), 0, {}};
  std::unique_ptr<test::peer_end> peer;
  spawned<connection> owner;
  websocket::socket* socket = nullptr;

  explicit fixture(const std::function<void(websocket::socket_settings&)>& change = [](auto&) {}) {
    change(settings);
    loop.actors().bind_to_this_thread();
    loop.channels().object->connect({loop.channels().handle});
  }

  ~fixture() {
    if (owner.object != nullptr && owner.object->wire() != nullptr)
      socket->cut_off();
    loop.stop();
    loop.run();
  }

  fixture(const fixture&) = delete;
  fixture& operator=(const fixture&) = delete;

  /// Makes the connection; the client gets `101`, a line.
  fixture& begin(const beginning& options = {}) {
    auto [node, client] = test::make_stream_pair(loop.io());
    peer = std::move(client);
    owner = spawn_on<connection>(loop.actors(), connection::limits{},
                                 connection::address{"c-1", boost::asio::ip::address{}});
    auto wire = std::make_unique<test_edge>(loop, *owner.object, play,
                                            websocket::socket::options{.settings = settings,
                                                                       .below = std::move(node),
                                                                       .deflate = false,
                                                                       .binary = options.binary});
    socket = &wire->socket;
    owner.object->begin(std::move(wire));
    socket->start("101\n", options.rest);
    return *this;
  }

  /// A connection whose client has got its `101`.
  fixture& open(const beginning& options = {}) {
    begin(options);
    run();
    REQUIRE(peer->read() == "101\n");
    return *this;
  }

  /// Lets the loop run until it has nothing to do.
  void run() {
    for (auto busy = true; busy;) {
      busy = loop.io().poll() != 0;
      busy = loop.actors().finish_turn() || busy;
    }
  }

  void say(const std::string& bytes) {
    REQUIRE(peer->write(bytes) == bytes.size());
    run();
  }

  /// Reads until the node has nothing more to write.
  std::string read_all() {
    std::string all;
    for (auto got = peer->read(); !got.empty(); got = peer->read()) {
      all += got;
      run();
    }
    return all;
  }

  /// Sends messages until one has to wait in the queue. Returns their frames.
  std::string fill() {
    const std::string payload(1000, 'f');
    std::string sent;
    for (auto i = 0; i < 64; ++i) {
      socket->send(payload);
      sent += std::string{"\x81\x7E\x03\xE8", 4} + payload;
      run();
    }
    return sent;
  }

  /// Lets time pass, in which the loop has no time for anything else.
  void pass_busily(std::chrono::milliseconds time) {
    now_ += time;
    while (loop.timers().advance(now_, 100)) {
    }
  }

  /// Lets time pass.
  void pass(std::chrono::milliseconds time) {
    pass_busily(time);
    run();
  }

  void publish(const std::vector<std::string>& payloads) {
    std::vector<event_ptr> events;
    for (const auto& each : payloads)
      events.emplace_back(caf::make_counted<event>(each, std::chrono::steady_clock::now()));
    const auto batch = caf::make_counted<event_batch>("api/ns/a", std::move(events));
    REQUIRE(loop.actors().channels().publish(batch));
  }

  void subscribe(config::slow_consumer_policy policy) {
    REQUIRE(owner.object->subscribe(
                {"s", "api/ns/a", policy, std::make_shared<const std::string>("p:")}) ==
            connection::subscribe_result::pending);
    run();
  }

  [[nodiscard]] std::uint64_t lost(loss_reason why) { return loop.counters().lost(why).get(); }
  [[nodiscard]] bool gone() const { return owner.object->wire() == nullptr; }

private:
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{
      loop.io().get_executor()};
  net::timer_wheel::time_point now_ = std::chrono::steady_clock::now();
};

} // namespace

SCENARIO("a socket hands messages up and answers control frames itself") {
  fixture f;
  f.open();
  f.say(text("one") + frame(0x89, "ping") + frame(0x01, "tw") + frame(0x8A, "pong") +
        frame(0x80, "o"));
  CHECK(f.play.take() == lines{"text one", "text two"});
  CHECK(f.peer->read() == "\x8A\x04ping");
  f.socket->send("reply");
  f.socket->send("another");
  f.run();
  CHECK(f.peer->read() == "\x81\x05reply\x81\x07"
                          "another");
  CHECK(f.owner.object->id() == "c-1");
}

SCENARIO("what came behind the upgrade is the first input") {
  fixture f;
  f.play.react = [](auto& socket, auto said) { socket.send(said); };
  f.begin({.rest = text("one") + text("two").substr(0, 3)}).run();
  CHECK(f.play.take() == lines{"text one"});
  CHECK(f.peer->read() == "101\n\x81\x03one");
  f.say(text("two").substr(3));
  CHECK(f.play.take() == lines{"text two"});
}

SCENARIO("the peer closes") {
  fixture f;
  f.open();
  WHEN("with a code") {
    f.say(frame(0x88, "\x0F\xA0why") + text("late"));
    THEN("it gets its code back, behind what waits, and the end") {
      CHECK(f.peer->read() == "\x88\x02\x0F\xA0");
    }
  }
  WHEN("without a code") {
    f.say(frame(0x88, ""));
    THEN("it gets 1000") { CHECK(f.peer->read() == "\x88\x02\x03\xE8"); }
  }
  CHECK(f.peer->ended());
  CHECK(f.play.take() == lines{"closed client_closed"});
  CHECK(f.gone());
}

SCENARIO("the peer ends the stream") {
  fixture f;
  f.open();
  WHEN("the socket is open") {
    f.peer->close();
    f.run();
    CHECK(f.play.take() == lines{"closed client_gone"});
  }
  WHEN("it has been told why") {
    f.socket->close(close_reason::lifetime_over);
    f.run();
    f.peer->close();
    f.run();
    CHECK(f.play.take() == lines{"closed lifetime_over"});
  }
  CHECK(f.gone());
}

SCENARIO("the node closes") {
  fixture f;
  f.open();
  f.socket->send("last");
  f.socket->close(close_reason::going_away);
  f.socket->send("too late");
  CHECK_FALSE(f.socket->is_open());
  f.run();
  CHECK(f.peer->read() == "\x81\x04last\x88\x02\x03\xE9");
  THEN("it writes no more, and waits for the peer's half") {
    CHECK(f.peer->ended());
    CHECK(f.play.take().empty());
    AND_WHEN("the peer says something else") {
      f.say(text("not seen") + frame(0x89, "not answered"));
      CHECK(f.play.take().empty());
    }
    AND_WHEN("it breaks the protocol") {
      f.say("\xFF\xFF");
      CHECK(f.play.take().empty());
    }
    AND_WHEN("the node closes again") { f.socket->close(close_reason::lifetime_over); }
    f.say(frame(0x88, close_1000));
    if (f.play.said.empty()) // What follows broken input means nothing.
      f.peer->close();
    f.run();
    CHECK(f.play.take() == lines{"closed going_away"});
  }
  THEN("it waits for so long") {
    f.pass(f.settings.close_timeout + 1s);
    CHECK(f.play.take() == lines{"closed close_timeout"});
  }
  THEN("the node may stop waiting: the peer has been told") {
    f.socket->cut_off();
    CHECK(f.play.take() == lines{"closed going_away"});
  }
}

SCENARIO("both sides close at once") {
  fixture f;
  f.open();
  auto sent = f.fill();
  f.socket->close(close_reason::lifetime_over);
  sent += "\x88\x02\x03\xE8";
  // Ours is behind what the peer has not read yet.
  f.say(frame(0x88, close_1000));
  CHECK(f.play.take().empty());
  THEN("nobody waits for an answer") {
    CHECK(f.read_all() == sent);
    CHECK(f.peer->ended());
    CHECK(f.play.take() == lines{"closed lifetime_over"});
  }
}

SCENARIO("a peer that does not read gets no close frame in time") {
  fixture f;
  f.open();
  static_cast<void>(f.fill());
  WHEN("its life is over") {
    f.socket->close(close_reason::lifetime_over);
    f.pass(f.settings.close_timeout + 1s);
    CHECK(f.play.take() == lines{"closed close_timeout"});
  }
  WHEN("the node stops") {
    f.socket->close(close_reason::going_away);
    f.pass(f.settings.close_timeout + 1s);
    CHECK(f.play.take() == lines{"closed drain_timeout"});
  }
  WHEN("the node stops at once") {
    f.socket->cut_off();
    CHECK(f.play.take() == lines{"closed drain_timeout"});
  }
  WHEN("the node stops at once when it was about to close") {
    f.socket->close(close_reason::going_away);
    f.socket->cut_off();
    CHECK(f.play.take() == lines{"closed drain_timeout"});
  }
  f.run();
  CHECK(f.gone());
}

TEST_CASE("each reason has its close code, unless the protocol has another") {
  const auto [why, code] = GENERATE(table<close_reason, unsigned>({
      {close_reason::unauthorized, 1000},
      {close_reason::refused, 1000},
      {close_reason::protocol_error, 1002},
      {close_reason::message_timeout, 1008},
      {close_reason::token_expired, 1000},
      {close_reason::lifetime_over, 1000},
      {close_reason::going_away, 1001},
      {close_reason::drain_timeout, 1001},
  }));
  CHECK(static_cast<unsigned>(websocket::close_code_of(why)) == code);
  fixture f;
  f.play.code = close_code::try_again_later;
  f.open();
  f.socket->close(why);
  f.run();
  CHECK(f.peer->read() == "\x88\x02\x03\xF5");
}

SCENARIO("input that breaks the protocol") {
  fixture f;
  f.open();
  const auto [bytes, code] = GENERATE(table<std::string, std::string>({
      {frame(0x82, "b"), "\x03\xEB"},            // 1003: binary
      {frame(0x81, "\xC3\x28"), "\x03\xEF"},     // 1007: not UTF-8
      {frame(0x83, "x"), "\x03\xEA"},            // 1002: unknown opcode
      {std::string{"\x81\x01x", 3}, "\x03\xEA"}, // 1002: not masked
  }));
  f.say(text("good") + bytes + text("not seen"));
  THEN("is answered with its code, and the rest is thrown away") {
    CHECK(f.peer->read() == "\x88\x02" + code);
    CHECK(f.play.take() == lines{"text good"});
    CHECK(f.loop.counters().protocol_errors.get() == 1);
    f.say(text("nor this") + frame(0x88, close_1000));
    CHECK(f.play.take().empty());
    f.peer->close();
    f.run();
    CHECK(f.play.take() == lines{"closed protocol_error"});
  }
}

SCENARIO("a protocol may have binary messages") {
  fixture f;
  f.open({.binary = true});
  f.say(frame(0x82, "\xFF\xFE") + text("t"));
  CHECK(f.play.take() == lines{"binary \xFF\xFE", "text t"});
  f.socket->send_binary("\xFD");
  f.run();
  CHECK(f.peer->read() == "\x82\x01\xFD");
}

SCENARIO("messages may be limited further") {
  fixture f;
  f.open();
  f.socket->limit_messages(4);
  f.say(text("four"));
  CHECK(f.play.take() == lines{"text four"});
  f.say(text("5 now"));
  CHECK(f.peer->read() == "\x88\x02\x03\xF1");
}

SCENARIO("a pause hands nothing up, and loses nothing") {
  fixture f;
  f.play.react = [](auto& socket, auto said) {
    if (said == "pause")
      socket.pause();
    if (said == "twice") {
      socket.pause();
      socket.pause();
    }
    if (said == "short") {
      socket.pause();
      socket.resume();
    }
  };
  GIVEN("a message that pauses, with others behind it") {
    f.open();
    f.say(text("pause") + text("two") + text("pause") + text("four") + text("five").substr(0, 5));
    f.say(text("five").substr(5) + text("six"));
    CHECK(f.play.take() == lines{"text pause"});
    THEN("they come when it is over, in order") {
      f.socket->resume();
      f.run();
      CHECK(f.play.take() == lines{"text two", "text pause"});
      f.socket->resume();
      f.run();
      CHECK(f.play.take() == lines{"text four", "text five", "text six"});
    }
    THEN("replies go out meanwhile") {
      f.socket->send("reply");
      f.run();
      CHECK(f.peer->read() == "\x81\x05reply");
    }
    THEN("closing ends it, and what waits is not handed up any more") {
      f.socket->close(close_reason::lifetime_over);
      f.run();
      CHECK(f.peer->read() == "\x88\x02\x03\xE8");
      f.socket->resume(); // Whoever paused does not know.
      f.say(frame(0x88, close_1000));
      CHECK(f.play.take() == lines{"closed lifetime_over"});
    }
    THEN("it may be cut off") {
      f.socket->cut_off();
      CHECK(f.play.take() == lines{"closed drain_timeout"});
    }
  }
  GIVEN("a close frame among what waits") {
    f.open();
    f.say(text("pause") + text("two") + frame(0x88, close_1000));
    CHECK(f.play.take() == lines{"text pause"});
    f.socket->resume();
    f.run();
    CHECK(f.play.take() == lines{"text two", "closed client_closed"});
  }
  GIVEN("pauses that add up") {
    f.open();
    f.say(text("twice") + text("two"));
    f.socket->resume();
    f.run();
    CHECK(f.play.take() == lines{"text twice"});
    f.socket->resume();
    CHECK(f.play.take() == lines{"text two"});
  }
  GIVEN("a pause that is over within the call") {
    f.open();
    f.say(text("short") + text("two"));
    CHECK(f.play.take() == lines{"text short", "text two"});
  }
  GIVEN("a pause while the socket waits for input") {
    f.open();
    f.socket->pause();
    f.say(text("one"));
    CHECK(f.play.take().empty());
    f.socket->resume();
    f.run();
    CHECK(f.play.take() == lines{"text one"});
  }
  GIVEN("a pause before the beginning") {
    f.play.react = [](auto&, auto) {};
    f.begin({.rest = text("none yet")});
    f.play.take();
    f.socket->pause();
    f.say(text("one"));
    CHECK(f.play.take().empty());
    f.socket->resume();
    f.run();
    CHECK(f.play.take() == lines{"text one"});
  }
}

SCENARIO("a message that has begun has to end") {
  fixture f;
  f.open();
  const auto late = f.settings.message_timeout + 1s;
  f.say(text("slow").substr(0, 7));
  WHEN("it does not") {
    f.pass(late);
    CHECK(f.peer->read() == "\x88\x02\x03\xF0");
    CHECK(f.loop.counters().protocol_errors.get() == 1);
    f.say(frame(0x88, close_1000)); // Is payload of the message; the end of the stream counts.
    f.peer->close();
    f.run();
    CHECK(f.play.take() == lines{"closed message_timeout"});
  }
  WHEN("it does") {
    f.say(text("slow").substr(7));
    f.pass(late);
    CHECK(f.play.take() == lines{"text slow"});
    CHECK(f.peer->read().empty());
  }
  WHEN("another one has begun since") {
    f.say(text("slow").substr(7) + text("next").substr(0, 7));
    f.pass(late);
    CHECK(f.socket->is_open());
    f.pass(late);
    CHECK_FALSE(f.socket->is_open());
  }
  WHEN("the node itself does not read") {
    f.socket->pause();
    f.pass(late);
    CHECK(f.socket->is_open());
    f.socket->resume();
    f.pass(late);
    CHECK_FALSE(f.socket->is_open());
  }
}

SCENARIO("pings find out who is gone") {
  fixture f{[](auto& settings) {
    settings.ping_interval = 10s;
    settings.pong_timeout = 4s;
  }};
  f.open();
  f.pass(5s);
  CHECK(f.peer->read().empty());
  f.pass(6s);
  CHECK(f.peer->read() == std::string{"\x89\0", 2});
  WHEN("nothing comes") {
    f.pass(5s);
    CHECK(f.play.take() == lines{"closed ping_timeout"});
    CHECK(f.gone());
  }
  WHEN("a pong comes") {
    f.say(frame(0x8A, ""));
    f.pass(5s);
    CHECK(f.socket->is_open());
    THEN("the next ping follows in time") {
      CHECK(f.peer->read().empty());
      f.pass(7s);
      CHECK(f.peer->read() == std::string{"\x89\0", 2});
      f.pass(5s);
      CHECK(f.play.take() == lines{"closed ping_timeout"});
    }
  }
  WHEN("something else comes") {
    f.say(text("busy"));
    f.pass(5s);
    CHECK(f.socket->is_open());
  }
  WHEN("the loop is late to read the answer") {
    REQUIRE(f.peer->write(frame(0x8A, "")) != 0);
    f.pass(5s);
    CHECK(f.socket->is_open());
  }
  WHEN("the loop is late to read what pauses") {
    f.play.react = [](auto& socket, auto said) {
      if (said == "pause")
        socket.pause();
    };
    REQUIRE(f.peer->write(text("pause") + text("two")) != 0);
    f.pass_busily(5s);
    REQUIRE(f.peer->write(text("three")) != 0);
    f.run();
    CHECK(f.play.take() == lines{"text pause"});
    f.socket->resume();
    f.run();
    CHECK(f.play.take() == lines{"text two", "text three"});
  }
  WHEN("the end of the stream comes instead") {
    f.peer->close();
    f.pass(5s);
    CHECK(f.play.take() == lines{"closed client_gone"});
  }
  WHEN("the node itself does not read") {
    f.socket->pause();
    f.pass(5s);
    CHECK(f.socket->is_open());
  }
}

SCENARIO("a peer that takes something is not gone") {
  fixture f{[](auto& settings) {
    settings.ping_interval = 10s;
    settings.pong_timeout = 4s;
  }};
  f.open();
  const auto sent = f.fill();
  f.pass(11s);
  WHEN("it reads, and finds the ping behind the rest") {
    CHECK(f.read_all() == sent + std::string{"\x89\0", 2});
    f.pass(5s);
    CHECK(f.socket->is_open());
    f.pass(7s);
    f.pass(5s);
    CHECK(f.play.take() == lines{"closed ping_timeout"});
  }
  WHEN("it does not read") {
    f.pass(5s);
    CHECK(f.play.take() == lines{"closed ping_timeout"});
  }
}

SCENARIO("a peer that does not read replies is not read from") {
  fixture f{[](auto& settings) { settings.queue_bytes = 16U * 1024 * 1024; }};
  const std::string reply(10'000, 'r');
  f.play.react = [&](auto& socket, auto) { socket.send(reply); };
  f.open();
  // Each message makes a reply; as they come one by one, the bound shows.
  std::size_t said = 0;
  while (f.peer->write(text("ask")) != 0 && said < 10'000) {
    ++said;
    f.run();
  }
  CHECK(f.play.said.size() < said);
  CHECK(f.play.said.size() * reply.size() < 400'000);
  THEN("all of them are answered when it does") {
    const auto got = f.read_all();
    CHECK(f.play.said.size() == said);
    CHECK(got.size() == said * (reply.size() + 4));
  }
}

SCENARIO("a peer whose replies fill the queue is disconnected") {
  fixture f{[](auto& settings) { settings.queue_bytes = 64 * 1024; }};
  f.open();
  f.play.react = [](auto& socket, auto) {
    const std::string reply(1000, 'r');
    for (auto i = 0; i < 1000; ++i)
      socket.send(reply); // Goes on after the end: that does no harm.
    socket.close(close_reason::lifetime_over);
    socket.pause();
    socket.resume();
  };
  f.say(text("one") + text("two"));
  CHECK(f.play.take() == lines{"text one", "closed slow_consumer"});
  CHECK(f.gone());
}

SCENARIO("the end within a callback is the end") {
  fixture f;
  f.open();
  f.play.react = [](auto& socket, auto) { socket.cut_off(); };
  f.say(text("one") + text("two"));
  CHECK(f.play.take() == lines{"text one", "closed drain_timeout"});
  CHECK(f.gone());
  CHECK(f.loop.counters().protocol_errors.get() == 0);
}

SCENARIO("every event is counted once, however the connection ends") {
  fixture f{[](auto& settings) { settings.queue_bytes = 64 * 1024; }};
  f.open();
  const std::vector<std::string> batch(10, std::string(1000, 'e'));
  const auto counted = [&] {
    return f.loop.counters().deliveries.get() + f.lost(loss_reason::slow_consumer_disconnected) +
           f.lost(loss_reason::connection_closed) + f.lost(loss_reason::drain_timeout) +
           f.lost(loss_reason::slow_consumer_dropped_oldest);
  };
  WHEN("the peer reads") {
    f.subscribe(config::slow_consumer_policy::disconnect);
    f.publish({"1", "2"});
    f.run();
    CHECK(f.peer->read() == "\x81\x03p:1\x81\x03p:2");
    CHECK(f.loop.counters().deliveries.get() == 2);
  }
  WHEN("it is too slow") {
    f.subscribe(config::slow_consumer_policy::disconnect);
    std::uint64_t offered = 0;
    for (; f.play.said.empty() && offered < 1000; offered += batch.size()) {
      f.publish(batch);
      f.run();
    }
    CHECK(f.play.take() == lines{"closed slow_consumer"});
    CHECK(f.lost(loss_reason::slow_consumer_disconnected) > 50);
    CHECK(counted() == offered);
  }
  WHEN("it is cut off") {
    f.subscribe(config::slow_consumer_policy::drop_oldest);
    for (auto i = 0; i < 20; ++i) {
      f.publish(batch);
      f.run();
    }
    f.socket->cut_off();
    f.run();
    CHECK(f.lost(loss_reason::drain_timeout) > 0);
    CHECK(counted() == 200);
  }
  WHEN("it is gone") {
    f.subscribe(config::slow_consumer_policy::disconnect);
    f.peer->close();
    f.publish(batch);
    f.run();
    CHECK(f.play.take() == lines{"closed client_gone"});
    CHECK(counted() == 10);
    CHECK(f.lost(loss_reason::connection_closed) == 10);
  }
  WHEN("the node has closed it") {
    f.subscribe(config::slow_consumer_policy::disconnect);
    f.socket->close(close_reason::going_away);
    f.publish(batch);
    f.run();
    CHECK(f.lost(loss_reason::connection_closed) == 10);
    CHECK(f.peer->read() == "\x88\x02\x03\xE9");
  }
}
