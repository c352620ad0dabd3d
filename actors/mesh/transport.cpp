#include "actors/mesh/transport.hpp"

#include "telemetry/log.hpp"
#include "text/host_port.hpp"

#include <boost/system/system_error.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/io/middleman.hpp>
#include <caf/io/network/default_multiplexer.hpp>
#include <caf/io/network/doorman_impl.hpp>
#include <caf/io/network/stream_impl.hpp>
#include <caf/openssl/session.hpp>
#include <caf/policy/tcp.hpp>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <exception>
#include <utility>

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace actormesh::mesh {

namespace {

namespace log = telemetry::log;
using caf::io::network::default_multiplexer;
using caf::io::network::operation;
using caf::io::network::rw_state;
using std::chrono::steady_clock;

boost::system::error_code last_error() { return {errno, boost::system::system_category()}; }

boost::system::error_code not_found() {
  return make_error_code(boost::system::errc::host_unreachable);
}

/// How long a dial waits between two looks at whether it is still wanted.
constexpr std::chrono::milliseconds cancel_check{50};

/// Of a name in the DNS.

/// How many peers may be waiting to be accepted.
constexpr int listen_backlog = 128;

default_multiplexer& multiplexer_of(caf::actor_system& system) {
  return static_cast<default_multiplexer&>(system.middleman().backend());
}

struct address_list {
  addrinfo* first = nullptr;
  address_list() = default;
  address_list(const address_list&) = delete;
  address_list& operator=(const address_list&) = delete;
  ~address_list() {
    if (first != nullptr)
      ::freeaddrinfo(first);
  }
};

bool is_loopback(const sockaddr& address) noexcept {
  if (address.sa_family == AF_INET) {
    constexpr std::uint32_t loopback_net = 127;
    return ntohl(reinterpret_cast<const sockaddr_in&>(address).sin_addr.s_addr) >> 24U ==
           loopback_net;
  }
  return address.sa_family == AF_INET6 &&
         IN6_IS_ADDR_LOOPBACK(&reinterpret_cast<const sockaddr_in6&>(address).sin6_addr);
}

/// Waits for a connection under way. Returns what became of it.
boost::system::error_code finish_connect(int socket, steady_clock::time_point until,
                                         const std::atomic<bool>& cancelled) {
  for (;;) {
    if (cancelled)
      return make_error_code(boost::system::errc::operation_canceled);
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(until - steady_clock::now());
    if (left.count() <= 0)
      return make_error_code(boost::system::errc::timed_out);
    pollfd wanted{socket, POLLOUT, 0};
    const auto ready = ::poll(&wanted, 1, static_cast<int>(std::min(left, cancel_check).count()));
    if (ready < 0 && errno != EINTR)
      return last_error();
    if (ready <= 0)
      continue;
    int failed = 0;
    socklen_t size = sizeof failed;
    if (::getsockopt(socket, SOL_SOCKET, SO_ERROR, &failed, &size) != 0)
      return last_error();
    return {failed, boost::system::system_category()};
  }
}

// -- TLS ------------------------------------------------------------------------------------------

/// CAF's session keeps its `SSL` to itself, and whoever wants to see the peer's certificate, or
/// what is wrong with it, needs it. OpenSSL tells us of each one that is made, and of each one that
/// is freed: this is what its extra data are for.
thread_local SSL* last_made = nullptr;
thread_local long last_verified = X509_V_OK; ///< By the one that was freed last.

int extra_data_index() {
  static const auto index = CRYPTO_get_ex_new_index(
      CRYPTO_EX_INDEX_SSL, 0, nullptr,
      [](void* parent, void*, CRYPTO_EX_DATA*, int, long, void*) {
        last_made = static_cast<SSL*>(parent);
      },
      nullptr,
      [](void* parent, void*, CRYPTO_EX_DATA*, int, long, void*) {
        last_verified = SSL_get_verify_result(static_cast<SSL*>(parent));
      });
  return index;
}

/// What OpenSSL has to say about a failure just now; `verified` is what it thinks of the other
/// side's certificate.
std::string describe_failure(long verified) {
  if (verified != X509_V_OK)
    return std::string{"the other side's certificate: "} + X509_verify_cert_error_string(verified);
  const auto last = ERR_peek_last_error();
  const auto* reason = ERR_reason_error_string(last);
  if (reason == nullptr || ERR_GET_REASON(last) == SSL_R_UNEXPECTED_EOF_WHILE_READING)
    return {}; // It has closed, and that is all.
  return reason;
}

int refuse_password(char*, int, int, void*) { return -1; }

/// CAF reads the files anew for each connection; when it cannot, it leaks memory, or asks the
/// terminal for a password. So it is tried here first. Returns what is wrong.
std::optional<std::string> try_files(const caf::actor_system_config& files) {
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context{SSL_CTX_new(TLS_method()),
                                                                  &SSL_CTX_free};
  const auto wrong = [](const std::string& file) {
    return file + ": " + ERR_reason_error_string(ERR_peek_last_error());
  };
  if (context == nullptr)
    return wrong("OpenSSL");
  SSL_CTX_set_default_passwd_cb(context.get(), refuse_password);
  if (SSL_CTX_use_certificate_chain_file(context.get(), files.openssl_certificate.c_str()) != 1)
    return wrong(files.openssl_certificate);
  if (SSL_CTX_use_PrivateKey_file(context.get(), files.openssl_key.c_str(), SSL_FILETYPE_PEM) != 1)
    return wrong(files.openssl_key);
  if (SSL_CTX_load_verify_locations(context.get(), files.openssl_cafile.c_str(), nullptr) != 1)
    return wrong(files.openssl_cafile);
  return std::nullopt;
}

class tls_session {
public:
  tls_session(caf::openssl::session_ptr session, SSL* ssl)
    : session_(std::move(session))
    , ssl_(ssl) {}

  // OpenSSL keeps errors by thread, and CAF leaves them there: without the clearing, a handshake
  // that failed on one connection would be taken for a failure of the next one that is used.
  rw_state read_some(size_t& result, int socket, void* buffer, size_t size) {
    ERR_clear_error();
    return noted(session_->read_some(result, socket, buffer, size));
  }
  rw_state write_some(size_t& result, int socket, const void* buffer, size_t size) {
    ERR_clear_error();
    return noted(session_->write_some(result, socket, buffer, size));
  }
  bool must_read_more(int socket, size_t threshold) {
    // Something at all: CAF asks for a threshold of nothing too.
    return threshold != 0 && session_->must_read_more(socket, threshold);
  }

  [[nodiscard]] std::optional<config::mesh_identity> certificate() const {
    const auto* shown = SSL_get0_peer_certificate(ssl_);
    return shown != nullptr ? config::identity_of(*shown) : std::nullopt;
  }

  [[nodiscard]] std::string failure() const { return failure_; }

private:
  rw_state noted(rw_state got) {
    if (got == rw_state::failure && failure_.empty())
      failure_ = describe_failure(SSL_get_verify_result(ssl_));
    return got;
  }

  caf::openssl::session_ptr session_;
  SSL* ssl_; ///< The session's.
  std::string failure_;
};

class plain_session : public caf::policy::tcp {
public:
  static std::optional<config::mesh_identity> certificate() { return std::nullopt; }
  static std::string failure() { return {}; }
};

/// The stream has its policy as a private member and gives no way to it.
template <class Session> class shared_session {
public:
  explicit shared_session(std::shared_ptr<Session> session)
    : session_(std::move(session)) {}

  rw_state read_some(size_t& result, int socket, void* buffer, size_t size) {
    return session_->read_some(result, socket, buffer, size);
  }
  rw_state write_some(size_t& result, int socket, const void* buffer, size_t size) {
    return session_->write_some(result, socket, buffer, size);
  }
  bool must_read_more(int socket, size_t threshold) {
    return session_->must_read_more(socket, threshold);
  }

private:
  std::shared_ptr<Session> session_;
};

// -- scribe ---------------------------------------------------------------------------------------

/// Settles a servant at the end of a turn of the multiplexer, in which a task dies that holds this,
/// or with the multiplexer.
///
/// CAF has a gap there: reading that begins and ends within one turn, or the other way round,
/// cancels out in the multiplexer, and nobody tells the stream. It then holds its servant, and that
/// it, for ever; or it does not begin to read again.
template <class Servant> class settled_later {
public:
  explicit settled_later(Servant& of) noexcept
    : of_(&of) {}
  settled_later(settled_later&&) noexcept = default;
  settled_later(const settled_later&) = delete;
  settled_later& operator=(const settled_later&) = delete;
  settled_later& operator=(settled_later&&) = delete;
  ~settled_later() {
    if (of_ != nullptr)
      of_->settle();
  }

private:
  caf::intrusive_ptr<Servant> of_;
};

bool is_read(const caf::io::network::event_handler& what) noexcept {
  return (static_cast<std::uint32_t>(what.eventbf()) & EPOLLIN) != 0;
}

template <class Session> class scribe_of final : public mesh_scribe {
public:
  scribe_of(default_multiplexer& multiplexer, int socket, std::shared_ptr<Session> session)
    : mesh_scribe(caf::io::network::conn_hdl_from_socket(socket))
    , session_(session)
    , stream_(multiplexer, socket, std::move(session)) {}

  void configure_read(caf::io::receive_policy::config how) override {
    stream_.configure_read(how);
    if (std::exchange(launched_, true))
      return;
    stream_.start(this);
    // A TLS handshake may be waiting to write.
    if constexpr (std::is_same_v<Session, tls_session>)
      stream_.force_empty_write(this);
  }

  void ack_writes(bool enable) override { stream_.ack_writes(enable); }
  caf::byte_buffer& wr_buf() override { return stream_.wr_buf(); }
  caf::byte_buffer& rd_buf() override { return stream_.rd_buf(); }
  void flush() override { stream_.flush(this); }

  void graceful_shutdown() override {
    stream_.graceful_shutdown();
    detach(&stream_.backend(), false);
  }

  void cut() override {
    // The multiplexer sees the end of the socket, and lets go of it.
    const auto keep = caf::intrusive_ptr<scribe_of>{this};
    ::shutdown(stream_.fd(), SHUT_RDWR);
    detach(&stream_.backend(), false);
  }

  std::string addr() const override { return remote_host(); }
  std::uint16_t port() const override {
    const auto port = caf::io::network::remote_port_of_fd(stream_.fd());
    return port ? *port : std::uint16_t{0};
  }
  void add_to_loop() override {
    reading_ = true;
    stream_.activate(this);
  }
  void remove_from_loop() override {
    reading_ = false;
    stream_.passivate();
    stream_.backend().post([held = settled_later{*this}] {});
  }
  void settle() {
    if (is_read(stream_))
      return;
    stream_.removed_from_loop(operation::read);
    if (reading_ && !detached())
      stream_.activate(this);
  }

  std::string tls_failure() const override { return session_->failure(); }
  std::optional<config::mesh_identity> certificate() const override {
    return session_->certificate();
  }
  std::string remote_host() const override {
    auto host = caf::io::network::remote_addr_of_fd(stream_.fd());
    return host ? *host : std::string{};
  }

private:
  std::shared_ptr<Session> session_;
  caf::io::network::stream_impl<shared_session<Session>> stream_;
  bool launched_ = false;
  bool reading_ = true; ///< Whether it is to read, once it is launched.
};

class mesh_doorman final : public caf::io::network::doorman_impl {
public:
  mesh_doorman(default_multiplexer& multiplexer, int socket,
               std::function<void(socket_guard)> accepted)
    : caf::io::network::doorman_impl(multiplexer, socket)
    , accepted_(std::move(accepted)) {}

  bool new_connection() override {
    if (detached())
      return false;
    accepted_(socket_guard{acceptor_.accepted_socket()});
    return true;
  }

  void remove_from_loop() override {
    caf::io::network::doorman_impl::remove_from_loop();
    acceptor_.backend().post([held = settled_later{*this}] {});
  }
  void settle() {
    if (!is_read(acceptor_))
      acceptor_.removed_from_loop(operation::read);
  }

private:
  std::function<void(socket_guard)> accepted_;
};

} // namespace

// -- sockets --------------------------------------------------------------------------------------

socket_guard& socket_guard::operator=(socket_guard&& other) noexcept {
  if (this != &other) {
    socket_guard old{std::exchange(descriptor_, other.release())};
  }
  return *this;
}

socket_guard::~socket_guard() {
  if (descriptor_ >= 0)
    ::close(descriptor_);
}

int socket_guard::release() noexcept { return std::exchange(descriptor_, -1); }

boost::system::result<mesh_port> open_mesh_port(const std::string& address, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICHOST;
  address_list found;
  if (::getaddrinfo(address.c_str(), std::to_string(port).c_str(), &hints, &found.first) != 0)
    return make_error_code(boost::system::errc::address_not_available);
  socket_guard socket{
      ::socket(found.first->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  if (socket.get() < 0)
    return last_error();
  const int on = 1;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (::bind(socket.get(), found.first->ai_addr, found.first->ai_addrlen) != 0 ||
      ::listen(socket.get(), listen_backlog) != 0)
    return last_error();
  const auto bound = caf::io::network::local_port_of_fd(socket.get());
  return mesh_port{std::move(socket), {address, bound ? *bound : port}};
}

boost::system::result<socket_guard> dial(const text::host_port& where,
                                         std::chrono::milliseconds timeout,
                                         const std::atomic<bool>& cancelled, reach within) {
  const auto until = steady_clock::now() + timeout;
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  address_list found;
  if (::getaddrinfo(where.host.c_str(), std::to_string(where.port).c_str(), &hints, &found.first) !=
      0)
    return not_found();
  auto failed = not_found();
  for (const auto* each = found.first; each != nullptr; each = each->ai_next) {
    if (within == reach::loopback && !is_loopback(*each->ai_addr)) {
      failed = make_error_code(boost::system::errc::permission_denied);
      continue;
    }
    socket_guard socket{::socket(each->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
    if (socket.get() < 0)
      return last_error();
    failed.clear();
    if (::connect(socket.get(), each->ai_addr, each->ai_addrlen) != 0)
      failed = errno == EINPROGRESS ? finish_connect(socket.get(), until, cancelled) : last_error();
    if (!failed)
      return socket;
  }
  return failed;
}

made_scribe make_scribe(caf::actor_system& system, socket_guard socket, tls_side tls) {
  auto& multiplexer = multiplexer_of(system);
  const int on = 1;
  ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  caf::io::network::nonblocking(socket.get(), true);
  if (tls == tls_side::none)
    return {caf::make_counted<scribe_of<plain_session>>(multiplexer, socket.release(),
                                                        std::make_shared<plain_session>()),
            {}};
  static_cast<void>(extra_data_index());
  static thread_local std::string said;
  ERR_clear_error();
  if (const auto wrong = try_files(system.config())) {
    // Once, and not for each of those who try.
    if (std::exchange(said, *wrong) != *wrong)
      log::error("mesh certificate cannot be used", {{"error", *wrong}});
    return {nullptr, "this node's own files cannot be used"};
  }
  said.clear();
  last_made = nullptr;
  last_verified = X509_V_OK;
  caf::openssl::session_ptr session;
  try {
    session = caf::openssl::make_session(system, socket.get(), tls == tls_side::accepted);
  } catch (const std::exception& failed) {
    return {nullptr, failed.what()};
  }
  if (session == nullptr || last_made == nullptr)
    return {nullptr, describe_failure(last_verified)};
  auto shared =
      std::make_shared<tls_session>(std::move(session), std::exchange(last_made, nullptr));
  return {
      caf::make_counted<scribe_of<tls_session>>(multiplexer, socket.release(), std::move(shared)),
      {}};
}

std::string remote_host_of(const socket_guard& socket) {
  auto host = caf::io::network::remote_addr_of_fd(socket.get());
  return host ? *host : std::string{};
}

caf::io::doorman_ptr make_doorman(caf::actor_system& system, socket_guard socket,
                                  std::function<void(socket_guard)> accepted) {
  return caf::make_counted<mesh_doorman>(multiplexer_of(system), socket.release(),
                                         std::move(accepted));
}

} // namespace actormesh::mesh
