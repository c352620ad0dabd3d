/// What comes before a client's own bytes.
#pragma once

#include "config/defaults.hpp"
#include "config/settings.hpp"
#include "net/address_limit.hpp"
#include "net/event_loop.hpp"
#include "net/proxy_protocol.hpp"
#include "net/stream.hpp"
#include "net/tls/certificate_source.hpp"
#include "net/tls/stream.hpp"
#include "telemetry/counters.hpp"

#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

namespace actormesh::net {

/// How connections begin at an address.
struct prologue_options {
  /// With `both` the first byte tells: a TLS record of a handshake begins with 0x16, no request
  /// does.
  config::tls_mode tls = config::tls_mode::off;

  /// Needed unless `off`. Outlives the listener.
  const tls::certificate_source* certificates = nullptr;

  /// From accepting a connection until all of this is through. Connections that are plain from the
  /// start, without a proxy, wait for nothing.
  std::chrono::milliseconds timeout = config::defaults::http_header_timeout;

  /// Whether a peer is a proxy, which says whom it speaks for in a header of the PROXY protocol
  /// before anything else. It has to: without a header its connection ends. From all others a
  /// header is not expected, and is no more than a broken request. Empty: there are no proxies.
  std::function<bool(const boost::asio::ip::address&)> is_proxy = {};

  /// Asked before a client is waited for; nothing: its connection is closed. The ticket is held
  /// until the client can speak. Empty: everybody may come in.
  std::function<std::optional<address_limit::ticket>(const boost::asio::ip::address&)> enter = {};
};

/// What the connections of one listener begin with, and where they go then.
struct prologue_gate {
  prologue_options how;
  std::function<void(std::unique_ptr<stream>)> on_ready;
  bool open = true; ///< Otherwise nobody takes them: they are closed.
};

/// Loop-bound: one connection from accepting it until its client can speak: the header of a proxy,
/// a look at the first byte, the handshake of TLS. Lives as long as it waits for its socket.
class prologue final : public std::enable_shared_from_this<prologue>,
                       public client,
                       public timer_wheel::entry {
public:
  prologue(event_loop& loop, std::shared_ptr<const prologue_gate> gate, stream::socket_type socket);

  void start();

  void drain() override { end(); }
  void cut_off() override { end(); }
  void expired(timer_wheel::time_point now) override;

private:
  using failure = telemetry::connection_failure;

  void wait();
  void go_on();
  void read_proxy_header();
  [[nodiscard]] bool enter();
  void begin_client();
  void look_at_first_byte();
  void begin_tls();
  void shake_hands();
  void hand_over(std::unique_ptr<stream> ready);
  void fail(failure why);
  void end();

  event_loop& loop_;
  std::shared_ptr<const prologue_gate> gate_;
  stream::socket_type socket_;        ///< Until there is a stream.
  std::optional<proxy_reader> proxy_; ///< While a header is expected.
  std::unique_ptr<tls::stream> secure_;
  boost::asio::ip::address remote_;
  address_limit::ticket entered_;
};

} // namespace actormesh::net
