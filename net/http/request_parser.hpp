/// HTTP/1 requests from bytes, by Boost.Beast's parser.
#pragma once

#include <boost/beast/http/field.hpp>
#include <boost/beast/http/verb.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

namespace actormesh::http {

/// More headers than this are refused; browsers send about twenty.
inline constexpr std::size_t max_headers = 100;

/// Empty lines before a request that are put up with (RFC 9112 section 2.2), in bytes.
inline constexpr std::size_t max_leading_bytes = 8;

/// Longest extension of one chunk. Extensions are not looked at.
inline constexpr std::size_t max_chunk_extension = 256;

/// One request. All views are valid until the parser is reset or destroyed.
class request {
public:
  struct header {
    boost::beast::http::field name;
    std::string_view name_text;
    std::string_view value;
  };

  boost::beast::http::verb method = boost::beast::http::verb::unknown;
  std::string_view target; ///< As sent: path and query, or a whole URL.
  unsigned version = 11;   ///< 10 or 11.
  bool keep_alive = false;
  bool upgrade = false;         ///< `Connection: upgrade` was asked for on HTTP/1.1.
  bool expect_continue = false; ///< `Expect: 100-continue` on HTTP/1.1.
  std::string_view body;
  std::span<const header> headers;

  /// Returns the first header of that name, empty if there is none.
  [[nodiscard]] std::string_view operator[](boost::beast::http::field name) const noexcept;
  /// The same by name, in any case.
  [[nodiscard]] std::string_view operator[](std::string_view name) const noexcept;
};

enum class parse_error : std::uint8_t {
  none,
  bad_request,      ///< 400: not HTTP, or one of the ways to smuggle (both lengths, bad chunks,
                    ///< obs-fold, bare LF)
  header_too_large, ///< 431
  body_too_large,   ///< 413
  bad_version,      ///< 505
  not_implemented,  ///< 501: a transfer coding other than chunked
};

[[nodiscard]] const char* to_string(parse_error) noexcept;

/// Loop-bound: parses the requests of one connection, one after the other. Holds memory only while
/// a request is under way; a few buffers are kept per thread for the next request of any
/// connection. The outcome does not depend on the pieces in which the bytes come.
class request_parser {
public:
  struct limits {
    std::size_t header_bytes = 0;
    std::size_t body_bytes = 0;
  };

  enum class state : std::uint8_t {
    idle,     ///< Nothing of a request has come yet.
    headers,  ///< In the request line or the headers.
    body,     ///< The headers are done (see `current`), the body isn't.
    complete, ///< `current` is whole.
    failed,   ///< See `error`; nothing more can be parsed from this connection.
  };

  explicit request_parser(limits lim);
  request_parser(request_parser&&) noexcept;
  request_parser& operator=(request_parser&&) noexcept;
  ~request_parser();

  /// Parses on. Returns the bytes taken; it takes all it is given unless a request is complete or
  /// failed (what follows belongs to the next request). Keeps what it needs of incomplete input.
  std::size_t put(std::string_view input);

  [[nodiscard]] state current_state() const noexcept;
  [[nodiscard]] parse_error error() const noexcept;
  /// In states body (headers only) and complete; empty or in part in the others.
  [[nodiscard]] const request& current() const noexcept;

  /// Makes ready for the next request.
  void reset();

private:
  struct impl;
  struct recycle {
    void operator()(impl* used) const noexcept;
  };

  // Each takes what it needs off `input`.
  void skip_empty_lines(std::string_view& input);
  void put_headers(std::string_view& input);
  void put_body(std::string_view& input);

  void begin();

  limits limits_;
  std::unique_ptr<impl, recycle> impl_; ///< None while idle.
  std::size_t skipped_ = 0;             ///< Bytes of empty lines before the request.
  state state_ = state::idle;
  parse_error error_ = parse_error::none;
};

} // namespace actormesh::http
