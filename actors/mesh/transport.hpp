/// The sockets of the mesh: CAF scribes over TCP, with or without CAF's TLS sessions.
///
/// CAF's own entry points (`publish`, `remote_actor`) are not used: they connect by blocking the
/// one actor that connects, cannot cut a connection whose peer is frozen, and let whoever is
/// connected send any message to any actor.
#pragma once

#include "config/keys/mesh_identity.hpp"
#include "text/host_port.hpp"

#include <boost/system/result.hpp>
#include <caf/fwd.hpp>
#include <caf/io/doorman.hpp>
#include <caf/io/network/native_socket.hpp>
#include <caf/io/scribe.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace actormesh::mesh {

/// Owns a socket until it is released. Any thread.
class socket_guard {
public:
  explicit socket_guard(int descriptor) noexcept
    : descriptor_(descriptor) {}
  socket_guard(socket_guard&& other) noexcept
    : descriptor_(other.release()) {}
  socket_guard& operator=(socket_guard&& other) noexcept;
  ~socket_guard();

  [[nodiscard]] int get() const noexcept { return descriptor_; }
  [[nodiscard]] int release() noexcept;

private:
  int descriptor_;
};

/// A socket that listens for nodes.
struct mesh_port {
  socket_guard socket;
  text::host_port where; ///< With the port that was picked.
};

/// Binds the mesh port. `address` is an IP literal; port 0 takes a free one.
[[nodiscard]] boost::system::result<mesh_port> open_mesh_port(const std::string& address,
                                                              std::uint16_t port);

/// Where a dial may lead. Without TLS nothing is said beyond this host.
enum class reach : std::uint8_t { anywhere, loopback };

/// Connects, blocking for at most `timeout`, or until `cancelled` is set. For a thread that may
/// block.
[[nodiscard]] boost::system::result<socket_guard> dial(const text::host_port& where,
                                                       std::chrono::milliseconds timeout,
                                                       const std::atomic<bool>& cancelled,
                                                       reach within);

/// A connection of the mesh. Used on CAF's multiplexer only.
class mesh_scribe : public caf::io::scribe {
public:
  using caf::io::scribe::scribe;

  /// Closes the socket now, whatever waits, and says nothing to the broker.
  virtual void cut() = 0;

  /// Why TLS has failed; empty if it has not.
  [[nodiscard]] virtual std::string tls_failure() const = 0;

  /// The other side's certificate, once something was read. Nothing without TLS.
  [[nodiscard]] virtual std::optional<config::mesh_identity> certificate() const = 0;

  [[nodiscard]] virtual std::string remote_host() const = 0;
};

using mesh_scribe_ptr = caf::intrusive_ptr<mesh_scribe>;

enum class tls_side : std::uint8_t { none, dialed, accepted };

/// What became of a socket.
struct made_scribe {
  mesh_scribe_ptr scribe; ///< Null: `error` says why.
  std::string error;
};

/// Makes the scribe of a connected socket. With TLS the system must have CAF's OpenSSL module;
/// there is none if its files cannot be used, or the handshake has failed already.
[[nodiscard]] made_scribe make_scribe(caf::actor_system& system, socket_guard socket, tls_side tls);

/// The address at the other end of a socket; empty if there is none any more.
[[nodiscard]] std::string remote_host_of(const socket_guard& socket);

/// Makes the doorman of a mesh port, which hands accepted sockets to `accepted`.
[[nodiscard]] caf::io::doorman_ptr make_doorman(caf::actor_system& system, socket_guard socket,
                                                std::function<void(socket_guard)> accepted);

} // namespace actormesh::mesh
