/// Accepts clients on one address.
#pragma once

#include "net/event_loop.hpp"
#include "net/prologue.hpp"
#include "net/stream.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/system/result.hpp>

#include <functional>
#include <memory>

namespace actormesh::net {

/// Loop-bound, except for making it: one loop's share of an address. All loops listen on the same
/// port with SO_REUSEPORT and the kernel spreads the connections, so that each stays on its loop.
class listener {
public:
  using endpoint = boost::asio::ip::tcp::endpoint;
  using accepted = std::function<void(std::unique_ptr<stream>)>;

  /// Binds and listens; nothing is accepted yet. Before the loop runs. Port 0 takes a free one.
  /// Clients are handed to `on_accept` when they can speak: after what `how` says comes first.
  [[nodiscard]] static boost::system::result<std::unique_ptr<listener>>
  bind(event_loop& loop, const endpoint& where, accepted on_accept, prologue_options how = {});

  ~listener();

  /// Returns what keeps an address from being used, other sockets on it included: with SO_REUSEPORT
  /// alone two nodes would share a port and each would see half of the clients.
  [[nodiscard]] static boost::system::error_code probe(event_loop& loop, const endpoint& where);

  [[nodiscard]] endpoint where() const noexcept { return where_; }

  void start();

  /// Accepts no more, and hands over no more.
  void close();

private:
  listener(event_loop& loop, accepted on_accept, prologue_options how);

  void wait();
  void accept_all();
  void begin(stream::socket_type socket);
  void pause();

  event_loop& loop_;
  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::steady_timer pause_;
  endpoint where_;
  std::shared_ptr<prologue_gate> gate_; ///< Shared with connections that are beginning.
};

} // namespace actormesh::net
