#include "tests/net/fetch_server.hpp"

#include <array>
#include <utility>

#include <sys/socket.h>

namespace actormesh::test {

namespace ssl = boost::asio::ssl;
using boost::system::error_code;

peer::peer(tcp::socket socket, ssl::context* how)
  : socket_(std::move(socket)) {
  if (how != nullptr)
    secure_.emplace(socket_, *how);
}

bool peer::shake_hands() {
  error_code failed;
  if (secure_)
    secure_->handshake(ssl::stream_base::server, failed);
  return !failed;
}

std::size_t peer::read_some() {
  std::array<char, 4096> buffer;
  error_code failed;
  const auto into = boost::asio::buffer(buffer);
  const auto got = secure_ ? secure_->read_some(into, failed) : socket_.read_some(into, failed);
  unread_.append(buffer.data(), got);
  return got;
}

std::string peer::request() {
  auto end = unread_.find("\r\n\r\n");
  while (end == std::string::npos) {
    if (read_some() == 0)
      return {};
    end = unread_.find("\r\n\r\n");
  }
  auto size = end + 4;
  constexpr std::string_view length = "Content-Length: ";
  const auto at = unread_.find(length);
  if (at < end)
    size += std::stoul(unread_.substr(at + length.size()));
  while (unread_.size() < size)
    if (read_some() == 0)
      return {};
  auto whole = unread_.substr(0, size);
  unread_.erase(0, size);
  return whole;
}

bool peer::say(std::string_view bytes) {
  error_code failed;
  if (secure_)
    boost::asio::write(*secure_, boost::asio::buffer(bytes), failed);
  else
    boost::asio::write(socket_, boost::asio::buffer(bytes), failed);
  return !failed;
}

void peer::await_end() {
  while (read_some() != 0)
    unread_.clear();
}

void peer::say_goodbye() {
  error_code ignored;
  secure_->shutdown(ignored);
}

server::server(script what, const net::tls::context_options* files)
  : acceptor_(io_, {boost::asio::ip::address_v4::loopback(), 0})
  , script_(std::move(what)) {
  if (files != nullptr) {
    tls_.emplace(ssl::context::tls_server);
    tls_->use_certificate_chain_file(files->certificate.string());
    tls_->use_private_key_file(files->key.string(), ssl::context::pem);
  }
  accepting_ = std::thread{[this] { accept(); }};
}

server::~server() {
  stopping_ = true;
  ::shutdown(acceptor_.native_handle(), SHUT_RDWR);
  accepting_.join();
  {
    const std::lock_guard guard{mutex_};
    for (const auto& each : peers_)
      ::shutdown(each->socket_.native_handle(), SHUT_RDWR);
  }
  for (auto& each : threads_)
    each.join();
}

void server::accept() {
  while (!stopping_) {
    error_code failed;
    auto socket = acceptor_.accept(failed);
    if (failed)
      continue;
    const auto number = ++connections_;
    const std::lock_guard guard{mutex_};
    auto& made =
        *peers_.emplace_back(std::make_unique<peer>(std::move(socket), tls_ ? &*tls_ : nullptr));
    threads_.emplace_back([this, &made, number] {
      if (made.shake_hands())
        script_(made, number);
      // The descriptor stays until the end, so that nobody else gets it meanwhile.
      ::shutdown(made.socket_.native_handle(), SHUT_RDWR);
    });
  }
}

std::uint16_t server::port() const { return acceptor_.local_endpoint().port(); }

std::string server::url(const std::string& path) const {
  return (tls_ ? "https://localhost:" : "http://localhost:") + std::to_string(port()) + path;
}

std::string answer(std::string_view body, std::string_view headers) {
  return "HTTP/1.1 200 OK\r\n" + std::string{headers} +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string{body};
}

} // namespace actormesh::test
