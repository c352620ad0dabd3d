/// What the files of this folder share of OpenSSL. Not for headers that others include.
#pragma once

#include "config/keys/openssl.hpp"

#include <openssl/ssl.h>

#include <memory>
#include <string>

namespace actormesh::net::tls {

struct freed : config::openssl_free {
  using config::openssl_free::operator();
  void operator()(BIO_METHOD* each) const noexcept { BIO_meth_free(each); }
  void operator()(SSL_CTX* each) const noexcept { SSL_CTX_free(each); }
};
template <class Type> using owned = std::unique_ptr<Type, freed>;

using error_scope = config::openssl_error_scope;

/// Returns what a complaint of OpenSSL's error queue says.
[[nodiscard]] inline std::string text_of(unsigned long complaint) {
  const char* const reason = ERR_reason_error_string(complaint);
  return reason == nullptr ? "no reason given" : reason;
}

} // namespace actormesh::net::tls
