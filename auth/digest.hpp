/// The digests that credentials are made of, and how secrets are compared. Any thread: pure
/// functions of bytes over OpenSSL's EVP interface; what OpenSSL needs per thread is allocated once
/// for each.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace actormesh::auth {

/// A SHA-256 or an HMAC-SHA-256, in binary.
using sha256_digest = std::array<unsigned char, 32>;

/// The same as 64 lower-case hex digits, without an end mark.
using sha256_text = std::array<char, 64>;

/// The SHA-256 of some bytes. Nothing if OpenSSL fails, which is to say without memory.
[[nodiscard]] std::optional<sha256_digest> sha256(std::string_view bytes) noexcept;

/// The SHA-256 of some bytes in lower-case hex. Empty if OpenSSL fails.
[[nodiscard]] std::string sha256_hex(std::string_view bytes);

/// The HMAC-SHA-256 of a message (RFC 2104). Nothing if OpenSSL fails.
[[nodiscard]] std::optional<sha256_digest> hmac_sha256(std::string_view key,
                                                       std::string_view message) noexcept;

/// The bytes of a digest as text, for what takes text. Lives as long as the digest.
[[nodiscard]] std::string_view view(const sha256_digest& digest) noexcept;
[[nodiscard]] std::string_view view(const sha256_text& text) noexcept;

/// Compares two secrets. The time tells their sizes at most.
[[nodiscard]] bool equal_in_constant_time(std::string_view left, std::string_view right) noexcept;

/// Overwrites a secret that is no longer needed.
void wipe(std::string& secret) noexcept;
void wipe(sha256_digest& secret) noexcept;

} // namespace actormesh::auth
