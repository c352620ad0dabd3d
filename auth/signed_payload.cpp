#include "auth/signed_payload.hpp"

#include <openssl/evp.h>

#include <memory>
#include <utility>

namespace actormesh::auth {

namespace {

struct free_digest {
  void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
};

/// A SHA-256 of what is written. Uses the thread's one context, so there can be one at a time.
class hash_writer final : public body_writer {
public:
  hash_writer() noexcept {
    static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    good_ = context() != nullptr && algorithm != nullptr &&
            EVP_DigestInit_ex2(context(), algorithm, nullptr) == 1;
  }

  std::optional<sha256_digest> finish() noexcept {
    flush();
    sha256_digest digest{};
    if (!good_ || EVP_DigestFinal_ex(context(), digest.data(), nullptr) != 1)
      return std::nullopt;
    return digest;
  }

private:
  static EVP_MD_CTX* context() noexcept {
    static thread_local const std::unique_ptr<EVP_MD_CTX, free_digest> context{EVP_MD_CTX_new()};
    return context.get();
  }

  void take(std::string_view bytes) noexcept override {
    good_ = good_ && EVP_DigestUpdate(context(), bytes.data(), bytes.size()) == 1;
  }

  bool good_ = false;
};

class text_writer final : public body_writer {
public:
  std::string finish() {
    flush();
    return std::move(text_);
  }

private:
  void take(std::string_view bytes) override { text_ += bytes; }

  std::string text_;
};

bool write_body(const signed_payload::source& from, std::size_t index, body_writer& to) {
  if (index > 0)
    return false;
  to.append(from.text);
  return true;
}

} // namespace

void body_writer::flush() {
  take({buffer_.data(), used_});
  used_ = 0;
}

void body_writer::append_large(std::string_view piece) {
  flush();
  if (piece.size() > buffer_.size())
    return take(piece);
  append(piece);
}

signed_payload signed_payload::of_body(std::string_view body) noexcept {
  return {&write_body, {body, {}}};
}

std::optional<sha256_digest> signed_payload::hash(std::size_t index) const noexcept {
  hash_writer hash;
  if (!write_(from_, index, hash))
    return std::nullopt;
  return hash.finish();
}

std::optional<std::string> signed_payload::text(std::size_t index) const {
  text_writer text;
  if (!write_(from_, index, text))
    return std::nullopt;
  return text.finish();
}

} // namespace actormesh::auth
