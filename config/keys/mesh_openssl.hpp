/// What the files about certificates of the mesh share of OpenSSL. Not for headers that others
/// include.
#pragma once

#include "config/file_io.hpp"
#include "config/keys/guarded.hpp"
#include "config/keys/openssl.hpp"

#include <openssl/bn.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <array>
#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace actormesh::config::mesh_openssl {

/// What certificates say in a URI before the name of whom they belong to.
inline constexpr std::string_view node_prefix = "urn:actormesh:node:";
inline constexpr std::string_view client_prefix = "urn:actormesh:client:";

struct freed : openssl_free {
  using openssl_free::operator();
  void operator()(BIGNUM* each) const noexcept { BN_free(each); }
  void operator()(GENERAL_NAMES* each) const noexcept { GENERAL_NAMES_free(each); }
  void operator()(STACK_OF(X509) * each) const noexcept { sk_X509_free(each); }
  void operator()(X509_EXTENSION* each) const noexcept { X509_EXTENSION_free(each); }
  void operator()(X509_STORE* each) const noexcept { X509_STORE_free(each); }
  void operator()(X509_STORE_CTX* each) const noexcept { X509_STORE_CTX_free(each); }
};
template <class Type> using owned = std::unique_ptr<Type, freed>;

/// What OpenSSL complained about last, as a problem of a file.
[[nodiscard]] inline problems openssl_problem(const std::filesystem::path& source) {
  std::array<char, 256> text{};
  ERR_error_string_n(ERR_peek_last_error(), text.data(), text.size());
  return one_problem(source.string(), "OpenSSL failed: " + std::string{text.data()});
}

/// As `guarded`. Nothing is left in OpenSSL's error queue.
template <class Function>
auto guarded_openssl(const std::filesystem::path& source, const Function& function) {
  const openssl_error_scope clean;
  return guarded(source.string(), function);
}

/// When a certificate ends.
[[nodiscard]] inline std::chrono::sys_seconds end_of(const X509* certificate) {
  return time_of(X509_get0_notAfter(certificate));
}

} // namespace actormesh::config::mesh_openssl
