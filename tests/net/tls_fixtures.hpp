/// Certificates and clients for tests of TLS.
#pragma once

#include "net/tls/context.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <openssl/ssl.h>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace actormesh::test {

/// How long a test waits for anything before it fails. Generous: sanitizers are slow.
inline constexpr std::chrono::seconds patience{30};

/// A CA with what it has signed, in a folder that lasts as long as the test.
class authority {
public:
  authority();
  authority(const authority&) = delete;
  authority& operator=(const authority&) = delete;
  ~authority();

  struct wanted {
    std::string names = "DNS:localhost,IP:127.0.0.1,IP:::1"; ///< As X509V3_EXT_conf_nid has it.
    std::chrono::hours begins{-1};                           ///< From now.
    std::chrono::hours ends{24 * 90};                        ///< From now.
    std::string password = {};                               ///< Of the key.
  };

  /// Each call makes new files, with mode 0600.
  [[nodiscard]] net::tls::context_options issue(const wanted& what);
  [[nodiscard]] net::tls::context_options issue() { return issue(wanted{}); }

  /// The CA's own certificate.
  [[nodiscard]] std::filesystem::path file() const { return folder_ / "ca.pem"; }
  [[nodiscard]] const std::filesystem::path& folder() const noexcept { return folder_; }

private:
  struct freed {
    void operator()(EVP_PKEY* each) const noexcept { EVP_PKEY_free(each); }
    void operator()(X509* each) const noexcept { X509_free(each); }
  };

  std::filesystem::path folder_;
  std::unique_ptr<EVP_PKEY, freed> key_;
  std::unique_ptr<X509, freed> certificate_;
  int issued_ = 0;
};

/// Loads a context that has to be good.
[[nodiscard]] net::tls::context_ptr load(const net::tls::context_options& how);

struct session_freed {
  void operator()(SSL_SESSION* each) const noexcept { SSL_SESSION_free(each); }
};
using session_ptr = std::unique_ptr<SSL_SESSION, session_freed>;

/// What a client wants.
struct client_wish {
  int oldest = TLS1_2_VERSION;
  int newest = TLS1_3_VERSION;
  std::vector<std::string> protocols = {}; ///< For ALPN.
  SSL_SESSION* session = nullptr;          ///< To resume.
};

/// A client on OpenSSL whose every byte goes through the test's hands. It verifies nothing.
class tls_client {
public:
  explicit tls_client(boost::asio::ip::tcp::socket socket, const client_wish& what = {});

  /// Moves what there is between OpenSSL and the socket, at most `piece` bytes each way. Returns
  /// whether anything moved.
  bool move_bytes();

  /// All of these do what they can without waiting.
  bool handshake();             ///< Whether it is done.
  void read();                  ///< Appends to `received`.
  void send(std::string bytes); ///< Once the handshake is done.
  void write();                 ///< Goes on with what `send` was given.
  void raw(std::string_view bytes);
  void shut_down() { SSL_shutdown(ssl_.get()); }

  /// One turn of all that.
  void step();

  std::string received;
  std::size_t piece = SIZE_MAX;
  bool greeted = false;      ///< The handshake is done.
  bool close_notify = false; ///< The server has ended TLS.
  bool fin = false;          ///< The server has ended TCP.
  int reason = 0;            ///< OpenSSL's, when it has failed.
  session_ptr last_session;

  [[nodiscard]] std::size_t unsent() const noexcept { return unsent_.size(); }
  [[nodiscard]] std::string protocol() const;    ///< What ALPN chose.
  [[nodiscard]] std::string certificate() const; ///< The server's, in PEM.
  [[nodiscard]] bool resumed() const { return SSL_session_reused(ssl_.get()) == 1; }
  [[nodiscard]] SSL* native() noexcept { return ssl_.get(); }
  [[nodiscard]] boost::asio::ip::tcp::socket& socket() noexcept { return socket_; }

private:
  struct freed {
    void operator()(SSL_CTX* each) const noexcept { SSL_CTX_free(each); }
    void operator()(SSL* each) const noexcept { SSL_free(each); }
  };

  void failed(int returned);

  boost::asio::ip::tcp::socket socket_;
  std::unique_ptr<SSL_CTX, freed> context_;
  std::unique_ptr<SSL, freed> ssl_;
  BIO* in_ = nullptr;  ///< Owned by `ssl_`.
  BIO* out_ = nullptr; ///< Owned by `ssl_`.
  std::string outgoing_;
  std::string unsent_;
};

/// Text that shows when bytes are lost, doubled or moved.
[[nodiscard]] std::string pattern(std::size_t size);

} // namespace actormesh::test
