/// What answers HTTP requests.
#pragma once

#include "net/address_limit.hpp"
#include "net/http/request_parser.hpp"
#include "net/stream.hpp"

#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace actormesh::http {

/// An answer. Views need to live only during `exchange::respond`.
struct response {
  unsigned status = 200;
  std::string_view content_type = "application/json"; ///< Empty: no body, no header.
  std::string_view extra_headers;                     ///< Whole lines, each with its CRLF.
  std::string_view body;
};

/// Why a request is not handed to anybody.
enum class refusal : std::uint8_t {
  not_found,          ///< Nobody answers there.
  method_not_allowed, ///< Nobody answers such a request there.
  bad_request,
  header_too_large,
  body_too_large,
  bad_version,
  not_implemented,
  timeout,
};

/// One request and its one answer.
class exchange {
public:
  virtual ~exchange() = default;

  [[nodiscard]] virtual const request& what() const noexcept = 0;
  [[nodiscard]] virtual const boost::asio::ip::address& remote_address() const noexcept = 0;
  /// When the last byte of the request was read.
  [[nodiscard]] virtual std::chrono::steady_clock::time_point received() const noexcept = 0;

  /// Whether the bytes are encrypted between the client, or a proxy, and this node.
  [[nodiscard]] virtual bool is_tls() const noexcept = 0;

  /// What whoever answers keeps for the requests that follow on the same connection; null at first.
  [[nodiscard]] virtual std::shared_ptr<void>& kept() noexcept = 0;

  /// Answers. To be called once: within `handler::handle`, or after `defer`.
  virtual void respond(const response& answer) = 0;

  /// Instead of `respond`: the answer comes later, on the same loop. The request stays valid until
  /// then; what the client sends behind it waits. Whoever holds the result must answer; who has
  /// gone in the meantime does no harm.
  [[nodiscard]] virtual std::shared_ptr<exchange> defer() = 0;

  /// Instead of `respond`: takes the socket over; HTTP is over for it. `rest` is what the client
  /// has sent behind the request; it holds until the next read on the loop. The request stays valid
  /// within `handler::handle`.
  struct taken_over {
    std::unique_ptr<net::stream> socket;
    std::string_view rest;
    std::string unsent;                 ///< Answers to earlier requests that have to go first.
    net::address_limit::ticket entered; ///< The connection's place among those of its address.
  };
  [[nodiscard]] virtual taken_over take_over() = 0;
};

/// Loop-bound: answers the requests of a loop's connections.
class handler {
public:
  virtual ~handler() = default;

  virtual void handle(exchange& what) = 0;

  /// Answers something that is no request (`what.what()` may be empty). The connection ends after
  /// it.
  virtual void refuse(exchange& what, refusal why) = 0;
};

} // namespace actormesh::http
