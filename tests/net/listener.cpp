// How connections begin at an address: plain, by TLS, or both, with and without a proxy in front.

#include "net/listener.hpp"

#include "actors/system.hpp"
#include "net/event_loop.hpp"
#include "tests/net/tls_fixtures.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <catch2/catch.hpp>
#include <openssl/sslerr.h>

#include <array>
#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include <sys/socket.h>

using namespace actormesh;
using namespace actormesh::test;
using namespace std::chrono_literals;
using boost::asio::ip::tcp;
using config::tls_mode;

namespace {

authority& ca() {
  static authority made;
  return made;
}

caf::actor_system& actor_system() {
  static auto* const runtime = new actor_runtime; // Outlives the thread-locals its end needs.
  return runtime->system();
}

/// Greets with `plain ADDRESS` or `tls ADDRESS` and a line feed, and then sends back what it gets.
class echo final : public std::enable_shared_from_this<echo>, public net::client {
public:
  explicit echo(std::unique_ptr<net::stream> socket)
    : socket_(std::move(socket)) {}

  void start(net::event_loop& loop) {
    loop.add(*this);
    write((socket_->is_tls() ? "tls " : "plain ") + socket_->remote_address().to_string() + '\n');
    wait();
  }

  void drain() override { cut_off(); }
  void cut_off() override { socket_->close(); }

private:
  void wait() {
    socket_->when_readable([self = shared_from_this()](boost::system::error_code failed) {
      if (!failed)
        self->read();
    });
  }

  void read() {
    std::array<char, 1024> buffer;
    const auto got = socket_->read(buffer);
    if (got.outcome == net::stream::status::ok)
      write({buffer.data(), got.bytes});
    else if (got.outcome != net::stream::status::would_block)
      return socket_->close();
    wait();
  }

  void write(std::string_view bytes) {
    const iovec piece{const_cast<char*>(bytes.data()), bytes.size()};
    if (socket_->write({&piece, 1}).bytes != bytes.size())
      socket_->close();
  }

  std::unique_ptr<net::stream> socket_;
};

/// A loop on a thread that listens on one address.
class served {
public:
  explicit served(net::prologue_options how)
    : loop_(actor_system(), 0, {}) {
    auto bound = net::listener::bind(
        loop_, {boost::asio::ip::address_v4::loopback(), 0},
        [this](std::unique_ptr<net::stream> socket) {
          std::make_shared<echo>(std::move(socket))->start(loop_);
        },
        std::move(how));
    REQUIRE(bound.has_value());
    listener_ = std::move(*bound);
    listener_->start();
    loop_.channels().object->connect({loop_.channels().handle});
    thread_ = std::thread{[this] { loop_.run(); }};
  }

  ~served() {
    on_loop([&] { listener_->close(); });
    loop_.stop();
    thread_.join();
  }

  served(const served&) = delete;
  served& operator=(const served&) = delete;

  tcp::socket connect() {
    tcp::socket made{clients_};
    made.connect(listener_->where());
    const timeval limit{patience.count(), 0};
    ::setsockopt(made.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    return made;
  }

  template <class Function> void on_loop(Function what) {
    std::promise<void> done;
    loop_.post([&] {
      what();
      done.set_value();
    });
    done.get_future().wait();
  }

  net::listener& listening() noexcept { return *listener_; }
  net::event_loop& loop() noexcept { return loop_; }

private:
  boost::asio::io_context clients_;
  net::event_loop loop_;
  std::unique_ptr<net::listener> listener_;
  std::thread thread_;
};

const net::tls::certificate_source& certificates() {
  static auto* const source = [] {
    auto* const made = new net::tls::certificate_source;
    static_cast<void>(made->load(ca().issue()));
    return made;
  }();
  return *source;
}

net::prologue_options options(tls_mode mode) {
  return {.tls = mode, .certificates = &certificates()};
}

void say(tcp::socket& to, std::string_view bytes) {
  REQUIRE(::send(to.native_handle(), bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
          static_cast<ssize_t>(bytes.size()));
}

/// Reads so many bytes, or all until the end.
std::string hear(tcp::socket& from, std::size_t most = SIZE_MAX) {
  std::string heard;
  std::array<char, 1024> buffer;
  while (heard.size() < most) {
    const auto got = ::recv(from.native_handle(), buffer.data(),
                            std::min(buffer.size(), most - heard.size()), 0);
    if (got <= 0)
      break;
    heard.append(buffer.data(), static_cast<std::size_t>(got));
  }
  return heard;
}

/// Whether the other side ends the connection, within the patience of tests.
bool ends(tcp::socket& socket) {
  char byte = 0;
  for (;;) {
    const auto got = ::recv(socket.native_handle(), &byte, 1, 0);
    if (got == 0 || (got < 0 && errno == ECONNRESET))
      return true;
    if (got < 0)
      return false;
  }
}

template <class Predicate> bool until(tls_client& client, const Predicate& is_so) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!is_so() && std::chrono::steady_clock::now() < deadline)
    client.step();
  return is_so();
}

bool converse(tls_client& client, const std::string& text) {
  client.send(text);
  return until(client, [&] { return client.received.ends_with(text); });
}

/// A header of the PROXY protocol, version 2, for 192.0.2.7:1234.
const std::string proxy_header{
    "\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0C\xC0\0\x02\x07\x7F\0\0\x01\x04\xD2"
    "\0\x50",
    28};

} // namespace

TEST_CASE("an address without TLS") {
  served node{{}};
  auto client = node.connect();
  const std::string hello = "plain 127.0.0.1\n";
  CHECK(hear(client, hello.size()) == hello);
  say(client, "x");
  CHECK(hear(client, 1) == "x");
}

TEST_CASE("an address with TLS") {
  served node{options(tls_mode::on)};
  SECTION("a client with TLS") {
    tls_client client{node.connect()};
    REQUIRE(converse(client, "x"));
    CHECK(client.received == "tls 127.0.0.1\nx");
  }
  SECTION("what the client sends right behind its handshake is there") {
    for (const auto version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
      tls_client client{node.connect(), {.newest = version}};
      client.send("early");
      REQUIRE(until(client, [&] { return client.received.ends_with("early"); }));
    }
  }
  SECTION("a client without") {
    auto client = node.connect();
    say(client, "GET / HTTP/1.1\r\n\r\n");
    CHECK(ends(client));
  }
}

TEST_CASE("an address for both") {
  served node{options(tls_mode::both)};
  tls_client secure{node.connect()};
  REQUIRE(converse(secure, "x"));
  CHECK(secure.received == "tls 127.0.0.1\nx");

  auto plain = node.connect();
  const std::string hello = "plain 127.0.0.1\nGET";
  say(plain, "GET");
  CHECK(hear(plain, hello.size()) == hello);
}

TEST_CASE("clients that never begin") {
  auto how = options(GENERATE(tls_mode::on, tls_mode::both));
  how.timeout = 100ms;
  served node{std::move(how)};
  SECTION("without a byte") {
    auto client = node.connect();
    CHECK(ends(client));
  }
  SECTION("with half a handshake") {
    auto client = node.connect();
    say(client, std::string_view{"\x16\x03\x01\x02\0\x01\0\x01\xFC", 9});
    CHECK(ends(client));
  }
  SECTION("that leave") {
    auto client = node.connect();
    client.shutdown(tcp::socket::shutdown_send);
    CHECK(ends(client));
  }
}

TEST_CASE("the time for beginning is not that of clients that have begun") {
  auto how = options(tls_mode::on);
  how.timeout = 2s; // A handshake takes that long nowhere.
  served node{std::move(how)};
  tls_client client{node.connect()};
  REQUIRE(converse(client, "x"));
  auto silent = node.connect();
  CHECK(ends(silent));
  CHECK(converse(client, "y"));
}

TEST_CASE("an address that is closed while connections begin") {
  served node{options(tls_mode::on)};
  SECTION("those that shake hands then are not handed over") {
    tls_client client{node.connect()};
    client.handshake();
    client.move_bytes();
    node.on_loop([&] { node.listening().close(); });
    REQUIRE(until(client, [&] { return client.fin; }));
    CHECK(client.received.empty());
  }
  SECTION("a drain ends them") {
    auto client = node.connect();
    say(client, std::string_view{"\x16\x03", 2});
    // It has been accepted when a later one is served.
    tls_client later{node.connect()};
    REQUIRE(converse(later, "x"));
    node.on_loop([&] {
      node.listening().close();
      node.loop().drain();
    });
    CHECK(ends(client));
  }
}

TEST_CASE("a new certificate is for new connections") {
  net::tls::certificate_source source;
  REQUIRE(source.load(ca().issue()).empty());
  served node{{.tls = tls_mode::on, .certificates = &source}};
  tls_client before{node.connect()};
  REQUIRE(converse(before, "x"));

  REQUIRE(source.load(ca().issue()).empty());
  tls_client after{node.connect()};
  REQUIRE(converse(after, "y"));
  CHECK(after.certificate() != before.certificate());
  CHECK(converse(before, "z"));

  REQUIRE(config::has_errors(source.load({"none.pem", "none.key"})));
  tls_client third{node.connect()};
  REQUIRE(converse(third, "y"));
  CHECK(third.certificate() == after.certificate());
}

TEST_CASE("a proxy says whom it speaks for") {
  const auto mode = GENERATE(tls_mode::off, tls_mode::on, tls_mode::both);
  auto how = options(mode);
  how.is_proxy = [](const auto& address) { return address.is_loopback(); };
  served node{std::move(how)};

  SECTION("the client's bytes come right behind") {
    auto socket = node.connect();
    if (mode == tls_mode::off) {
      say(socket, proxy_header + "x");
      const std::string hello = "plain 192.0.2.7\nx";
      CHECK(hear(socket, hello.size()) == hello);
    } else {
      tls_client client{std::move(socket)};
      client.raw(proxy_header);
      REQUIRE(converse(client, "x"));
      CHECK(client.received == "tls 192.0.2.7\nx");
    }
  }
  SECTION("the header comes byte by byte") {
    auto socket = node.connect();
    for (const char each : proxy_header)
      say(socket, {&each, 1});
    if (mode == tls_mode::on) {
      tls_client client{std::move(socket)};
      client.piece = 1;
      REQUIRE(converse(client, "x"));
      CHECK(client.received == "tls 192.0.2.7\nx");
    } else {
      const std::string hello = "plain 192.0.2.7\nx";
      say(socket, "x");
      CHECK(hear(socket, hello.size()) == hello);
    }
  }
  SECTION("a proxy that says nothing is not served") {
    auto socket = node.connect();
    say(socket, "GET / HTTP/1.1\r\n\r\n");
    CHECK(ends(socket));
  }
  SECTION("nor one that leaves in the middle of it") {
    auto socket = node.connect();
    say(socket, std::string_view{proxy_header}.substr(0, 20));
    socket.shutdown(tcp::socket::shutdown_send);
    CHECK(ends(socket));
  }
}

TEST_CASE("others than proxies are not believed") {
  served node{{.is_proxy = [](const auto&) { return false; }}};
  auto socket = node.connect();
  say(socket, proxy_header);
  const auto hello = "plain 127.0.0.1\n" + proxy_header;
  CHECK(hear(socket, hello.size()) == hello);
}
