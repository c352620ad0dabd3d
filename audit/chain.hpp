/// The chain of hashes that holds the records of an audit log together.
///
/// A line of the file is
///
///     {"seq":7,"time":"…",…,"prev":"<hash of record 6>","hash":"<hash of this one>"}
///
/// `hash` is the SHA-256, or with a key the HMAC-SHA-256 (RFC 2104), of the line's bytes before
/// `,"hash":`, in lower-case hex. Those bytes hold `prev`, so each hash stands for all records up
/// to its own. The first record ever has 64 zeros as `prev`.
#pragma once

#include "config/problem.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct evp_mac_ctx_st;
struct evp_md_ctx_st;
struct evp_md_st;

namespace actormesh::audit {

inline constexpr std::size_t hash_digits = 64;

/// A hash as it is written: lower-case hex.
using hash_text = std::array<char, hash_digits>;

[[nodiscard]] constexpr std::string_view view(const hash_text& hash) noexcept {
  return {hash.data(), hash.size()};
}

/// What the first record names as the hash of the one before.
[[nodiscard]] constexpr hash_text no_hash() noexcept {
  hash_text zeros{};
  zeros.fill('0');
  return zeros;
}

/// Reads 64 lower-case hex digits and nothing else.
[[nodiscard]] std::optional<hash_text> parse_hash(std::string_view text) noexcept;

/// Where a chain ends: the last record's number and hash.
struct head {
  std::uint64_t seq = 0; ///< 0: there is no record yet.
  hash_text hash = no_hash();

  friend bool operator==(const head&, const head&) = default;
};

/// A key shorter than this is refused: 128 bits as hex.
inline constexpr std::size_t shortest_key = 32;
inline constexpr std::size_t longest_key = 4'096;

/// Any thread. Reads the key of a chain: the bytes of the file without white space at its end.
/// Refuses a file that breaks the rule of `config/keys/secret_file.hpp`, a symbolic link, and a key
/// that is too short or too long.
[[nodiscard]] config::result<std::string> load_key(const std::filesystem::path& file);

/// Hashes lines. Movable; one thread at a time.
class hasher {
public:
  /// An empty key: plain SHA-256.
  explicit hasher(std::string_view key);
  hasher(hasher&&) noexcept = default;
  hasher& operator=(hasher&&) noexcept = default;
  ~hasher() = default;

  /// Returns the hash of these bytes; nothing if the crypto library fails.
  [[nodiscard]] std::optional<hash_text> operator()(std::string_view bytes);

  /// Returns `sha256` or `hmac-sha256`.
  [[nodiscard]] std::string_view name() const noexcept;

  /// Returns 16 hex digits that tell one key from another and nothing about it; empty without one.
  [[nodiscard]] const std::string& key_id() const noexcept { return key_id_; }

private:
  struct release {
    void operator()(evp_md_st* each) const noexcept;
    void operator()(evp_md_ctx_st* each) const noexcept;
    void operator()(evp_mac_ctx_st* each) const noexcept;
  };

  std::unique_ptr<evp_md_st, release> digest_;
  std::unique_ptr<evp_md_ctx_st, release> plain_;
  std::unique_ptr<evp_mac_ctx_st, release> keyed_;
  std::string key_id_;
};

/// Appends the line for a body (`append_body`) behind `last`, with its end, and returns its place.
/// Nothing, and nothing appended, if the crypto library fails.
[[nodiscard]] std::optional<head> append_line(std::string& to, const head& last,
                                              std::string_view body, hasher& with);

/// A line that has the shape of one. Views of the line.
struct parsed_line {
  std::uint64_t seq = 0;
  std::string_view time;
  hash_text prev = no_hash();
  hash_text hash = no_hash();
  std::string_view hashed; ///< What `hash` is the hash of.
  std::string_view body;   ///< What `append_line` got.
};

/// Reads a line without its end. Looks at the members that every line has and at nothing else.
[[nodiscard]] std::optional<parsed_line> parse_line(std::string_view line) noexcept;

/// What the first line of a file says about it.
struct file_header {
  std::string chain;  ///< `sha256` or `hmac-sha256`.
  std::string key_id; ///< `hasher::key_id`.
};

/// Reads the body of a record `file_begins`; nothing if it is none.
[[nodiscard]] std::optional<file_header> parse_header(std::string_view body);

} // namespace actormesh::audit
