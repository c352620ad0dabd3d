// The fail loop: the same conversation again and again, with the first system call of the node's
// side failing, then the second, and so on until none does. Whatever fails, nothing may be left
// behind.

#include "actors/system.hpp"
#include "net/appsync/dialect.hpp"
#include "net/appsync/http_edge.hpp"
#include "net/event_loop.hpp"
#include "net/http/session.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <thread>

#include <sys/socket.h>

using namespace actormesh;
using namespace std::chrono_literals;
using boost::asio::ip::tcp;

namespace {

/// How the call that fails does so.
enum class fault { broken, ended, short_write };

/// A real socket whose calls fail from the n-th on (`short_write`: take one byte from then on).
class faulty_stream final : public net::stream {
public:
  faulty_stream(socket_type socket, fault how, std::size_t from)
    : net::stream(std::move(socket))
    , how_(how)
    , from_(from) {}

  result read(std::span<char> into) override {
    if (++calls_ >= from_ && how_ != fault::short_write)
      return {how_ == fault::ended ? status::ended : status::failed, 0};
    return net::stream::read(into);
  }

  result write(std::span<const iovec> what) override {
    if (++calls_ < from_)
      return net::stream::write(what);
    if (how_ != fault::short_write)
      return {status::failed, 0};
    const auto whole = std::ranges::find_if(what, [](const auto& one) { return one.iov_len != 0; });
    const iovec one{whole->iov_base, 1};
    return net::stream::write({&one, 1});
  }

private:
  fault how_;
  std::size_t from_;
  std::size_t calls_ = 0;
};

caf::actor_system& actor_system() {
  static auto* const runtime = new actor_runtime; // Outlives the thread-locals its end needs.
  return runtime->system();
}

/// A node's loop on a thread, with one API that asks for no credentials.
class served_loop {
public:
  served_loop()
    : loop_(actor_system(), 0, {})
    , events_(loop_, [] { return false; }) {
    config::api_settings settings;
    settings.id = "api";
    settings.auth.connect = {config::auth_mode::none};
    settings.auth.publish = {config::auth_mode::none};
    settings.auth.subscribe = {config::auth_mode::none};
    settings.namespaces.emplace_back().name = "ns";
    settings.limits.connections_per_second = 0;
    const auto who =
        std::make_shared<const access::authority>(access::authority::parts{appsync::event_api});
    const auto api = std::make_shared<const service::tenant>(
        settings, who, std::make_shared<service::admission>(settings.limits));
    events_.apply(
        std::make_shared<const service::tenant_table>(std::vector<service::tenant_ptr>{api}), {},
        {});
    std::vector<http::route> routes;
    events_.add_routes(routes, api);
    requests_.use(std::make_shared<const http::route_table>(std::move(routes)));
    loop_.channels().object->connect({loop_.channels().handle});
    thread_ = std::thread{[this] { loop_.run(); }};
  }

  ~served_loop() {
    loop_.stop();
    thread_.join();
  }

  served_loop(const served_loop&) = delete;
  served_loop& operator=(const served_loop&) = delete;

  /// Returns the client's end of a connection whose other end fails.
  tcp::socket connect(fault how, std::size_t from) {
    tcp::acceptor acceptor{client_, tcp::endpoint{boost::asio::ip::address_v4::loopback(), 0}};
    tcp::socket mine{client_};
    mine.connect(acceptor.local_endpoint());
    auto theirs = acceptor.accept(loop_.io());
    timeval limit{10, 0};
    ::setsockopt(mine.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    on_loop([this, how, from, &theirs] {
      std::make_shared<http::session>(
          loop_, std::make_unique<faulty_stream>(std::move(theirs), how, from), requests_, http_)
          ->start();
    });
    return mine;
  }

  /// Whether the loop has let go of every client, within a generous time.
  bool all_gone() {
    const auto deadline = std::chrono::steady_clock::now() + 10s;
    while (std::chrono::steady_clock::now() < deadline) {
      auto gone = false;
      on_loop([&] {
        auto& counted = loop_.counters();
        gone = counted.connections.get() == 0 && counted.http_connections.get() == 0 &&
               counted.subscriptions.get() == 0;
      });
      if (gone)
        return true;
    }
    return false;
  }

private:
  template <class Function> void on_loop(Function what) {
    std::promise<void> done;
    loop_.post([&] {
      what();
      done.set_value();
    });
    done.get_future().wait();
  }

  boost::asio::io_context client_;
  net::event_loop loop_;
  appsync::http_edge events_;
  http::dispatcher requests_{events_};
  config::http_settings http_;
  std::thread thread_;
};

/// A masked text frame; the mask is zero, so that the text can be read in a dump.
std::string frame(const std::string& text) {
  std::string out{'\x81'};
  if (text.size() < 126)
    out.push_back(static_cast<char>(0x80 | text.size()));
  else
    out.append({static_cast<char>(0x80 | 126), static_cast<char>(text.size() >> 8),
                static_cast<char>(text.size() & 0xFF)});
  return out.append(4, '\0') + text;
}

/// Reads until `what` has come. False if the connection ended before.
bool expect(tcp::socket& from, std::string& seen, const std::string& what) {
  while (seen.find(what) == std::string::npos) {
    std::array<char, 4096> buffer;
    const auto got = ::recv(from.native_handle(), buffer.data(), buffer.size(), 0);
    if (got <= 0)
      return false;
    seen.append(buffer.data(), static_cast<std::size_t>(got));
  }
  return true;
}

bool say(tcp::socket& to, const std::string& what) {
  boost::system::error_code failed;
  boost::asio::write(to, boost::asio::buffer(what), failed);
  return !failed;
}

/// An HTTP publish, then a subscription that sees its own publish. True if all of it went well.
bool converse(tcp::socket& socket) {
  const std::string body = R"({"channel":"ns/a","events":["1"]})";
  std::string seen;
  return say(socket, "POST /event HTTP/1.1\r\nHost: h\r\nContent-Length: " +
                         std::to_string(body.size()) + "\r\n\r\n" + body) &&
         expect(socket, seen, R"("successful":[{)") &&
         say(socket, "GET /event/realtime HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\n"
                     "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                     "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                     "Sec-WebSocket-Protocol: aws-appsync-event-ws\r\n\r\n") &&
         expect(socket, seen, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=") &&
         say(socket, frame(R"({"type":"connection_init"})")) &&
         expect(socket, seen, R"({"type":"ka"})") &&
         say(socket,
             frame(R"({"type":"subscribe","id":"s","channel":"ns/*","authorization":{}})")) &&
         expect(socket, seen, R"({"type":"subscribe_success","id":"s"})") &&
         say(socket, frame(R"({"type":"publish","id":"p","channel":"ns/a","events":["{\"n\":2}"],)"
                           R"("authorization":{}})")) &&
         expect(socket, seen, R"({"type":"data","id":"s","event":"{\"n\":2}"})") &&
         expect(socket, seen, R"({"type":"publish_success","id":"p")");
}

} // namespace

TEST_CASE("a connection that fails at any point leaves nothing behind") {
  served_loop node;
  for (const auto how : {fault::broken, fault::ended}) {
    auto went_well = false;
    for (std::size_t from = 1; !went_well; ++from) {
      INFO("call " << from << " fails");
      REQUIRE(from < 100);
      {
        auto socket = node.connect(how, from);
        went_well = converse(socket);
      }
      REQUIRE(node.all_gone());
    }
  }
}

TEST_CASE("a socket that takes one byte at a time gets everything all the same") {
  served_loop node;
  for (std::size_t from = 1; from < 10; ++from) {
    INFO("short from call " << from);
    {
      auto socket = node.connect(fault::short_write, from);
      REQUIRE(converse(socket));
    }
    REQUIRE(node.all_gone());
  }
}
