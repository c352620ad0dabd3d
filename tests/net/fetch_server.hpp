/// HTTP servers that do what a test says, right or wrong.
#pragma once

#include "net/tls/context.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>

#include <atomic>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

namespace actormesh::test {

/// One connection of a server, on a thread of its own. Everything blocks.
class peer {
public:
  using tcp = boost::asio::ip::tcp;

  peer(tcp::socket socket, boost::asio::ssl::context* how);

  /// Reads a request with its body. Empty if the client has gone.
  std::string request();
  /// False if the client has gone.
  bool say(std::string_view bytes);
  /// Waits until the client has gone.
  void await_end();
  /// Ends TLS in due form, and waits for the client to do so or to go.
  void say_goodbye();

private:
  friend class server;

  bool shake_hands();
  std::size_t read_some();

  tcp::socket socket_;
  std::optional<boost::asio::ssl::stream<tcp::socket&>> secure_;
  std::string unread_;
};

/// Listens on loopback. `script` is called for each connection, with its number from 1; when it
/// returns, the connection ends.
class server {
public:
  using script = std::function<void(peer&, int)>;

  explicit server(script what, const net::tls::context_options* files = nullptr);
  server(const server&) = delete;
  server& operator=(const server&) = delete;
  ~server();

  [[nodiscard]] std::string url(const std::string& path = "/") const;
  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] int connections() const noexcept { return connections_; }

private:
  void accept();

  boost::asio::io_context io_;
  boost::asio::ip::tcp::acceptor acceptor_;
  std::optional<boost::asio::ssl::context> tls_;
  const script script_;
  std::atomic<int> connections_{0};
  std::mutex mutex_;
  std::list<std::unique_ptr<peer>> peers_; ///< Guarded by `mutex_`.
  std::list<std::thread> threads_;         ///< The accepting one's.
  std::atomic<bool> stopping_{false};
  std::thread accepting_;
};

/// A response with its length.
[[nodiscard]] std::string answer(std::string_view body, std::string_view headers = {});

} // namespace actormesh::test
