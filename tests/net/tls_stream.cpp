// The server's end of a TLS connection, used as sessions use it: read until it would block, wait,
// read again. Client and server take turns on one thread.

#include "net/tls/certificate_source.hpp"
#include "net/tls/stream.hpp"
#include "tests/net/tls_fixtures.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <catch2/catch.hpp>
#include <openssl/ssl.h>
#include <openssl/sslerr.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <sys/socket.h>

using namespace actormesh;
using namespace actormesh::test;
using boost::asio::ip::tcp;
using net::stream;

namespace {

authority& ca() {
  static authority made;
  return made;
}

const net::tls::context_options& files() {
  static const auto made = ca().issue();
  return made;
}

/// What a session does with its stream.
class server_end {
public:
  explicit server_end(std::unique_ptr<net::tls::stream> socket)
    : socket_(std::move(socket)) {
    wait();
  }

  void send(const std::string& bytes) {
    unsent_ += bytes;
    if (!write_blocked_)
      write();
  }

  std::string received;
  std::size_t read_size = 64 * 1024;
  std::size_t piece_size = SIZE_MAX; ///< Of the pieces that are written together.
  std::optional<stream::status> over;
  std::size_t reads = 0;

  [[nodiscard]] std::size_t unsent() const noexcept { return unsent_.size(); }
  [[nodiscard]] net::tls::stream& socket() noexcept { return *socket_; }

private:
  void wait() {
    socket_->when_readable([this](boost::system::error_code failed) {
      if (!failed)
        read();
    });
  }

  void read() {
    std::vector<char> buffer(read_size);
    const auto got = socket_->read(buffer);
    ++reads;
    if (got.outcome == stream::status::ok)
      received.append(buffer.data(), got.bytes);
    else if (got.outcome != stream::status::would_block) {
      over = got.outcome;
      return;
    }
    wait();
  }

  void write() {
    while (!unsent_.empty()) {
      std::vector<iovec> pieces;
      for (std::size_t at = 0; at < unsent_.size() && pieces.size() < 64; at += piece_size) {
        pieces.push_back({unsent_.data() + at, std::min(piece_size, unsent_.size() - at)});
        if (piece_size == SIZE_MAX)
          break;
      }
      const auto wrote = socket_->write(pieces);
      if (wrote.outcome == stream::status::would_block) {
        write_blocked_ = true;
        return socket_->when_writable([this](boost::system::error_code failed) {
          write_blocked_ = false;
          if (!failed)
            write();
        });
      }
      if (wrote.outcome != stream::status::ok) {
        over = wrote.outcome;
        return;
      }
      unsent_.erase(0, wrote.bytes);
    }
  }

  std::unique_ptr<net::tls::stream> socket_;
  std::string unsent_;
  bool write_blocked_ = false;
};

/// Both ends of a connection.
struct connection {
  explicit connection(const client_wish& what = {}, net::tls::context_ptr how = load(files()),
                      int buffer_bytes = 0) {
    tcp::acceptor acceptor{io, tcp::endpoint{boost::asio::ip::address_v4::loopback(), 0}};
    if (buffer_bytes != 0)
      acceptor.set_option(boost::asio::socket_base::receive_buffer_size{buffer_bytes});
    tcp::socket theirs{io};
    theirs.open(tcp::v4());
    if (buffer_bytes != 0)
      theirs.set_option(boost::asio::socket_base::receive_buffer_size{buffer_bytes});
    theirs.connect(acceptor.local_endpoint());
    auto ours = acceptor.accept();
    if (buffer_bytes != 0)
      ours.set_option(boost::asio::socket_base::send_buffer_size{buffer_bytes});
    server =
        std::make_unique<server_end>(net::tls::stream::accept(std::move(how), std::move(ours)));
    client = std::make_unique<tls_client>(std::move(theirs), what);
  }

  ~connection() {
    server->socket().close();
    io.poll();
  }
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;

  /// Lets both take turns until something is so.
  template <class Predicate> bool until(const Predicate& is_so) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (!is_so()) {
      if (std::chrono::steady_clock::now() > deadline)
        return false;
      client->step();
      io.restart();
      io.poll();
    }
    return true;
  }

  bool converse() {
    server->received.clear();
    client->received.clear();
    client->send("ping");
    if (!until([&] { return server->received == "ping"; }))
      return false;
    server->send("pong");
    return until([&] { return client->received == "pong"; });
  }

  boost::asio::io_context io;
  std::unique_ptr<server_end> server;
  std::unique_ptr<tls_client> client;
};

} // namespace

TEST_CASE("a handshake that comes byte by byte") {
  const auto version = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
  connection both{{.oldest = version, .newest = version}};
  both.client->piece = 1;
  REQUIRE(both.converse());
  CHECK(both.server->socket().protocol() == (version == TLS1_2_VERSION ? "TLSv1.2" : "TLSv1.3"));
  CHECK(!both.server->socket().cipher().empty());
  CHECK(both.server->socket().is_tls());
  CHECK(both.server->socket().remote_address().is_loopback());
}

TEST_CASE("versions before the oldest one are refused with an alert") {
  auto how = files();
  SECTION("TLS 1.1, whatever is configured") {
    connection both{{.oldest = TLS1_1_VERSION, .newest = TLS1_1_VERSION}};
    REQUIRE(both.until([&] { return both.client->reason != 0; }));
    CHECK(both.client->reason == SSL_R_TLSV1_ALERT_PROTOCOL_VERSION);
    CHECK(both.server->over == stream::status::failed);
  }
  SECTION("TLS 1.2, if 1.3 is the oldest") {
    how.minimum = net::tls::version::tls_1_3;
    connection both{{.newest = TLS1_2_VERSION}, load(how)};
    REQUIRE(both.until([&] { return both.client->reason != 0; }));
    CHECK(both.client->reason == SSL_R_TLSV1_ALERT_PROTOCOL_VERSION);
  }
}

TEST_CASE("ALPN") {
  SECTION("a client that offers HTTP/2 as well gets http/1.1") {
    connection both{{.protocols = {"h2", "http/1.1"}}};
    REQUIRE(both.converse());
    CHECK(both.client->protocol() == "http/1.1");
  }
  SECTION("a client that offers nothing gets nothing") {
    connection both;
    REQUIRE(both.converse());
    CHECK(both.client->protocol().empty());
  }
  SECTION("a client that offers others only gets an alert") {
    connection both{{.protocols = {"h2", "spdy/3"}}};
    REQUIRE(both.until([&] { return both.client->reason != 0; }));
    CHECK(both.client->reason == SSL_R_TLSV1_ALERT_NO_APPLICATION_PROTOCOL);
    CHECK(both.server->over == stream::status::failed);
  }
}

TEST_CASE("much goes both ways at once through small sockets") {
  const auto version = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
  const auto piece = GENERATE(std::size_t{700}, std::size_t{20'000}, SIZE_MAX);
  connection both{{.oldest = version, .newest = version}, load(files()), 4096};
  both.server->piece_size = piece;
  both.server->read_size = 1000;
  REQUIRE(both.converse());
  const auto text = pattern(1024 * 1024);
  both.client->send(text);
  both.server->send(text);
  CHECK(both.server->unsent() != 0); // It has had to wait.
  REQUIRE(both.until([&] {
    return both.client->received.size() == text.size() + 4 &&
           both.server->received.size() == text.size() + 4;
  }));
  CHECK(both.client->received == "pong" + text);
  CHECK(both.server->received == "ping" + text);
}

TEST_CASE("pieces of any size arrive in order") {
  connection both;
  REQUIRE(both.converse());
  const auto text = pattern(100'000);
  std::vector<iovec> pieces;
  std::size_t at = 0;
  for (const auto size : {1U, 0U, 16'383U, 1U, 2U, 16'384U, 0U, 40'000U, 5U, 16'385U, 0U}) {
    pieces.push_back({const_cast<char*>(text.data()) + at, size});
    at += size;
  }
  const auto wrote = both.server->socket().write(pieces);
  CHECK(wrote.outcome == stream::status::ok);
  REQUIRE(wrote.bytes == at);
  REQUIRE(both.until([&] { return both.client->received.size() == at + 4; }));
  CHECK(both.client->received == "pong" + text.substr(0, at));
}

TEST_CASE("what OpenSSL holds already wakes the reader, though the socket is silent") {
  const auto version = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
  connection both{{.oldest = version, .newest = version}};
  REQUIRE(both.converse());
  both.server->read_size = 100;
  const auto before = both.server->reads;
  const auto text = pattern(16'000); // One record.
  both.client->send(text);
  REQUIRE(both.until([&] { return both.server->received.size() == text.size() + 4; }));
  CHECK(both.server->reads - before >= 160);
}

TEST_CASE("what is no TLS ends the connection") {
  connection both;
  both.client->greeted = true; // It never says hello.
  SECTION("HTTP") {
    both.client->raw("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    REQUIRE(both.until([&] { return both.server->over.has_value(); }));
    CHECK(both.server->socket().error() == "http request");
  }
  SECTION("garbage") {
    both.client->raw(std::string(100, '\xFF'));
    REQUIRE(both.until([&] { return both.server->over.has_value(); }));
    CHECK(!both.server->socket().error().empty());
  }
  SECTION("a record that says it is too long") {
    both.client->raw(std::string{"\x16\x03\x01\xFF\xFF\x01", 6});
    REQUIRE(both.until([&] { return both.server->over.has_value(); }));
  }
  CHECK(both.server->over == stream::status::failed);
  // And it stays so.
  char byte = 0;
  CHECK(both.server->socket().read({&byte, 1}).outcome == stream::status::failed);
  const iovec piece{&byte, 1};
  CHECK(both.server->socket().write({&piece, 1}).outcome == stream::status::failed);
}

TEST_CASE("a connection whose client sends garbage later") {
  connection both;
  REQUIRE(both.converse());
  both.client->raw(std::string(100, 'x'));
  REQUIRE(both.until([&] { return both.server->over.has_value(); }));
  CHECK(both.server->over == stream::status::failed);
}

TEST_CASE("a client that goes away within the handshake") {
  connection both;
  both.client->handshake();
  both.client->piece = 20;
  both.client->move_bytes();
  both.client->socket().close();
  REQUIRE(both.until([&] { return both.server->over.has_value(); }));
}

TEST_CASE("a client that renegotiates is told no, and can go on") {
  connection both{{.newest = TLS1_2_VERSION}};
  REQUIRE(both.converse());
  SSL_renegotiate(both.client->native());
  both.client->handshake();
  both.client->move_bytes();
  both.until([&] { return both.client->reason != 0 || both.server->over.has_value(); });
  CHECK(both.client->reason == SSL_R_NO_RENEGOTIATION);
  CHECK(!both.server->over);
  both.server->send("still here");
  CHECK(both.server->unsent() == 0);
}

TEST_CASE("a client that changes its keys") {
  connection both{{.oldest = TLS1_3_VERSION}};
  REQUIRE(both.converse());
  for (int i = 0; i < 3; ++i) {
    REQUIRE(SSL_key_update(both.client->native(), SSL_KEY_UPDATE_REQUESTED) == 1);
    REQUIRE(both.converse());
  }
}

TEST_CASE("how a connection ends") {
  const auto version = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
  connection both{{.oldest = version, .newest = version}};
  REQUIRE(both.converse());

  SECTION("the client says so") {
    both.client->shut_down();
    REQUIRE(both.until([&] { return both.server->over.has_value(); }));
    CHECK(both.server->over == stream::status::ended);
    // Answers to what came before still go out.
    both.server->send("late");
    REQUIRE(both.until([&] { return both.client->received.ends_with("late"); }));
  }
  SECTION("the client ends TCP only") {
    both.client->socket().shutdown(tcp::socket::shutdown_send);
    REQUIRE(both.until([&] { return both.server->over.has_value(); }));
    CHECK(both.server->over == stream::status::ended);
    both.server->send("late");
    REQUIRE(both.until([&] { return both.client->received.ends_with("late"); }));
  }
  SECTION("the client resets TCP") {
    both.client->socket().set_option(boost::asio::socket_base::linger{true, 0});
    both.client->socket().close();
    REQUIRE(both.until([&] { return both.server->over.has_value(); }));
    CHECK(both.server->over == stream::status::failed);
  }
  SECTION("the node ends its side and still reads") {
    both.server->socket().shut_down_writing();
    REQUIRE(both.until([&] { return both.client->close_notify && both.client->fin; }));
    both.client->send("last words");
    REQUIRE(both.until([&] { return both.server->received.ends_with("last words"); }));
  }
  SECTION("the node closes") {
    both.server->socket().close();
    REQUIRE(both.until([&] { return both.client->close_notify && both.client->fin; }));
    char byte = 0;
    CHECK(both.server->socket().read({&byte, 1}).outcome == stream::status::failed);
  }
}

TEST_CASE("a full socket doesn't keep a connection from closing") {
  connection both{{}, load(files()), 4096};
  REQUIRE(both.converse());
  both.server->send(pattern(1024 * 1024));
  REQUIRE(both.server->unsent() != 0);
  both.server->socket().shut_down_writing();
  both.server->socket().close();
  REQUIRE(both.until([&] { return both.client->fin; }));
}

TEST_CASE("a client that comes back skips most of the handshake, also after a reload") {
  const auto version = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
  net::tls::certificate_source source;
  REQUIRE(source.load(files()).empty());
  connection first{{.oldest = version, .newest = version}, source.current()};
  REQUIRE(first.converse());
  CHECK(!first.server->socket().resumed());
  REQUIRE(first.until([&] { return first.client->last_session != nullptr; }));

  REQUIRE(source.load(ca().issue()).empty());
  connection second{
      {.oldest = version, .newest = version, .session = first.client->last_session.get()},
      source.current()};
  REQUIRE(second.converse());
  CHECK(second.server->socket().resumed());
  CHECK(second.client->resumed());

  // The one from before goes on.
  CHECK(first.converse());
}

TEST_CASE("a ticket of somebody else is no good, and no harm") {
  connection first;
  REQUIRE(first.converse());
  REQUIRE(first.until([&] { return first.client->last_session != nullptr; }));
  connection second{{.session = first.client->last_session.get()}}; // Other keys.
  REQUIRE(second.converse());
  CHECK(!second.server->socket().resumed());
}
