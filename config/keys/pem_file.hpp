/// Certificates and private keys in PEM files (RFC 7468).
///
/// Any thread. Nothing is left in OpenSSL's error queue.
#pragma once

#include "config/keys/openssl.hpp"
#include "config/problem.hpp"

#include <filesystem>
#include <memory>
#include <vector>

namespace actormesh::config {

using certificate_ptr = std::unique_ptr<X509, openssl_free>;
using private_key_ptr = std::unique_ptr<EVP_PKEY, openssl_free>;

/// Returns all certificates of a file, at least one.
[[nodiscard]] result<std::vector<certificate_ptr>>
read_certificates(const std::filesystem::path& file);

/// Returns the key of a file that keeps to the rule of `secret_file.hpp`. Keys with a password are
/// refused.
[[nodiscard]] result<private_key_ptr> read_private_key(const std::filesystem::path& file);

} // namespace actormesh::config
