/// An HTTP/1.1 connection.
#pragma once

#include "config/settings.hpp"
#include "net/address_limit.hpp"
#include "net/event_loop.hpp"
#include "net/http/exchange.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace actormesh::http {

/// Loop-bound: reads requests, hands them to a service one after the other and writes the answers
/// once per turn. Keep-alive, pipelining, `100-continue`; time-outs for headers, bodies and idling.
/// Lives as long as it waits for its socket.
class session final : public std::enable_shared_from_this<session>,
                      public flush_hook,
                      public net::client,
                      public net::timer_wheel::entry,
                      private exchange {
public:
  session(net::event_loop& loop, std::unique_ptr<net::stream> socket, handler& answers,
          const config::http_settings& settings, net::address_limit::ticket entered = {});
  ~session() override;

  void start();

  void flush() override;
  void drain() override;
  void cut_off() override;
  void expired(net::timer_wheel::time_point now) override;

private:
  enum class state : std::uint8_t {
    open,
    last_answer, ///< No more requests are read; what is queued goes out.
    lingering,   ///< Everything is out; waits for the client to close, so that it can read it.
    ended,
  };

  // exchange
  [[nodiscard]] const request& what() const noexcept override { return parser_.current(); }
  [[nodiscard]] const boost::asio::ip::address& remote_address() const noexcept override {
    return remote_;
  }
  [[nodiscard]] std::chrono::steady_clock::time_point received() const noexcept override {
    return received_;
  }
  [[nodiscard]] bool is_tls() const noexcept override { return tls_; }
  [[nodiscard]] std::shared_ptr<void>& kept() noexcept override { return kept_; }
  void respond(const response& answer) override;
  [[nodiscard]] std::shared_ptr<exchange> defer() override;
  [[nodiscard]] taken_over take_over() override;

  void wait_readable();
  void on_readable();
  void go_on_reading();
  void process(std::string_view input);
  void process_unread();
  void handle_request();
  void request_done();
  void refuse(refusal why);
  void watch_body();
  void set_timeout();
  void write();
  void linger();
  void end();

  net::event_loop& loop_;
  std::unique_ptr<net::stream> socket_;
  handler& handler_;
  const config::http_settings settings_;
  boost::asio::ip::address remote_;
  request_parser parser_;
  std::string out_;
  std::size_t written_ = 0;
  std::string_view rest_; ///< While a request is handled: the input behind it.
  std::string unread_;    ///< Requests that wait until the client has taken the answers before.
  std::chrono::steady_clock::time_point received_{};
  request_parser::state timed_ = request_parser::state::complete; ///< What the time-out is set for.
  state state_ = state::open;
  bool close_after_ = false; ///< The answer being made is the last one.
  bool continued_ = false;   ///< `100 Continue` was sent for this request.
  bool answered_ = false;
  bool deferred_ = false; ///< The answer comes later; nothing is read until then.
  bool tls_ = false;
  net::address_limit::ticket entered_;
  std::shared_ptr<void> kept_;
  bool reading_ = false;
  bool write_blocked_ = false;
  std::size_t lingered_ = 0;
};

} // namespace actormesh::http
