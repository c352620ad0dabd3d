#include "tests/net/tls_fixtures.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <utility>

namespace actormesh::test {

namespace fs = std::filesystem;

namespace {

void must(bool went_well, const char* what) {
  if (!went_well)
    throw std::runtime_error{what};
}

struct bio_freed {
  void operator()(BIO* each) const noexcept { BIO_free(each); }
};
using bio_ptr = std::unique_ptr<BIO, bio_freed>;

std::string text_of(BIO* memory) {
  char* data = nullptr;
  const auto size = BIO_get_mem_data(memory, &data);
  return {data, static_cast<std::size_t>(size)};
}

void write_file(const fs::path& file, const std::string& text) {
  std::ofstream{file, std::ios::binary} << text;
  fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write);
}

std::string pem_of(X509* certificate) {
  const bio_ptr memory{BIO_new(BIO_s_mem())};
  must(PEM_write_bio_X509(memory.get(), certificate) == 1, "PEM_write_bio_X509");
  return text_of(memory.get());
}

std::string pem_of(EVP_PKEY* key, const std::string& password) {
  const bio_ptr memory{BIO_new(BIO_s_mem())};
  must(PEM_write_bio_PKCS8PrivateKey(
           memory.get(), key, password.empty() ? nullptr : EVP_aes_256_cbc(), password.c_str(),
           static_cast<int>(password.size()), nullptr, nullptr) == 1,
       "PEM_write_bio_PKCS8PrivateKey");
  return text_of(memory.get());
}

void extend(X509* what, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context{};
  X509V3_set_ctx(&context, issuer, what, nullptr, nullptr, 0);
  auto* const extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
  must(extension != nullptr && X509_add_ext(what, extension, -1) == 1, "X509_add_ext");
  X509_EXTENSION_free(extension);
}

X509* begin_certificate(EVP_PKEY* key, X509* issuer, const std::string& name, long serial,
                        const authority::wanted& what) {
  auto* const made = X509_new();
  X509_set_version(made, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(made), serial);
  const auto seconds = [](std::chrono::hours from_now) {
    return static_cast<long>(std::chrono::seconds{from_now}.count());
  };
  X509_gmtime_adj(X509_getm_notBefore(made), seconds(what.begins));
  X509_gmtime_adj(X509_getm_notAfter(made), seconds(what.ends));
  auto* const subject = X509_get_subject_name(made);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509_set_issuer_name(made, X509_get_subject_name(issuer == nullptr ? made : issuer));
  X509_set_pubkey(made, key);
  return made;
}

} // namespace

authority::authority() {
  auto name = (fs::temp_directory_path() / "actormesh-tls-XXXXXX").string();
  must(::mkdtemp(name.data()) != nullptr, "mkdtemp");
  folder_ = name;
  key_.reset(EVP_EC_gen("P-256"));
  certificate_.reset(begin_certificate(key_.get(), nullptr, "CA of " + name, 1, {}));
  extend(certificate_.get(), certificate_.get(), NID_basic_constraints, "critical,CA:TRUE");
  extend(certificate_.get(), certificate_.get(), NID_subject_key_identifier, "hash");
  must(X509_sign(certificate_.get(), key_.get(), EVP_sha256()) > 0, "X509_sign");
  write_file(file(), pem_of(certificate_.get()));
}

authority::~authority() {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

net::tls::context_options authority::issue(const wanted& what) {
  const auto base = folder_ / std::to_string(++issued_);
  const std::unique_ptr<EVP_PKEY, freed> key{EVP_EC_gen("P-256")};
  const std::unique_ptr<X509, freed> made{
      begin_certificate(key.get(), certificate_.get(), "server", 1 + issued_, what)};
  extend(made.get(), certificate_.get(), NID_subject_alt_name, what.names);
  extend(made.get(), certificate_.get(), NID_ext_key_usage, "serverAuth");
  extend(made.get(), certificate_.get(), NID_authority_key_identifier, "keyid:always");
  must(X509_sign(made.get(), key_.get(), EVP_sha256()) > 0, "X509_sign");
  net::tls::context_options files{base.string() + ".pem", base.string() + ".key"};
  write_file(files.certificate, pem_of(made.get()) + pem_of(certificate_.get()));
  write_file(files.key, pem_of(key.get(), what.password));
  return files;
}

net::tls::context_ptr load(const net::tls::context_options& how) {
  auto loaded = net::tls::context::load(how, std::make_shared<net::tls::ticket_keys>());
  if (!loaded)
    throw std::runtime_error{to_string(loaded.error().front())};
  return loaded->what;
}

tls_client::tls_client(boost::asio::ip::tcp::socket socket, const client_wish& what)
  : socket_(std::move(socket))
  , context_(SSL_CTX_new(TLS_client_method()))
  , in_(BIO_new(BIO_s_mem()))
  , out_(BIO_new(BIO_s_mem())) {
  socket_.non_blocking(true);
  SSL_CTX_set_security_level(context_.get(), 0); // Old versions are to be refused by the server.
  SSL_CTX_set_session_cache_mode(context_.get(),
                                 SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(context_.get(), [](SSL* ssl, SSL_SESSION* session) {
    static_cast<tls_client*>(SSL_get_app_data(ssl))->last_session.reset(session);
    return 1;
  });
  ssl_.reset(SSL_new(context_.get()));
  SSL_set_app_data(ssl_.get(), this);
  SSL_set_bio(ssl_.get(), in_, out_);
  SSL_set_connect_state(ssl_.get());
  SSL_set_min_proto_version(ssl_.get(), what.oldest);
  SSL_set_max_proto_version(ssl_.get(), what.newest);
  SSL_set_mode(ssl_.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  std::string protocols;
  for (const auto& each : what.protocols)
    protocols.append(1, static_cast<char>(each.size())).append(each);
  if (!protocols.empty())
    SSL_set_alpn_protos(ssl_.get(), reinterpret_cast<const unsigned char*>(protocols.data()),
                        static_cast<unsigned>(protocols.size()));
  if (what.session != nullptr)
    SSL_set_session(ssl_.get(), what.session);
}

bool tls_client::move_bytes() {
  std::array<char, 4096> buffer;
  auto moved = false;
  if (outgoing_.empty()) {
    const auto got = BIO_read(out_, buffer.data(), static_cast<int>(buffer.size()));
    if (got > 0)
      outgoing_.assign(buffer.data(), static_cast<std::size_t>(got));
  }
  boost::system::error_code failed;
  if (!outgoing_.empty()) {
    const auto sent = socket_.write_some(
        boost::asio::buffer(outgoing_.data(), std::min(piece, outgoing_.size())), failed);
    outgoing_.erase(0, sent);
    moved = sent != 0;
  }
  if (!fin) {
    const auto got = socket_.read_some(
        boost::asio::buffer(buffer.data(), std::min(piece, buffer.size())), failed);
    BIO_write(in_, buffer.data(), static_cast<int>(got));
    fin = failed && failed != boost::asio::error::would_block;
    moved = moved || got != 0;
  }
  return moved;
}

void tls_client::failed(int returned) {
  const auto kind = SSL_get_error(ssl_.get(), returned);
  if (kind == SSL_ERROR_ZERO_RETURN)
    close_notify = true;
  else if (kind == SSL_ERROR_SSL && reason == 0)
    reason = ERR_GET_REASON(ERR_peek_error());
  ERR_clear_error();
}

bool tls_client::handshake() {
  ERR_clear_error();
  const auto returned = SSL_do_handshake(ssl_.get());
  greeted = returned == 1;
  if (!greeted)
    failed(returned);
  return greeted;
}

void tls_client::read() {
  std::array<char, 4096> buffer;
  for (;;) {
    ERR_clear_error();
    const auto got = SSL_read(ssl_.get(), buffer.data(), static_cast<int>(buffer.size()));
    if (got <= 0)
      return failed(got);
    received.append(buffer.data(), static_cast<std::size_t>(got));
  }
}

void tls_client::send(std::string bytes) { unsent_ += bytes; }

void tls_client::write() {
  // No more than a little waits in memory, or nothing would push back.
  while (!unsent_.empty() && BIO_pending(out_) < 16 * 1024) {
    ERR_clear_error();
    std::size_t wrote = 0;
    if (SSL_write_ex(ssl_.get(), unsent_.data(), unsent_.size(), &wrote) != 1)
      return failed(0);
    unsent_.erase(0, wrote);
  }
}

void tls_client::raw(std::string_view bytes) { outgoing_.append(bytes); }

void tls_client::step() {
  move_bytes();
  if (reason != 0 || (!greeted && !handshake()))
    return;
  write();
  read();
}

std::string tls_client::protocol() const {
  const unsigned char* name = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(ssl_.get(), &name, &size);
  return {reinterpret_cast<const char*>(name), size};
}

std::string tls_client::certificate() const {
  auto* const certificate = SSL_get0_peer_certificate(ssl_.get());
  return certificate == nullptr ? std::string{} : pem_of(certificate);
}

std::string pattern(std::size_t size) {
  std::string text;
  text.reserve(size + 8);
  for (std::size_t i = 0; text.size() < size; ++i)
    text.append(std::to_string(i)).append(1, ' ');
  text.resize(size);
  return text;
}

} // namespace actormesh::test
