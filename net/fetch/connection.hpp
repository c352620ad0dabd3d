/// One connection to a server.
#pragma once

#include "net/fetch/client.hpp"
#include "net/fetch/trust.hpp"
#include "net/fetch/url.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace actormesh::fetch {

/// Runs on the client's thread: one request after the other. Lives as long as it waits for
/// something.
class connection final : public std::enable_shared_from_this<connection> {
public:
  /// What came of one request.
  struct outcome {
    response answer;
    bool reusable = false; ///< The next request can follow.
    bool sent = false;     ///< At least in part.
    bool answered = false; ///< At least in part.
  };

  using finished = std::function<void(outcome)>;

  /// Does nothing yet. `trust` is null for plain HTTP.
  connection(boost::asio::io_context& io, url where, trust_ptr trust,
             std::chrono::milliseconds connect_timeout);

  /// Sends a request, and connects first if it isn't. `then` is called once, not within the call,
  /// unless the connection is closed before. `target`, and not the URL, says what is asked for.
  void ask(const request& what, const std::string& target, finished then);

  /// While nothing is asked: calls `ended` once, when the server closes or after `limit`.
  void watch(std::chrono::milliseconds limit, std::function<void()> ended);

  /// Whether nothing has been asked yet.
  [[nodiscard]] bool is_fresh() const noexcept { return asked_ <= 1; }

  /// Nobody is called any more.
  void close();

private:
  using tcp = boost::asio::ip::tcp;
  using error_code = boost::system::error_code;
  using body = boost::beast::http::string_body;

  void resolve();
  void connect_next();
  void connected(error_code failed);
  void shake_hands();
  void send();
  void receive();
  void received(error_code failed);
  void fail(error what, std::string text);
  void fail(error_code why);
  [[nodiscard]] bool has_answer() const;
  [[nodiscard]] std::string verification_error(error_code failed);
  template <class Function> void with_stream(const Function& function);

  const url where_;
  const trust_ptr trust_;
  const std::chrono::milliseconds connect_timeout_;
  tcp::resolver resolver_;
  tcp::socket socket_;
  std::optional<boost::asio::ssl::stream<tcp::socket&>> secure_; ///< None for plain HTTP.
  boost::asio::steady_timer timer_;      ///< Of an attempt to connect, or of being idle.
  std::vector<tcp::endpoint> endpoints_; ///< Those that have not been tried.
  boost::beast::flat_buffer buffer_;
  boost::beast::http::request<body> outgoing_;
  std::optional<boost::beast::http::response_parser<body>> incoming_;
  std::size_t max_response_bytes_ = 0;
  finished then_;               ///< Of the request under way.
  std::function<void()> ended_; ///< While it is watched.
  error_code last_failure_;     ///< To connect.
  std::size_t asked_ = 0;
  std::uint64_t waits_ = 0; ///< Counts, so that what was waited for before is known.
  bool open_ = false;
  bool sent_ = false;
  bool closed_ = false;
};

} // namespace actormesh::fetch
