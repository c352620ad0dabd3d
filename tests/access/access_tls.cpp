#include "tests/access/fixtures.hpp"
#include "tests/net/tls_fixtures.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <thread>

namespace actormesh::process {

namespace {

namespace fs = std::filesystem;

/// A certificate where the configuration says that it is, and others in its place later.
class certificates {
public:
  certificates() { exchange(); }

  /// The files that are there now.
  const net::tls::context_options& exchange() {
    now_ = ca_.issue();
    // The key first: a certificate without its key is not taken.
    replace(now_.key, "node.key");
    replace(now_.certificate, "node.pem");
    return now_;
  }

  [[nodiscard]] std::string ca() const { return ca_.file().string(); }

  [[nodiscard]] std::string tls(const std::string& mode) const {
    return "{port: 0, tls: {mode: '" + mode + "', certificate: " + files_.path("node.pem") +
           ", key: " + files_.path("node.key") + "}}";
  }

private:
  void replace(const fs::path& by, const std::string& name) const {
    fs::copy_file(by, files_.path(name + ".new"), fs::copy_options::overwrite_existing);
    fs::rename(files_.path(name + ".new"), files_.path(name));
  }

  test::authority ca_;
  shelf files_;
  net::tls::context_options now_;
};

std::string config_of(const std::string& listeners) {
  return "listeners: [" + listeners +
         "]\napis: [{id: default, keys_file: keys.yaml, namespaces: [{name: default}]}]\n";
}

boost::asio::ip::tcp::socket dial(boost::asio::io_context& io, std::uint16_t port) {
  boost::asio::ip::tcp::socket socket{io};
  socket.connect({boost::asio::ip::address_v4::loopback(), port});
  return socket;
}

/// Moves bytes until it holds.
void drive(test::tls_client& client, const std::function<bool()>& holds, std::string_view what) {
  wait_until(
      [&] {
        client.step();
        return holds();
      },
      what);
}

std::string certificate_of(std::uint16_t port) {
  boost::asio::io_context io;
  test::tls_client client{dial(io, port)};
  drive(
      client, [&] { return client.greeted; }, "a handshake");
  return client.certificate();
}

std::vector<std::string> publish_over(const std::string& scheme, const std::string& port) {
  return {"--header",
          "x-api-key: " + node_process::key(),
          "--header",
          "content-type: application/json",
          "--data-raw",
          publish_body("/default/a", {"1"}),
          scheme + "://localhost:" + port + "/event"};
}

std::vector<std::string> operator+(std::vector<std::string> some,
                                   const std::vector<std::string>& more) {
  some.insert(some.end(), more.begin(), more.end());
  return some;
}

} // namespace

TEST_CASE("A TLS listener is for those who trust its CA, and for no plain text") {
  const certificates files;
  // The first one is for the fixture, which waits for a plain listener.
  node_process node{{.config = config_of("{port: 0}, " + files.tls("on")), .listen = false}};
  const auto port = node.printed_after("listening on https://127.0.0.1:");
  const auto good = run_curl(std::vector<std::string>{"--ipv4", "--cacert", files.ca()} +
                             publish_over("https", port));
  INFO(good.errors);
  CHECK(good.status == 0);
  CHECK(good.answer.status == 200);
  // CURLE_PEER_FAILED_VERIFICATION
  CHECK(run_curl(std::vector<std::string>{"--ipv4"} + publish_over("https", port)).status == 60);
  const auto plain = run_curl(std::vector<std::string>{"--ipv4"} + publish_over("http", port));
  CHECK((plain.status != 0 || plain.answer.status == 400));
  // Old TLS is not spoken. CURLE_SSL_CONNECT_ERROR
  CHECK(run_curl(std::vector<std::string>{"--ipv4", "--cacert", files.ca(), "--tls-max", "1.1",
                                          "--ciphers", "DEFAULT@SECLEVEL=0"} +
                 publish_over("https", port))
            .status == 35);
}

TEST_CASE("A listener for both takes TLS and plain text on one port") {
  const certificates files;
  node_process node{{.config = config_of(files.tls("both")), .listen = false}};
  const auto port = std::to_string(node.port());
  const std::vector<std::string> trust{"--ipv4", "--cacert", files.ca()};
  CHECK(run_curl(trust + publish_over("https", port)).answer.status == 200);
  CHECK(run_curl(trust + publish_over("http", port)).answer.status == 200);
}

TEST_CASE("A new certificate counts for new connections, and open ones stay") {
  certificates files;
  node_process node{{.config = config_of(files.tls("both")), .listen = false}};
  boost::asio::io_context io;
  test::tls_client open{dial(io, node.port())};
  drive(
      open, [&] { return open.greeted; }, "a handshake");
  const auto before = open.certificate();
  REQUIRE(certificate_of(node.port()) == before);
  open.send(publish_request("/default/a", {"1"}));
  drive(
      open, [&] { return open.received.find("\"successful\":[{") != std::string::npos; },
      "an answer");

  files.exchange();
  wait_until([&] { return certificate_of(node.port()) != before; }, "the new certificate");
  CHECK(run_curl(std::vector<std::string>{"--ipv4", "--cacert", files.ca()} +
                 publish_over("https", std::to_string(node.port())))
            .answer.status == 200);

  open.received.clear();
  open.send(publish_request("/default/a", {"2"}));
  drive(
      open, [&] { return open.received.find("\"successful\":[{") != std::string::npos; },
      "an answer on the old connection");
  CHECK_FALSE(open.close_notify);
}

} // namespace actormesh::process
