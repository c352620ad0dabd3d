#include "config/keys/pem_file.hpp"

#include "config/file_io.hpp"
#include "config/keys/secret_file.hpp"

#include <openssl/pem.h>

#include <string_view>
#include <utility>

namespace actormesh::config {

namespace {

/// A chain of certificates takes a few KiB, a bundle of public CAs a quarter of a MiB.
constexpr std::size_t largest_file = 1024 * 1024;

using bio_ptr = std::unique_ptr<BIO, openssl_free>;

bio_ptr memory_of(std::string_view text) {
  return bio_ptr{BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))};
}

/// Never asks anybody for a password.
int refuse_password(char*, int, int, void* asked) {
  *static_cast<bool*>(asked) = true;
  return -1;
}

} // namespace

result<std::vector<certificate_ptr>> read_certificates(const std::filesystem::path& file) {
  const auto text = read_text_file(file, largest_file);
  if (!text)
    return text.error();
  const openssl_error_scope clean;
  const auto memory = memory_of(*text);
  std::vector<certificate_ptr> certificates;
  while (auto* next = PEM_read_bio_X509(memory.get(), nullptr, nullptr, nullptr))
    certificates.emplace_back(next);
  const auto reason = ERR_GET_REASON(ERR_peek_last_error());
  if (certificates.empty() || reason != PEM_R_NO_START_LINE)
    return one_problem(file.string(), "expected certificates in PEM form");
  return certificates;
}

result<private_key_ptr> read_private_key(const std::filesystem::path& file) {
  const auto text = read_secret_file(file, largest_file);
  if (!text)
    return text.error();
  const openssl_error_scope clean;
  const auto memory = memory_of(text->view());
  bool asked = false;
  private_key_ptr key{PEM_read_bio_PrivateKey(memory.get(), nullptr, refuse_password, &asked)};
  if (!key)
    return one_problem(file.string(), asked ? "is encrypted; expected a key without a password"
                                            : "expected a private key in PEM form");
  return key;
}

} // namespace actormesh::config
