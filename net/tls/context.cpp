#include "net/tls/context.hpp"

#include "config/file_io.hpp"
#include "config/keys/pem_file.hpp"
#include "config/keys/time_text.hpp"
#include "net/tls/openssl.hpp"

#include <openssl/core_names.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <exception>
#include <utility>
#include <vector>

namespace actormesh::net::tls {

namespace {

namespace fs = std::filesystem;
using config::one_problem;
using config::problem;
using config::problems;
using config::severity;
using std::chrono::sys_seconds;

/// Within this time of its end a certificate is worth a warning. ACME clients renew 30 days before.
constexpr std::chrono::days renewal{14};

/// Mozilla's "intermediate" configuration (version 5.7) without DHE, which nobody needs who speaks
/// TLS 1.2 and is costly.
constexpr const char* default_ciphers = "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
                                        "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
                                        "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
constexpr const char* groups = "X25519:P-256:P-384";

/// As ALPN has it: each name behind its length.
constexpr std::string_view http_1_1{"\x08http/1.1"};

/// Sessions go on in any context of any node's life.
constexpr std::string_view session_scope = "actormesh";

// -- checking ----------------------------------------------------------------------------------

problems check_dates(const X509* certificate, const std::string& file, sys_seconds now) {
  const auto begin = config::time_of(X509_get0_notBefore(certificate));
  const auto end = config::time_of(X509_get0_notAfter(certificate));
  if (end <= now)
    return one_problem(file, "the certificate expired at " + config::format_time(end));
  if (begin > now)
    return one_problem(file, "the certificate is valid from " + config::format_time(begin) +
                                 " on, which is not yet by the clock of this machine");
  if (end <= now + renewal)
    return {
        {severity::warning, file, 0, 0, "the certificate expires at " + config::format_time(end)}};
  return {};
}

/// Clients that know only the root can't put together what comes in another order.
problems check_chain(const std::vector<config::certificate_ptr>& chain, const std::string& file) {
  for (std::size_t i = 1; i < chain.size(); ++i) {
    if (X509_check_issued(chain[i].get(), chain[i - 1].get()) != X509_V_OK)
      return {{severity::warning, file, 0, 0,
               "certificate " + std::to_string(i + 1) +
                   " did not issue the one before it; expected "
                   "the node's own first, and then the rest of its chain in order"}};
  }
  return {};
}

// -- OpenSSL's callbacks -----------------------------------------------------------------------

int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* size,
                    const unsigned char* offered, unsigned int offered_size, void*) {
  unsigned char* found = nullptr;
  const auto result =
      SSL_select_next_proto(&found, size, reinterpret_cast<const unsigned char*>(http_1_1.data()),
                            static_cast<unsigned>(http_1_1.size()), offered, offered_size);
  if (result != OPENSSL_NPN_NEGOTIATED)
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  *chosen = found;
  return SSL_TLSEXT_ERR_OK;
}

bool use_key(const ticket_key& key, const unsigned char* iv, EVP_CIPHER_CTX* cipher,
             EVP_MAC_CTX* mac, bool seal) {
  // OpenSSL takes what it only reads through pointers that could be written through.
  auto* const secret = const_cast<unsigned char*>(key.hmac.data());
  const std::array<OSSL_PARAM, 3> parameters{
      OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, secret, key.hmac.size()),
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, const_cast<char*>("SHA256"), 0),
      OSSL_PARAM_construct_end()};
  return EVP_MAC_CTX_set_params(mac, parameters.data()) == 1 &&
         EVP_CipherInit_ex(cipher, EVP_aes_256_cbc(), nullptr, key.aes.data(), iv, seal ? 1 : 0) ==
             1;
}

/// Returns what SSL_CTX_set_tlsext_ticket_key_evp_cb(3) says: 1 go on, 2 and give a new ticket, 0
/// no such key, less than 0 for failures.
int seal_or_open(SSL* ssl, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher,
                 EVP_MAC_CTX* mac, int seal) {
  auto& keys = *static_cast<ticket_keys*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
  if (seal != 0) {
    const auto key = keys.sealing();
    if (!key || RAND_bytes(iv, EVP_CIPHER_get_iv_length(EVP_aes_256_cbc())) != 1 ||
        !use_key(*key, iv, cipher, mac, true))
      return -1;
    std::ranges::copy(key->name, name);
    return 1;
  }
  const auto found = keys.opening({name, std::tuple_size_v<decltype(ticket_key::name)>});
  if (!found)
    return 0;
  if (!use_key(found->key, iv, cipher, mac, false))
    return -1;
  return found->seals ? 1 : 2;
}

// -- putting together --------------------------------------------------------------------------

problem openssl_problem(const fs::path& source, const std::string& what) {
  return {severity::error, source.string(), 0, 0, what + ": " + text_of(ERR_peek_last_error())};
}

owned<SSL_CTX> make_native(const context_options& how, ticket_keys& tickets) {
  owned<SSL_CTX> made{SSL_CTX_new(TLS_server_method())};
  if (!made)
    return nullptr;
  auto* const native = made.get();
  const int minimum = how.minimum == version::tls_1_3 ? TLS1_3_VERSION : TLS1_2_VERSION;
  if (SSL_CTX_set_min_proto_version(native, minimum) != 1 ||
      SSL_CTX_set1_groups_list(native, groups) != 1 ||
      SSL_CTX_set_session_id_context(native,
                                     reinterpret_cast<const unsigned char*>(session_scope.data()),
                                     static_cast<unsigned>(session_scope.size())) != 1)
    return nullptr;
  SSL_CTX_set_options(native, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                  SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_mode(native, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                               SSL_MODE_RELEASE_BUFFERS);
  // A record's header and body in one system call.
  SSL_CTX_set_read_ahead(native, 1);
  SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_timeout(native,
                      static_cast<long>(std::chrono::seconds{ticket_keys::ticket_life}.count()));
  SSL_CTX_set_app_data(native, &tickets);
  SSL_CTX_set_tlsext_ticket_key_evp_cb(native, seal_or_open);
  SSL_CTX_set_alpn_select_cb(native, choose_protocol, nullptr);
  return made;
}

problems use_certificate(SSL_CTX* native, const context_options& how,
                         const std::vector<config::certificate_ptr>& chain, EVP_PKEY* key) {
  if (X509_check_private_key(chain.front().get(), key) != 1)
    return one_problem(how.key.string(), "is not the key of " + how.certificate.string());
  if (SSL_CTX_use_certificate(native, chain.front().get()) != 1)
    return {openssl_problem(how.certificate, "the certificate cannot be used")};
  for (std::size_t i = 1; i < chain.size(); ++i) {
    if (SSL_CTX_add1_chain_cert(native, chain[i].get()) != 1)
      return {openssl_problem(how.certificate, "the chain cannot be used")};
  }
  if (SSL_CTX_use_PrivateKey(native, key) != 1)
    return {openssl_problem(how.key, "the key cannot be used")};
  const auto* const ciphers = how.ciphers.empty() ? default_ciphers : how.ciphers.c_str();
  if (SSL_CTX_set_cipher_list(native, ciphers) != 1)
    return {openssl_problem(how.ciphers, "expected ciphers of TLS 1.2 in OpenSSL's syntax")};
  return {};
}

void append(problems& to, const problems& more) { to.insert(to.end(), more.begin(), more.end()); }

} // namespace

std::string_view to_string(version value) noexcept {
  return value == version::tls_1_2 ? "1.2" : "1.3";
}

context::context(ssl_ctx_st* native, std::shared_ptr<ticket_keys> tickets,
                 sys_seconds expires) noexcept
  : native_(native)
  , tickets_(std::move(tickets))
  , expires_(expires) {}

context::~context() { SSL_CTX_free(native_); }

config::result<loaded_context> context::load(const context_options& how,
                                             std::shared_ptr<ticket_keys> tickets,
                                             std::chrono::system_clock::time_point now) {
  const error_scope clean;
  try {
    const auto chain = config::read_certificates(how.certificate);
    const auto key = config::read_private_key(how.key);
    problems found;
    if (!chain)
      append(found, chain.error());
    if (!key)
      append(found, key.error());
    if (!found.empty())
      return found;
    auto native = make_native(how, *tickets);
    if (!native)
      return problems{openssl_problem(how.certificate, "OpenSSL cannot be set up")};
    const auto& own = *chain->front();
    append(found, use_certificate(native.get(), how, *chain, key->get()));
    append(found, check_dates(&own, how.certificate.string(),
                              std::chrono::floor<std::chrono::seconds>(now)));
    append(found, check_chain(*chain, how.certificate.string()));
    if (config::has_errors(found))
      return found;
    const auto expires = config::time_of(X509_get0_notAfter(&own));
    context_ptr made{new context{native.release(), std::move(tickets), expires}};
    return loaded_context{std::move(made), std::move(found)};
  } catch (const std::exception& failure) {
    return one_problem(how.certificate.string(), failure.what());
  }
}

} // namespace actormesh::net::tls
