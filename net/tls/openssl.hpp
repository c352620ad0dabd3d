/// What the files of this folder share of OpenSSL. Not for headers that others include.
#pragma once

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <memory>
#include <string>

namespace actormesh::net::tls {

struct freed {
  void operator()(BIO* each) const noexcept { BIO_free(each); }
  void operator()(BIO_METHOD* each) const noexcept { BIO_meth_free(each); }
  void operator()(EVP_PKEY* each) const noexcept { EVP_PKEY_free(each); }
  void operator()(SSL_CTX* each) const noexcept { SSL_CTX_free(each); }
  void operator()(X509* each) const noexcept { X509_free(each); }
};
template <class Type> using owned = std::unique_ptr<Type, freed>;

/// What OpenSSL complains about within this scope is not found by whoever uses it on this thread
/// later.
struct error_scope {
  error_scope() noexcept { ERR_set_mark(); }
  error_scope(const error_scope&) = delete;
  error_scope& operator=(const error_scope&) = delete;
  ~error_scope() { ERR_pop_to_mark(); }
};

/// Returns what a complaint of OpenSSL's error queue says.
[[nodiscard]] inline std::string text_of(unsigned long complaint) {
  const char* const reason = ERR_reason_error_string(complaint);
  return reason == nullptr ? "no reason given" : reason;
}

} // namespace actormesh::net::tls
