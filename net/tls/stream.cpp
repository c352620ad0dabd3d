#include "net/tls/stream.hpp"

#include "net/tls/openssl.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace actormesh::net::tls {

namespace {

/// OpenSSL's way to the socket. Its own one would raise SIGPIPE.
struct socket_bio {
  static int read(BIO* bio, char* into, int size) {
    const auto got = at(bio).net::stream::read({into, static_cast<std::size_t>(size)});
    return finish(bio, got, BIO_FLAGS_READ);
  }

  static int write(BIO* bio, const char* from, int size) {
    const iovec piece{const_cast<char*>(from), static_cast<std::size_t>(size)};
    return finish(bio, at(bio).net::stream::write({&piece, 1}), BIO_FLAGS_WRITE);
  }

  static long control(BIO* bio, int command, long, void*) {
    switch (command) {
    case BIO_CTRL_EOF:
      return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0 ? 1 : 0;
    case BIO_CTRL_FLUSH:
      return 1;
    default:
      return 0;
    }
  }

  static const BIO_METHOD* method() {
    static const owned<BIO_METHOD> made = [] {
      owned<BIO_METHOD> fresh{
          BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "actormesh socket")};
      if (fresh != nullptr) {
        BIO_meth_set_read(fresh.get(), read);
        BIO_meth_set_write(fresh.get(), write);
        BIO_meth_set_ctrl(fresh.get(), control);
      }
      return fresh;
    }();
    return made.get();
  }

private:
  static stream& at(BIO* bio) { return *static_cast<stream*>(BIO_get_data(bio)); }

  static int finish(BIO* bio, const net::stream::result& done, int direction) {
    BIO_clear_retry_flags(bio);
    switch (done.outcome) {
    case net::stream::status::ok:
      return static_cast<int>(done.bytes);
    case net::stream::status::would_block:
      BIO_set_flags(bio, direction | BIO_FLAGS_SHOULD_RETRY);
      return -1;
    case net::stream::status::ended:
      BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
      return 0;
    case net::stream::status::failed:
      break;
    }
    return -1;
  }
};

/// Cuts pieces into what goes into one record each. Only what would have to share a record is
/// copied.
class record_cutter {
public:
  explicit record_cutter(std::span<const iovec> pieces) noexcept
    : pieces_(pieces) {}

  /// Returns what goes into the next record; empty at the end.
  [[nodiscard]] std::span<const char> next() noexcept {
    drop_empty();
    if (pieces_.empty())
      return {};
    const auto first = rest_of_first();
    if (first.size() >= buffer_.size() || pieces_.size() == 1)
      return first.first(std::min(first.size(), buffer_.size()));
    std::size_t size = 0;
    auto piece = first;
    for (std::size_t i = 0; size < buffer_.size();) {
      const auto part = std::min(piece.size(), buffer_.size() - size);
      if (part != 0)
        std::memcpy(buffer_.data() + size, piece.data(), part);
      size += part;
      if (++i == pieces_.size())
        break;
      piece = bytes_of(pieces_[i]);
    }
    return {buffer_.data(), size};
  }

  void took(std::size_t bytes) noexcept {
    while (bytes != 0) {
      const auto part = std::min(bytes, rest_of_first().size());
      offset_ += part;
      bytes -= part;
      drop_empty();
    }
  }

private:
  static std::span<const char> bytes_of(const iovec& piece) noexcept {
    return {static_cast<const char*>(piece.iov_base), piece.iov_len};
  }

  [[nodiscard]] std::span<const char> rest_of_first() const noexcept {
    return bytes_of(pieces_.front()).subspan(offset_);
  }

  void drop_empty() noexcept {
    while (!pieces_.empty() && rest_of_first().empty()) {
      pieces_ = pieces_.subspan(1);
      offset_ = 0;
    }
  }

  std::span<const iovec> pieces_;
  std::size_t offset_ = 0; ///< In the first piece.
  std::array<char, SSL3_RT_MAX_PLAIN_LENGTH> buffer_;
};

} // namespace

void stream::freed::operator()(ssl_st* what) const noexcept { SSL_free(what); }

std::unique_ptr<stream> stream::accept(context_ptr how, socket_type socket) {
  std::unique_ptr<ssl_st, freed> ssl{SSL_new(how->native())};
  auto* const bio = BIO_new(socket_bio::method());
  if (ssl == nullptr || bio == nullptr) {
    BIO_free(bio);
    ERR_clear_error();
    return nullptr;
  }
  SSL_set_bio(ssl.get(), bio, bio);
  SSL_set_accept_state(ssl.get());
  std::unique_ptr<stream> made{new stream{std::move(how), std::move(ssl), std::move(socket)}};
  BIO_set_data(bio, made.get());
  BIO_set_init(bio, 1);
  return made;
}

stream::stream(context_ptr how, std::unique_ptr<ssl_st, freed> ssl, socket_type socket)
  : net::stream(std::move(socket))
  , context_(std::move(how))
  , ssl_(std::move(ssl)) {}

stream::~stream() = default;

stream::status stream::handshake() {
  if (broken_)
    return status::failed;
  ERR_clear_error();
  const auto returned = SSL_do_handshake(ssl_.get());
  if (returned != 1)
    return after(returned, before_reading_);
  after_reading();
  return status::ok;
}

stream::result stream::read(std::span<char> into) {
  if (broken_)
    return {status::failed, 0};
  std::size_t total = 0;
  while (total < into.size()) {
    ERR_clear_error();
    std::size_t got = 0;
    const auto returned = SSL_read_ex(ssl_.get(), into.data() + total, into.size() - total, &got);
    if (returned != 1) {
      const auto why = after(returned, before_reading_);
      // What came before is handed over first; asked again, OpenSSL says the same once more.
      return total != 0 ? result{status::ok, total} : result{why, 0};
    }
    total += got;
    if (SSL_has_pending(ssl_.get()) == 0)
      break;
  }
  after_reading();
  return {status::ok, total};
}

stream::result stream::write(std::span<const iovec> what) {
  if (broken_)
    return {status::failed, 0};
  record_cutter records{what};
  std::size_t total = 0;
  for (auto bytes = records.next(); !bytes.empty(); bytes = records.next()) {
    ERR_clear_error();
    std::size_t wrote = 0;
    const auto returned = SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &wrote);
    if (returned != 1) {
      const auto why = after(returned, before_writing_);
      return total != 0 ? result{status::ok, total} : result{why, 0};
    }
    total += wrote;
    records.took(wrote);
  }
  return {status::ok, total};
}

stream::status stream::after(int returned, wait& next) {
  switch (SSL_get_error(ssl_.get(), returned)) {
  case SSL_ERROR_WANT_READ:
    next = wait::readable;
    return status::would_block;
  case SSL_ERROR_WANT_WRITE:
    next = wait::writable;
    return status::would_block;
  case SSL_ERROR_ZERO_RETURN:
    // The socket may never say so: the peer need not end TCP as well.
    next = wait::nothing;
    return status::ended;
  default:
    break;
  }
  error_ = ERR_peek_error() == 0 ? "connection lost" : text_of(ERR_peek_error());
  ERR_clear_error();
  broken_ = true;
  before_reading_ = before_writing_ = wait::nothing;
  return status::failed;
}

void stream::after_reading() {
  // What OpenSSL has taken from the socket already does not make it readable again.
  before_reading_ = SSL_has_pending(ssl_.get()) != 0 ? wait::nothing : wait::readable;
}

void stream::send_close_notify() {
  const auto over = broken_ || SSL_is_init_finished(ssl_.get()) == 0 ||
                    (SSL_get_shutdown(ssl_.get()) & SSL_SENT_SHUTDOWN) != 0;
  if (over)
    return;
  ERR_clear_error();
  static_cast<void>(SSL_shutdown(ssl_.get()));
  ERR_clear_error();
}

void stream::shut_down_writing() {
  send_close_notify();
  net::stream::shut_down_writing();
}

void stream::close() {
  send_close_notify();
  broken_ = true;
  net::stream::close();
}

std::string_view stream::protocol() const noexcept {
  return SSL_is_init_finished(ssl_.get()) != 0 ? SSL_get_version(ssl_.get()) : std::string_view{};
}

std::string_view stream::cipher() const noexcept {
  const char* const name = SSL_get_cipher_name(ssl_.get());
  return SSL_is_init_finished(ssl_.get()) != 0 && name != nullptr ? name : std::string_view{};
}

bool stream::resumed() const noexcept { return SSL_session_reused(ssl_.get()) == 1; }

} // namespace actormesh::net::tls
