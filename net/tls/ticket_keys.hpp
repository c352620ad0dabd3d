/// Keys of session tickets: what lets a client that comes back skip most of a handshake.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <span>

namespace actormesh::net::tls {

/// One key, as OpenSSL wants it.
struct ticket_key {
  std::array<unsigned char, 16> name{}; ///< Stands in the ticket, readable.
  std::array<unsigned char, 32> aes{};
  std::array<unsigned char, 32> hmac{};
};

/// Any thread: the keys that tickets are sealed with. The node keeps no sessions, only these. They
/// are never written anywhere, and outlive certificates, so that a reload costs nobody a full
/// handshake. Whoever steals one can read what was said with TLS 1.2 in sessions that it sealed
/// (RFC 5077 section 5.5; with TLS 1.3 each session exchanges keys anew), so none lives long.
class ticket_keys {
public:
  using clock = std::chrono::steady_clock;

  /// How long a ticket is good.
  static constexpr std::chrono::hours ticket_life{2};
  /// How long a key seals.
  static constexpr std::chrono::hours rotation{8};
  /// How long a key opens what it has sealed.
  static constexpr std::chrono::hours key_life = rotation + ticket_life;

  ticket_keys() = default;
  ticket_keys(const ticket_keys&) = delete;
  ticket_keys& operator=(const ticket_keys&) = delete;
  ~ticket_keys();

  /// Returns the key to seal with; nothing if there is no randomness to be had.
  [[nodiscard]] std::optional<ticket_key> sealing(clock::time_point now = clock::now());

  /// A key that opens a ticket.
  struct opened {
    ticket_key key;
    bool seals = true; ///< Otherwise the client should get a new ticket.
  };
  [[nodiscard]] std::optional<opened> opening(std::span<const unsigned char> name,
                                              clock::time_point now = clock::now());

private:
  struct dated {
    ticket_key key;
    clock::time_point made;
  };

  void forget_old(clock::time_point now);

  std::mutex mutex_;
  std::deque<dated> keys_; ///< The newest comes first. Guarded by `mutex_`.
};

} // namespace actormesh::net::tls
