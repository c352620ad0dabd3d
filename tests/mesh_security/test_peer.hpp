/// Somebody at a mesh port who says what a test wants to have said.
#pragma once

#include "actors/mesh/protocol.hpp"
#include "config/keys/mesh_ca.hpp"
#include "tests/process/descriptor.hpp"

#include <caf/byte_buffer.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

struct ssl_st;     // OpenSSL's SSL
struct ssl_ctx_st; // OpenSSL's SSL_CTX

namespace actormesh::mesh_security {

/// How a peer does TLS. It trusts everybody: the node has to look who is there.
struct peer_tls {
  /// Empty: it shows none.
  std::optional<config::mesh_tls_settings> files = std::nullopt;
};

/// One end of a connection. Waits for nothing longer than a test may.
class test_peer {
public:
  enum class side : std::uint8_t { dialed, accepted };

  /// Dials a node on loopback.
  explicit test_peer(std::uint16_t port);
  /// Goes on with a connection.
  explicit test_peer(process::descriptor socket)
    : socket_(std::move(socket)) {}
  test_peer(test_peer&& other) noexcept = default;
  test_peer& operator=(test_peer&& other) noexcept = default;
  ~test_peer();

  /// Returns whether this end is content with how it went. In TLS 1.3, who dials hears of being
  /// refused only when it reads.
  [[nodiscard]] bool start_tls(side which, const peer_tls& how);

  void send(std::string_view bytes);

  /// As `send`, but false when the node takes no more.
  [[nodiscard]] bool send_unless_cut(std::string_view bytes);

  /// Sends what the socket takes at once. Without TLS.
  [[nodiscard]] std::size_t send_some(std::string_view bytes) const;

  template <class Body> void say(Body body) { send(frame_of(std::move(body))); }

  template <class Body> [[nodiscard]] static std::string frame_of(Body body) {
    caf::byte_buffer out;
    mesh::append_frame(out, std::move(body));
    return {reinterpret_cast<const char*>(out.data()), out.size()};
  }

  struct frame {
    mesh::frame_type type{};
    caf::byte_buffer body;
  };

  /// The next frame; nothing at the end.
  [[nodiscard]] std::optional<frame> read_frame();

  /// The next frame of this kind; others are passed over. Throws at the end.
  template <class Body> [[nodiscard]] Body read() {
    while (const auto got = read_frame()) {
      if (got->type != Body::type)
        continue;
      if (auto body = mesh::read_frame<Body>(got->body))
        return *std::move(body);
      throw std::runtime_error{"the node sent a malformed frame"};
    }
    throw std::runtime_error{"the connection ended before frame " +
                             std::to_string(static_cast<int>(Body::type)) + " came"};
  }

  /// Everything up to the end, which has to come.
  std::string read_to_end();

  /// Dials a link as a node would, up to `start`.
  void link(const mesh::hello& as);

  void close() noexcept { socket_.close(); }

private:
  struct freed {
    void operator()(ssl_st* each) const noexcept;
    void operator()(ssl_ctx_st* each) const noexcept;
  };

  /// Appends what comes; false at the end.
  [[nodiscard]] bool read_more();

  process::descriptor socket_;
  std::unique_ptr<ssl_ctx_st, freed> context_;
  std::unique_ptr<ssl_st, freed> ssl_;
  std::string input_;
};

/// Waits for nodes that dial.
class test_listener {
public:
  test_listener();

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

  /// The next who dials.
  [[nodiscard]] test_peer accept() const;

private:
  process::descriptor socket_;
  std::uint16_t port_ = 0;
};

/// What a node of that name would begin with.
[[nodiscard]] mesh::hello hello_of(const std::string& name);

} // namespace actormesh::mesh_security
