/// What TLS connections have in common: certificate, key, versions, ciphers.
#pragma once

#include "config/problem.hpp"
#include "net/tls/ticket_keys.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

struct ssl_ctx_st; // OpenSSL's SSL_CTX

namespace actormesh::net::tls {

/// The oldest version that clients may speak.
enum class version : std::uint8_t { tls_1_2, tls_1_3 };

/// `1.2`, `1.3`.
[[nodiscard]] std::string_view to_string(version value) noexcept;

/// What a context is made of.
struct context_options {
  std::filesystem::path
      certificate;           ///< PEM; the node's own comes first, then the rest of its chain.
  std::filesystem::path key; ///< PEM, without a password, readable by its owner only.
  version minimum = version::tls_1_2;
  /// Of TLS 1.2, in OpenSSL's syntax. Empty: those of Mozilla's "intermediate" configuration that
  /// have forward secrecy by ECDHE. TLS 1.3 always has OpenSSL's three.
  std::string ciphers = {};

  friend bool operator==(const context_options&, const context_options&) = default;
};

class context;
using context_ptr = std::shared_ptr<const context>;

/// A context that can be used.
struct loaded_context {
  context_ptr what;          ///< Never null.
  config::problems warnings; ///< E.g. a certificate that ends soon.
};

/// Any thread, immutable. Each connection shares it; the key's memory is released, and overwritten,
/// when the last of them is gone.
///
/// Clients choose the cipher among those offered, as Mozilla advises: all are good, and phones know
/// best what they are fast at. Curves: X25519, P-256, P-384. Clients that negotiate an application
/// protocol (ALPN, RFC 7301) get `http/1.1`; those that offer others only get the alert
/// `no_application_protocol`. No renegotiation, no compression, no early data (which could be
/// replayed). Client certificates are not asked for.
class context {
public:
  /// Reads and checks the files. An error: a file that cannot be read or does not fit, a key that
  /// others may read, a certificate that has expired or is not valid yet. Never throws.
  [[nodiscard]] static config::result<loaded_context>
  load(const context_options& how, std::shared_ptr<ticket_keys> tickets,
       std::chrono::system_clock::time_point now = std::chrono::system_clock::now());

  context(const context&) = delete;
  context& operator=(const context&) = delete;
  ~context();

  /// For `tls::stream`.
  [[nodiscard]] ssl_ctx_st* native() const noexcept { return native_; }

  /// When the certificate ends.
  [[nodiscard]] std::chrono::sys_seconds expires() const noexcept { return expires_; }

private:
  context(ssl_ctx_st* native, std::shared_ptr<ticket_keys> tickets,
          std::chrono::sys_seconds expires) noexcept;

  ssl_ctx_st* native_;
  std::shared_ptr<ticket_keys> tickets_; ///< OpenSSL calls back with it.
  std::chrono::sys_seconds expires_;
};

} // namespace actormesh::net::tls
