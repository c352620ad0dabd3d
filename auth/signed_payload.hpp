/// The body that a signature is over.
#pragma once

#include "auth/digest.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace actormesh::auth {

/// Takes a body piece by piece. Small pieces are gathered: whoever reads them takes longer to take
/// one than to read it.
class body_writer {
public:
  body_writer(const body_writer&) = delete;
  body_writer& operator=(const body_writer&) = delete;

  void append(std::string_view piece) {
    if (piece.size() > buffer_.size() - used_)
      return append_large(piece);
    std::copy(piece.begin(), piece.end(), buffer_.begin() + static_cast<std::ptrdiff_t>(used_));
    used_ += piece.size();
  }

protected:
  body_writer() = default;
  ~body_writer() = default;

  /// Hands on what has been gathered.
  void flush();

private:
  virtual void take(std::string_view bytes) = 0;
  void append_large(std::string_view piece);

  std::array<char, 1024> buffer_; // Only what was written to is read.
  std::size_t used_ = 0;
};

/// The bodies a signer may have had in hand. Where the body is the request's own, that is the one.
/// Where an edge has to write it again from what else the client said, and signers write
/// differently, there are several. Nothing is written or hashed before it is asked for, and nothing
/// is copied: the views have to outlive this.
class signed_payload {
public:
  /// What an edge writes bodies from, as it understands it.
  struct source {
    std::string_view text;
    std::span<const std::string> list;
  };

  /// Writes candidate `index`, likeliest first. False, without a word, after the last one. No two
  /// candidates are the same, and there is always a first one.
  using write_function = bool (*)(const source& from, std::size_t index, body_writer& to);

  signed_payload(write_function write, source from) noexcept
    : write_{write}
    , from_{from} {}

  /// The body of an HTTP request: the one candidate there is.
  [[nodiscard]] static signed_payload of_body(std::string_view body) noexcept;

  /// The SHA-256 of candidate `index`. Nothing after the last one.
  [[nodiscard]] std::optional<sha256_digest> hash(std::size_t index) const noexcept;

  /// The bytes of candidate `index`. Nothing after the last one.
  [[nodiscard]] std::optional<std::string> text(std::size_t index) const;

private:
  write_function write_;
  source from_;
};

} // namespace actormesh::auth
