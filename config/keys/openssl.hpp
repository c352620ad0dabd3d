/// What the files that use OpenSSL share.
#pragma once

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <chrono>
#include <ctime>
#include <memory>

namespace actormesh::config {

struct openssl_free {
  void operator()(BIO* each) const noexcept { BIO_free(each); }
  void operator()(EVP_PKEY* each) const noexcept { EVP_PKEY_free(each); }
  void operator()(X509* each) const noexcept { X509_free(each); }
};

/// What OpenSSL complains about within this scope is not found by whoever uses it on this thread
/// later.
struct openssl_error_scope {
  openssl_error_scope() noexcept { ERR_set_mark(); }
  openssl_error_scope(const openssl_error_scope&) = delete;
  openssl_error_scope& operator=(const openssl_error_scope&) = delete;
  ~openssl_error_scope() { ERR_pop_to_mark(); }
};

/// The epoch if `time` can't be read.
[[nodiscard]] inline std::chrono::sys_seconds time_of(const ASN1_TIME* time) {
  std::tm parts{};
  return ASN1_TIME_to_tm(time, &parts) == 1
             ? std::chrono::sys_seconds{std::chrono::seconds{::timegm(&parts)}}
             : std::chrono::sys_seconds{};
}

} // namespace actormesh::config
