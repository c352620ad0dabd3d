#include "tests/mesh_security/test_peer.hpp"

#include "tests/process/program.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <limits>
#include <system_error>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

namespace actormesh::mesh_security {

namespace {

[[noreturn]] void fail(const char* what) {
  throw std::system_error{errno, std::generic_category(), what};
}

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_port = htons(port);
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return where;
}

process::descriptor make_socket() {
  process::descriptor made{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  if (made.number() < 0)
    fail("socket");
  return made;
}

void be_patient(const process::descriptor& socket) {
  const timeval limit{process::patience.count(), 0};
  ::setsockopt(socket.number(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  ::setsockopt(socket.number(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  const int on = 1;
  ::setsockopt(socket.number(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

[[noreturn]] void give_up() {
  throw std::runtime_error{"expected the node to send, take or close, and it did nothing"};
}

} // namespace

void test_peer::freed::operator()(ssl_st* each) const noexcept { SSL_free(each); }
void test_peer::freed::operator()(ssl_ctx_st* each) const noexcept { SSL_CTX_free(each); }

test_peer::test_peer(std::uint16_t port)
  : socket_(make_socket()) {
  const auto where = loopback(port);
  if (::connect(socket_.number(), reinterpret_cast<const sockaddr*>(&where), sizeof where) != 0)
    fail("connect");
  be_patient(socket_);
}

test_peer::~test_peer() = default;

bool test_peer::start_tls(side which, const peer_tls& how) {
  // OpenSSL has no other way to write to a socket that nobody reads any more.
  std::signal(SIGPIPE, SIG_IGN);
  ERR_clear_error();
  context_.reset(SSL_CTX_new(TLS_method()));
  SSL_CTX_set_verify(context_.get(), which == side::accepted ? SSL_VERIFY_PEER : SSL_VERIFY_NONE,
                     [](int, X509_STORE_CTX*) { return 1; });
  if (how.files &&
      (SSL_CTX_use_certificate_chain_file(context_.get(), how.files->certificate.c_str()) != 1 ||
       SSL_CTX_use_PrivateKey_file(context_.get(), how.files->key.c_str(), SSL_FILETYPE_PEM) != 1))
    throw std::runtime_error{"the files of a certificate cannot be used: " +
                             how.files->certificate};
  ssl_.reset(SSL_new(context_.get()));
  SSL_set_fd(ssl_.get(), socket_.number());
  return (which == side::dialed ? SSL_connect(ssl_.get()) : SSL_accept(ssl_.get())) == 1;
}

void test_peer::send(std::string_view bytes) {
  if (!send_unless_cut(bytes))
    throw std::runtime_error{"the connection ended while bytes were sent"};
}

bool test_peer::send_unless_cut(std::string_view bytes) {
  while (!bytes.empty()) {
    ERR_clear_error();
    const auto sent = ssl_ ? SSL_write(ssl_.get(), bytes.data(),
                                       static_cast<int>(std::min<std::size_t>(
                                           bytes.size(), std::numeric_limits<int>::max())))
                           : ::send(socket_.number(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) {
      if (errno == EAGAIN)
        give_up();
      return false;
    }
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

std::size_t test_peer::send_some(std::string_view bytes) const {
  const auto sent =
      ::send(socket_.number(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  return sent < 0 ? 0 : static_cast<std::size_t>(sent);
}

bool test_peer::read_more() {
  std::array<char, 65536> buffer;
  ERR_clear_error();
  errno = 0;
  const auto got =
      ssl_ ? SSL_read(ssl_.get(), buffer.data(), static_cast<int>(buffer.size()))
           : static_cast<int>(::recv(socket_.number(), buffer.data(), buffer.size(), 0));
  if (got <= 0) {
    if (errno == EAGAIN)
      give_up();
    return false;
  }
  input_.append(buffer.data(), static_cast<std::size_t>(got));
  return true;
}

std::optional<test_peer::frame> test_peer::read_frame() {
  constexpr std::size_t length_size = 4;
  const auto has = [this](std::size_t count) {
    while (input_.size() < count)
      if (!read_more())
        return false;
    return true;
  };
  if (!has(length_size))
    return std::nullopt;
  std::size_t length = 0;
  for (std::size_t i = 0; i < length_size; ++i)
    length = length << 8U | static_cast<unsigned char>(input_[i]);
  if (length == 0 || !has(length_size + length))
    return std::nullopt;
  const auto* const bytes = reinterpret_cast<const caf::byte*>(input_.data());
  frame got{static_cast<mesh::frame_type>(input_[length_size]),
            {bytes + length_size + 1, bytes + length_size + length}};
  input_.erase(0, length_size + length);
  return got;
}

std::string test_peer::read_to_end() {
  while (read_more()) {
  }
  return std::exchange(input_, {});
}

void test_peer::link(const mesh::hello& as) {
  say(as);
  static_cast<void>(read<mesh::welcome>());
  say(mesh::confirm{});
  static_cast<void>(read<mesh::start>());
}

test_listener::test_listener()
  : socket_(make_socket()) {
  auto where = loopback(0);
  socklen_t size = sizeof where;
  auto* const address = reinterpret_cast<sockaddr*>(&where);
  if (::bind(socket_.number(), address, size) != 0 || ::listen(socket_.number(), SOMAXCONN) != 0 ||
      ::getsockname(socket_.number(), address, &size) != 0)
    fail("listen");
  port_ = ntohs(where.sin_port);
}

test_peer test_listener::accept() const {
  pollfd wait{socket_.number(), POLLIN, 0};
  const auto limit =
      std::chrono::duration_cast<std::chrono::milliseconds>(process::patience).count();
  if (::poll(&wait, 1, static_cast<int>(limit)) != 1)
    throw std::runtime_error{"expected a node to dial, and none did"};
  process::descriptor made{::accept4(socket_.number(), nullptr, nullptr, SOCK_CLOEXEC)};
  if (made.number() < 0)
    fail("accept");
  be_patient(made);
  return test_peer{std::move(made)};
}

mesh::hello hello_of(const std::string& name) {
  mesh::hello made;
  made.mesh = config::defaults::mesh_name;
  made.name = name;
  static std::uint64_t incarnation = 1;
  made.incarnation = ++incarnation;
  return made;
}

} // namespace actormesh::mesh_security
