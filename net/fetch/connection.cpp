#include "net/fetch/connection.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <utility>

namespace actormesh::fetch {

namespace http = boost::beast::http;
namespace ssl = boost::asio::ssl;

namespace {

/// Status line and headers of a response.
constexpr std::uint32_t max_header_bytes = 16 * 1024;

/// A name with more addresses than this is not tried to its end.
constexpr std::size_t max_addresses = 8;

constexpr unsigned switching_protocols = 101;

/// Asks OpenSSL to verify the name, or the address, that the certificate is for.
bool expect_host(SSL* native, const std::string& host) {
  boost::system::error_code not_an_address;
  boost::asio::ip::make_address(host, not_an_address);
  if (!not_an_address)
    return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(native), host.c_str()) == 1;
  SSL_set_hostflags(native, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  // SNI is for names only (RFC 6066 section 3).
  return SSL_set_tlsext_host_name(native, host.c_str()) == 1 &&
         SSL_set1_host(native, host.c_str()) == 1;
}

/// What a failure means, before or after the first byte of the response.
error error_of(boost::system::error_code why, bool answered) {
  if (why == http::error::body_limit || why == http::error::header_limit)
    return error::too_large;
  if (why == http::error::end_of_stream || why == ssl::error::stream_truncated)
    return answered ? error::protocol : error::connect;
  if (why.category() == make_error_code(http::error::bad_version).category())
    return error::protocol;
  if (why.category() == boost::asio::error::get_ssl_category())
    return error::tls;
  return error::connect;
}

} // namespace

connection::connection(boost::asio::io_context& io, url where, trust_ptr trust,
                       std::chrono::milliseconds connect_timeout)
  : where_(std::move(where))
  , trust_(std::move(trust))
  , connect_timeout_(connect_timeout)
  , resolver_(io)
  , socket_(io)
  , timer_(io) {}

template <class Function> void connection::with_stream(const Function& function) {
  if (secure_)
    function(*secure_);
  else
    function(socket_);
}

void connection::ask(const request& what, const std::string& target, finished then) {
  ++asked_;
  then_ = std::move(then);
  sent_ = false;
  max_response_bytes_ = what.max_response_bytes;
  outgoing_ = {};
  outgoing_.version(11);
  outgoing_.method(what.how == method::get ? http::verb::get : http::verb::post);
  outgoing_.target(target);
  outgoing_.set(http::field::host, where_.authority());
  outgoing_.set(http::field::user_agent, "actormesh/" ACTORMESH_VERSION);
  for (const auto& [name, value] : what.headers)
    outgoing_.insert(name, value);
  if (what.how == method::post) {
    outgoing_.body() = what.body;
    outgoing_.prepare_payload();
  }
  if (!open_)
    return resolve();
  ++waits_;
  ended_ = nullptr;
  timer_.cancel();
  send();
}

// -- connecting ----------------------------------------------------------------------------------

void connection::resolve() {
  error_code not_an_address;
  const auto address = boost::asio::ip::make_address(where_.host, not_an_address);
  if (!not_an_address) {
    endpoints_.emplace_back(address, where_.port);
    return boost::asio::post(socket_.get_executor(), [self = shared_from_this()] {
      if (!self->closed_)
        self->connect_next();
    });
  }
  resolver_.async_resolve(where_.host, std::to_string(where_.port), tcp::resolver::numeric_service,
                          [self = shared_from_this()](error_code failed, const auto& found) {
                            if (self->closed_)
                              return;
                            if (failed)
                              return self->fail(error::connect, failed.message());
                            for (const auto& each : found)
                              if (self->endpoints_.size() < max_addresses)
                                self->endpoints_.push_back(each.endpoint());
                            std::ranges::reverse(self->endpoints_);
                            self->connect_next();
                          });
}

void connection::connect_next() {
  if (endpoints_.empty())
    return fail(error::connect, last_failure_.message());
  const auto where = endpoints_.back();
  endpoints_.pop_back();
  error_code ignored;
  socket_.close(ignored);
  if (!endpoints_.empty()) {
    timer_.expires_after(connect_timeout_);
    timer_.async_wait([self = shared_from_this(), mine = ++waits_](error_code failed) {
      error_code unused;
      if (!failed && mine == self->waits_)
        self->socket_.close(unused);
    });
  }
  socket_.async_connect(where, [self = shared_from_this()](error_code failed) {
    if (!self->closed_)
      self->connected(failed);
  });
}

void connection::connected(error_code failed) {
  ++waits_;
  timer_.cancel();
  // It may have been closed by the timer while this was waiting its turn.
  if (failed || !socket_.is_open()) {
    last_failure_ = failed == boost::asio::error::operation_aborted || !failed
                        ? error_code{boost::asio::error::timed_out}
                        : failed;
    return connect_next();
  }
  error_code ignored;
  socket_.set_option(tcp::no_delay{true}, ignored);
  open_ = true;
  if (trust_ != nullptr)
    shake_hands();
  else
    send();
}

void connection::shake_hands() {
  secure_.emplace(socket_, *trust_);
  error_code failed;
  secure_->set_verify_mode(ssl::verify_peer, failed);
  if (failed || !expect_host(secure_->native_handle(), where_.host))
    return fail(error::tls, "the name of the server cannot be verified");
  secure_->async_handshake(ssl::stream_base::client, [self = shared_from_this()](error_code why) {
    if (self->closed_)
      return;
    if (why)
      return self->fail(error::tls, self->verification_error(why));
    self->send();
  });
}

std::string connection::verification_error(error_code failed) {
  const auto code = SSL_get_verify_result(secure_->native_handle());
  return code == X509_V_OK ? failed.message() : X509_verify_cert_error_string(code);
}

// -- asking --------------------------------------------------------------------------------------

void connection::send() {
  incoming_.emplace();
  incoming_->header_limit(max_header_bytes);
  incoming_->body_limit(max_response_bytes_);
  with_stream([this](auto& to) {
    http::async_write(to, outgoing_,
                      [self = shared_from_this()](error_code failed, std::size_t bytes) {
                        if (self->closed_)
                          return;
                        self->sent_ = self->sent_ || bytes != 0;
                        if (failed)
                          return self->fail(failed);
                        self->receive();
                      });
  });
}

void connection::receive() {
  with_stream([this](auto& from) {
    http::async_read(from, buffer_, *incoming_,
                     [self = shared_from_this()](error_code failed, std::size_t) {
                       if (!self->closed_)
                         self->received(failed);
                     });
  });
}

void connection::received(error_code failed) {
  if (failed)
    return fail(failed);
  auto& message = incoming_->get();
  const auto status = message.result_int();
  if (status == switching_protocols)
    return fail(error::protocol, "the server switches protocols");
  if (status < 200) {
    // Something like 103: the response proper is still to come.
    incoming_.emplace();
    incoming_->header_limit(max_header_bytes);
    incoming_->body_limit(max_response_bytes_);
    return receive();
  }
  outcome done;
  done.sent = done.answered = true;
  done.reusable = message.keep_alive() && !incoming_->need_eof() && buffer_.size() == 0;
  done.answer.status = status;
  for (const auto& each : message)
    done.answer.headers.emplace_back(each.name_string(), each.value());
  done.answer.body = std::move(message.body());
  incoming_.reset();
  std::exchange(then_, nullptr)(std::move(done));
}

void connection::fail(error_code why) { fail(error_of(why, has_answer()), why.message()); }

void connection::fail(error what, std::string text) {
  outcome done;
  done.sent = sent_;
  done.answered = has_answer();
  done.answer.problem = what;
  done.answer.error_text = std::move(text);
  std::exchange(then_, nullptr)(std::move(done));
}

bool connection::has_answer() const {
  return incoming_ && (incoming_->got_some() || buffer_.size() != 0);
}

// -- waiting -------------------------------------------------------------------------------------

void connection::watch(std::chrono::milliseconds limit, std::function<void()> ended) {
  ended_ = std::move(ended);
  const auto end = [self = shared_from_this(), mine = ++waits_](error_code failed) {
    if (failed != boost::asio::error::operation_aborted && mine == self->waits_ && self->ended_)
      std::exchange(self->ended_, nullptr)();
  };
  // Whatever comes now, the end or bytes that nobody has asked for, makes it useless.
  socket_.async_wait(tcp::socket::wait_read, end);
  timer_.expires_after(limit);
  timer_.async_wait(end);
}

void connection::close() {
  closed_ = true;
  ++waits_;
  then_ = nullptr;
  ended_ = nullptr;
  resolver_.cancel();
  timer_.cancel();
  error_code ignored;
  socket_.close(ignored);
}

} // namespace actormesh::fetch
