#include "net/tls/ticket_keys.hpp"

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <algorithm>

namespace actormesh::net::tls {

namespace {

template <std::size_t Size> bool fill(std::array<unsigned char, Size>& what) {
  return RAND_priv_bytes(what.data(), static_cast<int>(what.size())) == 1;
}

void wipe(ticket_key& what) noexcept { OPENSSL_cleanse(&what, sizeof what); }

} // namespace

ticket_keys::~ticket_keys() {
  for (auto& each : keys_)
    wipe(each.key);
}

std::optional<ticket_key> ticket_keys::sealing(clock::time_point now) {
  const std::lock_guard guard{mutex_};
  forget_old(now);
  if (keys_.empty() || keys_.front().made + rotation <= now) {
    ticket_key fresh;
    if (!fill(fresh.name) || !fill(fresh.aes) || !fill(fresh.hmac))
      return std::nullopt;
    keys_.push_front({fresh, now});
  }
  return keys_.front().key;
}

std::optional<ticket_keys::opened> ticket_keys::opening(std::span<const unsigned char> name,
                                                        clock::time_point now) {
  const std::lock_guard guard{mutex_};
  forget_old(now);
  const auto found = std::ranges::find_if(
      keys_, [&](const dated& each) { return std::ranges::equal(each.key.name, name); });
  if (found == keys_.end())
    return std::nullopt;
  return opened{found->key, found->made + rotation > now};
}

void ticket_keys::forget_old(clock::time_point now) {
  while (!keys_.empty() && keys_.back().made + key_life <= now) {
    wipe(keys_.back().key);
    keys_.pop_back();
  }
}

} // namespace actormesh::net::tls
