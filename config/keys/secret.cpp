#include "config/keys/secret.hpp"

#include "text/ascii.hpp"

#include <openssl/crypto.h>

namespace actormesh::config {

void wipe(std::string& secret) noexcept {
  OPENSSL_cleanse(secret.data(), secret.capacity());
  secret.clear();
}

secret::secret(secret&& other) noexcept
  : text_{std::move(other.text_)} {
  // A short text is copied by the move, and stays behind.
  wipe(other.text_);
}

secret& secret::operator=(secret&& other) noexcept {
  if (this != &other) {
    wipe(text_);
    text_ = std::move(other.text_);
    wipe(other.text_);
  }
  return *this;
}

std::vector<secret> secret_lines(const secret& text) {
  std::vector<secret> lines;
  auto rest = text.view();
  while (!rest.empty()) {
    if (const auto line = text::trim(text::take_until(rest, '\n')); !line.empty())
      lines.emplace_back(std::string{line});
  }
  return lines;
}

} // namespace actormesh::config
