// The client that asks other servers, against servers that do what they like.

#include "net/fetch/client.hpp"
#include "tests/net/fetch_server.hpp"
#include "tests/net/tls_fixtures.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

using namespace actormesh;
using namespace actormesh::test;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
using fetch::error;

namespace {

authority& ca() {
  static authority made;
  return made;
}

std::future<fetch::response> begin(fetch::client& by, fetch::request what) {
  auto done = std::make_shared<std::promise<fetch::response>>();
  auto later = done->get_future();
  by.fetch(std::move(what), [done](fetch::response answer) { done->set_value(std::move(answer)); });
  return later;
}

fetch::response await(std::future<fetch::response> later) {
  REQUIRE(later.wait_for(patience) == std::future_status::ready);
  return later.get();
}

fetch::response ask(fetch::client& by, fetch::request what) {
  return await(begin(by, std::move(what)));
}

fetch::request get(std::string url) {
  fetch::request what;
  what.url = std::move(url);
  return what;
}

fetch::request post(std::string url, std::string body) {
  auto what = get(std::move(url));
  what.how = fetch::method::post;
  what.body = std::move(body);
  return what;
}

/// Opens once, for all.
class gate {
public:
  void open() {
    const std::lock_guard guard{mutex_};
    open_ = true;
    changed_.notify_all();
  }
  void wait() {
    std::unique_lock lock{mutex_};
    changed_.wait_for(lock, patience, [this] { return open_; });
  }

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
};

/// Answers all requests.
void answer_all(peer& client, int) {
  while (!client.request().empty())
    client.say(answer("hello"));
}

} // namespace

TEST_CASE("a GET and its response") {
  std::string seen;
  server there{[&](peer& client, int) {
    seen = client.request();
    client.say("HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\nCache-Control: no-store\r\n"
               "X-Twice: 1\r\nx-twice: 2\r\nContent-Length: 4\r\n\r\nnone");
    client.await_end();
  }};
  fetch::client client;
  auto what = get(there.url("/a?b"));
  what.headers = {{"Accept", "application/json"}, {"X-Mine", "value \t \xC3\xA4"}};
  const auto got = ask(client, what);
  CHECK(got.problem == error::none);
  CHECK(got.error_text.empty());
  CHECK(got.status == 404);
  CHECK(got.body == "none");
  CHECK(got.header("content-type") == "text/plain");
  CHECK(got.header("CACHE-CONTROL") == "no-store");
  CHECK(got.header("x-twice") == "1");
  CHECK(got.header("none").empty());
  CHECK(got.headers.size() == 5);
  CHECK_THAT(seen, StartsWith("GET /a?b HTTP/1.1\r\nHost: localhost:" +
                              std::to_string(there.port()) + "\r\nUser-Agent: actormesh/"));
  CHECK_THAT(seen, Contains("\r\nAccept: application/json\r\n"));
  CHECK_THAT(seen, Contains("\r\nX-Mine: value \t \xC3\xA4\r\n"));
  CHECK_THAT(seen, !Contains("Content-Length"));
}

TEST_CASE("a POST says how long it is, also without a body") {
  std::vector<std::string> seen;
  server there{[&](peer& client, int) {
    for (int i = 0; i < 2; ++i) {
      seen.push_back(client.request());
      client.say("HTTP/1.1 204 No Content\r\n\r\n");
    }
  }};
  fetch::client client;
  const auto first = ask(client, post(there.url(), "body"));
  CHECK(first.status == 204);
  CHECK(first.body.empty());
  CHECK(ask(client, post(there.url(), "")).status == 204);
  REQUIRE(seen.size() == 2);
  CHECK_THAT(seen[0], StartsWith("POST / HTTP/1.1\r\n"));
  CHECK_THAT(seen[0], Contains("\r\nContent-Length: 4\r\n") && Contains("\r\n\r\nbody"));
  CHECK_THAT(seen[1], Contains("\r\nContent-Length: 0\r\n"));
}

TEST_CASE("requests that are not sent") {
  fetch::client client;
  CHECK(ask(client, get("ftp://localhost/")).problem == error::bad_url);
  for (const auto& [name, value] : fetch::header_list{{"", "x"},
                                                      {"a b", "x"},
                                                      {"a:", "x"},
                                                      {"a", "x\r\nb: c"},
                                                      {"a", std::string("\0", 1)},
                                                      {"host", "other"},
                                                      {"Content-Length", "0"},
                                                      {"transfer-encoding", "chunked"},
                                                      {"a", std::string(16 * 1024, 'x')}}) {
    INFO(name << ": " << value);
    auto what = get("http://localhost/");
    what.headers = {{name, value}};
    CHECK(ask(client, what).problem == error::bad_request);
  }
}

TEST_CASE("redirects are responses") {
  server there{[](peer& client, int) {
    client.request();
    client.say("HTTP/1.1 302 Found\r\nLocation: http://other/\r\nContent-Length: 0\r\n\r\n");
  }};
  fetch::client client;
  const auto got = ask(client, get(there.url()));
  CHECK(got.status == 302);
  CHECK(got.header("location") == "http://other/");
}

TEST_CASE("connections are used again") {
  server there{answer_all};
  fetch::client client;
  for (int i = 0; i < 5; ++i)
    CHECK(ask(client, get(there.url())).body == "hello");
  CHECK(there.connections() == 1);
}

TEST_CASE("connections are not used again") {
  SECTION("if the server says close") {
    server there{[](peer& client, int) {
      client.request();
      client.say(answer("x", "Connection: close\r\n"));
      client.await_end();
    }};
    fetch::client client;
    CHECK(ask(client, get(there.url())).body == "x");
    CHECK(ask(client, get(there.url())).body == "x");
    CHECK(there.connections() == 2);
  }
  SECTION("if it speaks HTTP/1.0") {
    server there{[](peer& client, int) {
      client.request();
      client.say("HTTP/1.0 200 OK\r\n\r\nuntil the end");
    }};
    fetch::client client;
    CHECK(ask(client, get(there.url())).body == "until the end");
    CHECK(ask(client, get(there.url())).body == "until the end");
    CHECK(there.connections() == 2);
  }
  SECTION("if there is more than the response") {
    server there{[](peer& client, int) {
      client.request();
      client.say(answer("x") + answer("nobody asked for"));
      client.await_end();
    }};
    fetch::client client;
    CHECK(ask(client, get(there.url())).body == "x");
    CHECK(ask(client, get(there.url())).body == "x");
    CHECK(there.connections() == 2);
  }
  SECTION("if nobody has used it for a while") {
    gate gone;
    server there{[&](peer& client, int) {
      client.request();
      client.say(answer("x"));
      client.await_end();
      gone.open();
    }};
    fetch::client_options how;
    how.idle_timeout = 50ms;
    fetch::client client{how};
    CHECK(ask(client, get(there.url())).body == "x");
    gone.wait();
    CHECK(ask(client, get(there.url())).body == "x");
    CHECK(there.connections() == 2);
  }
}

TEST_CASE("a server that ends a kept connection") {
  SECTION("while it is idle") {
    server there{[&](peer& client, int) {
      client.request();
      client.say(answer("x"));
    }};
    fetch::client client;
    for (int i = 0; i < 5; ++i)
      CHECK(ask(client, get(there.url())).body == "x");
    CHECK(there.connections() == 5);
  }
  SECTION("when the next request comes") {
    server there{[&](peer& client, int number) {
      client.request();
      client.say(answer("x"));
      if (number == 1)
        client.request();
      else
        answer_all(client, number);
    }};
    fetch::client client;
    CHECK(ask(client, get(there.url())).body == "x");
    auto what = post(there.url(), "y");
    SECTION("a GET is sent again") {
      CHECK(ask(client, get(there.url())).body == "x");
      CHECK(there.connections() == 2);
    }
    SECTION("a POST isn't") {
      const auto got = ask(client, what);
      CHECK(got.problem == error::connect);
      CHECK(!got.error_text.empty());
      CHECK(there.connections() == 1);
    }
    SECTION("a POST that may be repeated is") {
      what.repeatable = true;
      CHECK(ask(client, what).body == "x");
      CHECK(there.connections() == 2);
    }
  }
  SECTION("and does so again and again: it is asked twice, not more") {
    server there{[&](peer& client, int number) {
      if (number == 1) {
        client.request();
        client.say(answer("x"));
      }
      client.request();
    }};
    fetch::client client;
    CHECK(ask(client, get(there.url())).body == "x");
    CHECK(ask(client, get(there.url())).problem == error::connect);
    CHECK(there.connections() == 2);
  }
  SECTION("in the middle of its answer: that is not asked again") {
    server there{[&](peer& client, int) {
      client.request();
      client.say(answer("x"));
      client.request();
      client.say("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhal");
    }};
    fetch::client client;
    CHECK(ask(client, get(there.url())).body == "x");
    CHECK(ask(client, get(there.url())).problem == error::protocol);
    CHECK(there.connections() == 1);
  }
}

TEST_CASE("chunks, and responses before the response") {
  server there{[](peer& client, int) {
    while (!client.request().empty())
      client.say("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
                 "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                 "3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\nTrailer: z\r\n\r\n");
  }};
  fetch::client client;
  for (int i = 0; i < 2; ++i) {
    const auto got = ask(client, get(there.url()));
    CHECK(got.status == 200);
    CHECK(got.body == "abcdefg");
  }
  CHECK(there.connections() == 1);
}

TEST_CASE("what is no HTTP") {
  const auto bytes =
      GENERATE("SSH-2.0-OpenSSH_9.2\r\n\r\n", "HTTP/1.1 abc OK\r\n\r\n",
               "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
               "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
               "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc", "HTTP/1.1 200 OK\r\nContent-Le",
               "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n");
  server there{[&](peer& client, int) {
    client.request();
    client.say(bytes);
  }};
  fetch::client client;
  const auto got = ask(client, get(there.url()));
  INFO(bytes);
  CHECK(got.problem == error::protocol);
  CHECK(!got.error_text.empty());
  CHECK(got.status == 0);
}

TEST_CASE("a server that hangs up without a word") {
  server there{[](peer& client, int) { client.request(); }};
  fetch::client client;
  CHECK(ask(client, get(there.url())).problem == error::connect);
  CHECK(there.connections() == 1);
}

TEST_CASE("responses are bounded") {
  SECTION("by their length") {
    const auto size = GENERATE(std::size_t{1000}, std::size_t{1001});
    const auto chunked = GENERATE(false, true);
    server there{[&](peer& client, int) {
      const std::string body(size, 'x');
      client.request();
      if (chunked) {
        client.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        for (const char each : body)
          if (!client.say(std::string{"1\r\n"} + each + "\r\n"))
            return;
        client.say("0\r\n\r\n");
      } else {
        client.say(answer(body));
      }
      client.await_end();
    }};
    fetch::client client;
    auto what = get(there.url());
    what.max_response_bytes = 1000;
    const auto got = ask(client, what);
    CHECK(got.problem == (size == 1000 ? error::none : error::too_large));
    CHECK(got.body.size() == (size == 1000 ? 1000 : 0));
  }
  SECTION("by what comes until the end") {
    server there{[](peer& client, int) {
      client.request();
      client.say("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
      while (client.say(std::string(1000, 'x'))) {
      }
    }};
    fetch::client client;
    CHECK(ask(client, get(there.url())).problem == error::too_large);
  }
  SECTION("by their headers") {
    server there{[](peer& client, int) {
      client.request();
      client.say("HTTP/1.1 200 OK\r\n");
      while (client.say("X-Header: " + std::string(1000, 'x') + "\r\n")) {
      }
    }};
    fetch::client client;
    CHECK(ask(client, get(there.url())).problem == error::too_large);
  }
}

TEST_CASE("time-outs") {
  fetch::client client;
  SECTION("a server that never answers") {
    gate gone;
    server there{[&](peer& client_end, int) {
      client_end.request();
      client_end.await_end();
      gone.open();
    }};
    auto what = get(there.url());
    what.timeout = 50ms;
    const auto got = ask(client, what);
    CHECK(got.problem == error::timeout);
    CHECK(!got.error_text.empty());
    gone.wait(); // The connection is closed.
  }
  SECTION("a server that drips") {
    server there{[](peer& client_end, int) {
      client_end.request();
      client_end.say("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
      while (client_end.say("x")) {
      }
    }};
    auto what = get(there.url());
    what.timeout = 50ms;
    CHECK(ask(client, what).problem == error::timeout);
  }
  SECTION("a server that only listens") {
    boost::asio::io_context io;
    boost::asio::ip::tcp::acceptor silent{io, {boost::asio::ip::address_v4::loopback(), 0}};
    auto what = get("https://localhost:" + std::to_string(silent.local_endpoint().port()));
    what.timeout = 50ms;
    CHECK(ask(client, what).problem == error::timeout);
  }
  SECTION("of a request that waits for a connection") {
    server there{[](peer& client_end, int) { client_end.await_end(); }};
    auto what = get(there.url());
    what.max_connections = 1;
    auto first = begin(client, what);
    what.timeout = 50ms;
    CHECK(ask(client, what).problem == error::timeout);
    CHECK(there.connections() <= 1);
  }
}

TEST_CASE("nobody listens") {
  boost::asio::io_context io;
  boost::asio::ip::tcp::acceptor taken{io, {boost::asio::ip::address_v4::loopback(), 0}, false};
  const auto port = std::to_string(taken.local_endpoint().port());
  taken.close();
  fetch::client client;
  for (const auto* const host : {"127.0.0.1", "[::1]", "localhost"}) {
    const auto got = ask(client, get("http://" + std::string{host} + ":" + port));
    CHECK(got.problem == error::connect);
    CHECK(!got.error_text.empty());
  }
}

TEST_CASE("no more connections than allowed, and no more that wait") {
  gate go;
  std::atomic<int> now{0};
  std::atomic<int> most{0};
  std::atomic<int> asked{0};
  gate all_busy;
  server there{[&](peer& client, int) {
    while (!client.request().empty()) {
      most = std::max<int>(most, ++now);
      if (++asked == 3)
        all_busy.open();
      go.wait();
      --now;
      client.say(answer("x"));
    }
  }};
  fetch::client_options how;
  how.max_waiting = 4;
  fetch::client client{how};
  auto what = get(there.url());
  what.max_connections = 3;
  std::vector<std::future<fetch::response>> all;
  for (int i = 0; i < 7; ++i)
    all.push_back(begin(client, what));
  CHECK(ask(client, what).problem == error::busy);
  all_busy.wait();
  go.open();
  for (auto& each : all) {
    const auto got = await(std::move(each));
    CHECK(got.body == "x");
  }
  CHECK(most == 3);
  CHECK(there.connections() == 3);
}

TEST_CASE("requests of a server's queue leave in order") {
  std::vector<std::string> order;
  server there{[&](peer& client, int) {
    for (auto next = client.request(); !next.empty(); next = client.request()) {
      order.push_back(next.substr(5, 1));
      client.say(answer("x"));
    }
  }};
  {
    fetch::client client;
    std::vector<std::future<fetch::response>> all;
    for (int i = 0; i < 5; ++i) {
      auto what = get(there.url("/" + std::to_string(i)));
      what.max_connections = 1;
      all.push_back(begin(client, std::move(what)));
    }
    for (auto& each : all) {
      const auto got = await(std::move(each));
      CHECK(got.status == 200);
    }
  }
  CHECK(order == std::vector<std::string>{"0", "1", "2", "3", "4"});
}

TEST_CASE("many requests from many threads") {
  server there{answer_all};
  fetch::client client;
  std::atomic<int> good{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (int j = 0; j < 50; ++j) {
        auto later = begin(client, get(there.url()));
        good += later.get().body == "hello" ? 1 : 0;
      }
    });
  for (auto& each : threads)
    each.join();
  CHECK(good == 200);
  CHECK(there.connections() <= 4);
}

TEST_CASE("the end of the client") {
  std::vector<error> got;
  gate busy;
  server there{[&](peer& client, int) {
    client.request();
    busy.open();
    client.await_end();
  }};
  auto what = get(there.url());
  what.max_connections = 1;
  {
    fetch::client client;
    for (int i = 0; i < 3; ++i)
      client.fetch(what, [&](fetch::response answer) {
        got.push_back(answer.problem);
        if (got.size() == 3) // Asking again is answered, too.
          client.fetch(what, [&](fetch::response late) { got.push_back(late.problem); });
      });
    busy.wait();
  }
  CHECK(got == std::vector<error>(4, error::shutdown));
}

TEST_CASE("who asks within an answer") {
  server there{answer_all};
  fetch::client client;
  std::promise<std::string> done;
  client.fetch(get(there.url()), [&](fetch::response first) {
    client.fetch(get(there.url()), [&, first = std::move(first)](const fetch::response& second) {
      done.set_value(first.body + second.body);
    });
  });
  CHECK(done.get_future().get() == "hellohello");
  CHECK(there.connections() == 1);
}

TEST_CASE("HTTPS") {
  const auto files = ca().issue();
  server there{answer_all, &files};
  fetch::client_options how;
  how.ca_file = ca().file();

  SECTION("a server of a CA that is trusted") {
    fetch::client client{how};
    for (int i = 0; i < 3; ++i) {
      const auto got = ask(client, get(there.url()));
      CHECK(got.error_text.empty());
      CHECK(got.body == "hello");
    }
    CHECK(there.connections() == 1);
    const auto by_address = "https://127.0.0.1:" + std::to_string(there.port());
    CHECK(ask(client, get(by_address)).body == "hello");
  }
  SECTION("the CA is the request's own") {
    fetch::client client;
    auto what = get(there.url());
    what.ca_file = ca().file();
    CHECK(ask(client, what).body == "hello");
    // And does not count for others.
    CHECK(ask(client, get(there.url())).problem == error::tls);
  }
  SECTION("a CA that nobody trusts") {
    fetch::client client;
    const auto got = ask(client, get(there.url()));
    CHECK(got.problem == error::tls);
    CHECK_THAT(got.error_text, Contains("certificate"));
  }
  SECTION("a CA that isn't the server's") {
    authority other;
    how.ca_file = other.file();
    fetch::client client{how};
    CHECK(ask(client, get(there.url())).problem == error::tls);
  }
  SECTION("a file of CAs that is not there, and then is") {
    how.ca_file = ca().folder() / "later.pem";
    fetch::client client{how};
    const auto got = ask(client, get(there.url()));
    CHECK(got.problem == error::tls);
    CHECK_THAT(got.error_text, Contains("later.pem"));
    std::filesystem::copy_file(ca().file(), how.ca_file);
    CHECK(ask(client, get(there.url())).body == "hello");
    std::filesystem::remove(how.ca_file);
  }
}

TEST_CASE("servers that HTTPS doesn't trust") {
  fetch::client_options how;
  how.ca_file = ca().file();
  fetch::client client{how};
  SECTION("one of another name") {
    const auto files = ca().issue({.names = "DNS:other.example,IP:127.0.0.2"});
    server there{answer_all, &files};
    const auto got = ask(client, get(there.url()));
    CHECK(got.problem == error::tls);
    CHECK_THAT(got.error_text, Contains("ostname mismatch"));
    const auto by_address = "https://127.0.0.1:" + std::to_string(there.port());
    CHECK(ask(client, get(by_address)).problem == error::tls);
  }
  SECTION("one whose certificate has expired") {
    const auto files = ca().issue({.begins = -48h, .ends = -24h});
    server there{answer_all, &files};
    const auto got = ask(client, get(there.url()));
    CHECK(got.problem == error::tls);
    CHECK_THAT(got.error_text, Contains("expired"));
  }
  SECTION("one that doesn't speak TLS") {
    server there{[](peer& plain, int) {
      plain.say("HTTP/1.1 400 Bad Request\r\n\r\n");
      plain.await_end();
    }};
    const auto got = ask(client, get("https://localhost:" + std::to_string(there.port())));
    CHECK(got.problem == error::tls);
  }
  SECTION("one that hangs up") {
    server there{[](peer&, int) {}};
    const auto got = ask(client, get("https://localhost:" + std::to_string(there.port())));
    CHECK(got.problem == error::tls);
  }
}

TEST_CASE("the end of a response by HTTPS is to be said in due form") {
  const auto files = ca().issue();
  const auto polite = GENERATE(true, false);
  server there{[&](peer& client, int) {
                 client.request();
                 client.say("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nall of it?");
                 if (polite)
                   client.say_goodbye();
               },
               &files};
  fetch::client_options how;
  how.ca_file = ca().file();
  fetch::client client{how};
  const auto got = ask(client, get(there.url()));
  CHECK(got.problem == (polite ? error::none : error::protocol));
  CHECK(got.body == (polite ? "all of it?" : ""));
}

TEST_CASE("a kept connection by HTTPS that the server ends") {
  const auto files = ca().issue();
  const auto polite = GENERATE(true, false);
  server there{[&](peer& client, int number) {
                 client.request();
                 client.say(answer("x"));
                 if (number == 1) {
                   client.request();
                   if (polite)
                     client.say_goodbye();
                 }
               },
               &files};
  fetch::client_options how;
  how.ca_file = ca().file();
  fetch::client client{how};
  CHECK(ask(client, get(there.url())).body == "x");
  CHECK(ask(client, get(there.url())).body == "x");
  CHECK(there.connections() == 2);
}
