/// Asking other HTTP servers: for keys, metadata, decisions, secrets.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace actormesh::fetch {

using header_list = std::vector<std::pair<std::string, std::string>>;

enum class method : std::uint8_t { get, post };

/// What to ask.
struct request {
  method how = method::get;
  std::string url; ///< As `parse_url` takes it.
  /// Not Connection, Content-Length, Expect, Host, TE, Transfer-Encoding, Upgrade, User-Agent:
  /// these are the client's own.
  header_list headers;
  std::string body; ///< Of a POST. Its Content-Type is the caller's to say.

  /// For all of it: waiting for a connection, looking up the name, connecting, sending, receiving.
  std::chrono::milliseconds timeout{10'000};

  /// The largest body of a response.
  std::size_t max_response_bytes = 1024 * 1024;

  /// Connections to the same server (scheme, host, port and CA) at the same time. Further requests
  /// wait for one. The last request's number counts.
  std::size_t max_connections = 4;

  /// Certificates in PEM that are trusted besides the system's; empty: the client's `ca_file`.
  std::filesystem::path ca_file = {};

  /// A POST that does no harm when it arrives twice, such as a question. It is then sent again, as
  /// a GET is, if a kept connection turns out to have ended.
  bool repeatable = false;
};

/// Why there is no response.
enum class error : std::uint8_t {
  none,
  bad_url,     ///< `parse_url` doesn't take it.
  bad_request, ///< A header that must not be sent.
  timeout,     ///< Not done within the request's time-out.
  connect,     ///< The name is not known, nobody listens, or the connection broke.
  tls,         ///< The server could not be verified, or the handshake failed.
  protocol,    ///< What came is not HTTP, or was cut off.
  too_large,   ///< The headers, or the body, are beyond their bound.
  busy,        ///< Too many requests wait for the same server.
  shutdown,    ///< The client ends.
};

/// `none`, `bad_url`, ...
[[nodiscard]] std::string_view to_string(error value) noexcept;

/// What came of it. Redirects are not followed: they are responses like others.
struct response {
  error problem = error::none;
  std::string error_text; ///< For logs; empty if there is no problem. Without the URL.
  unsigned status = 0;    ///< 0 if there is a problem.
  header_list headers;    ///< In their order, as they were sent.
  std::string body;

  /// Returns the value of the first header of this name, in any case; empty if there is none.
  [[nodiscard]] std::string_view header(std::string_view name) const noexcept;
};

/// How a client works.
struct client_options {
  /// Certificates in PEM that are trusted besides the system's (OpenSSL's default folders, or what
  /// SSL_CERT_FILE and SSL_CERT_DIR name). Read again when it has changed.
  std::filesystem::path ca_file = {};

  /// Requests that may wait for a connection to the same server.
  std::size_t max_waiting = 256;

  /// How long an unused connection is kept.
  std::chrono::milliseconds idle_timeout{30'000};

  /// What one of several addresses of a server gets before the next is tried.
  std::chrono::milliseconds connect_timeout{3'000};
};

/// Any thread: asks HTTP/1.1 servers, on a thread of its own. Connections are kept and used again.
/// HTTPS verifies the server's certificate and name; TLS 1.2 at least. No proxies, no cookies, no
/// compression.
///
/// Names are looked up one after the other by the system, without a bound of ours: a resolver that
/// doesn't answer holds up requests to names that are not known yet (until they time out), and the
/// destructor until the system gives up.
class client {
public:
  explicit client(client_options how = {});
  client(const client&) = delete;
  client& operator=(const client&) = delete;

  /// Ends what is under way with `shutdown`, and waits for the thread. Not to be called on it.
  ~client();

  /// Asks. `done` is called exactly once, on the client's thread; it must not throw, nor block,
  /// since nothing else is answered meanwhile. It may ask again.
  void fetch(request what, std::function<void(response)> done);

private:
  class engine;
  std::unique_ptr<engine> engine_;
};

} // namespace actormesh::fetch
