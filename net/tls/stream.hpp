/// The bytes of one client that speaks TLS.
#pragma once

#include "net/stream.hpp"
#include "net/tls/context.hpp"

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

struct ssl_st; // OpenSSL's SSL

namespace actormesh::net::tls {

/// Loop-bound: the server's end of a TLS connection, straight on OpenSSL and the socket. Nothing
/// blocks. The handshake goes on within `handshake`, or within `read` and `write`, whoever is
/// called first; its time-out is the caller's.
///
/// A peer that ends TCP without a `close_notify` counts as `ended` like one with it: requests and
/// frames say themselves how long they are, so that a cut-off one is noticed without.
///
/// An idle connection takes 14 KiB of heap with TLS 1.3, 13 KiB with TLS 1.2 (OpenSSL 3.0, measured
/// with 4,000 of them), nearly all of it OpenSSL's state. Its buffers for records, 34 KiB, are
/// there only while bytes are under way.
class stream final : public net::stream {
public:
  /// Returns null if OpenSSL has no memory left.
  [[nodiscard]] static std::unique_ptr<stream> accept(context_ptr how, socket_type socket);
  ~stream() override;

  /// Goes on with the handshake: `ok` when it is done; `would_block`: wait until readable;
  /// `failed`: `error` says why, and the client has been sent an alert if one applies.
  [[nodiscard]] status handshake();

  result read(std::span<char> into) override;
  result write(std::span<const iovec> what) override;

  /// Sends `close_notify` if there is room for it, then TCP's FIN.
  void shut_down_writing() override;
  void close() override;

  [[nodiscard]] bool is_tls() const noexcept override { return true; }

  /// For logs: `TLSv1.3`, and `TLS_AES_128_GCM_SHA256`. Empty before the handshake is done.
  [[nodiscard]] std::string_view protocol() const noexcept;
  [[nodiscard]] std::string_view cipher() const noexcept;

  /// Whether the client came back with a ticket.
  [[nodiscard]] bool resumed() const noexcept;

  /// What OpenSSL said when the connection failed, such as `http request`. Empty if nothing.
  [[nodiscard]] const std::string& error() const noexcept { return error_; }

protected:
  [[nodiscard]] wait before_reading() const noexcept override { return before_reading_; }
  [[nodiscard]] wait before_writing() const noexcept override { return before_writing_; }

private:
  struct freed {
    void operator()(ssl_st* what) const noexcept;
  };

  stream(context_ptr how, std::unique_ptr<ssl_st, freed> ssl, socket_type socket);

  /// What a call of OpenSSL that did not succeed means, and what to wait for before the next.
  [[nodiscard]] status after(int returned, wait& next);
  void after_reading();
  void send_close_notify();

  context_ptr context_;
  std::unique_ptr<ssl_st, freed> ssl_;
  std::string error_;
  wait before_reading_ = wait::readable;
  wait before_writing_ = wait::writable;
  bool broken_ = false; ///< OpenSSL must not be asked for anything any more.
};

} // namespace actormesh::net::tls
