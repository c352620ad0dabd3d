#include "config/keys/key_ring.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>
#include <set>
#include <string>
#include <thread>
#include <vector>

using namespace actormesh::config;
using std::chrono::hours;
using std::chrono::sys_seconds;

namespace {

constexpr sys_seconds now{std::chrono::seconds{1'800'000'000}};

api_key_record record(const std::string& salt, const std::string& key, const std::string& id,
                      sys_seconds expires) {
  return {id, hash_api_key(salt, key), "", now - hours{24}, expires};
}

} // namespace

TEST_CASE("a hash is HMAC-SHA-256 of the key under the salt") {
  // RFC 4231, test case 2, and test case 6 with a key longer than a block.
  CHECK(hash_api_key("Jefe", "what do ya want for nothing?") ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  CHECK(hash_api_key(std::string(131, '\xaa'),
                     "Test Using Larger Than Block-Size Key - Hash Key First") ==
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST_CASE("a ring accepts its keys, and knows which have expired") {
  const std::string salt = "00112233445566778899aabbccddeeff";
  const key_ring ring{salt,
                      {record(salt, "da2-aaaaaaaaaaaaaaaaaaaaaaaaaa", "key-1", now + hours{1}),
                       record(salt, "da2-bbbbbbbbbbbbbbbbbbbbbbbbbb", "key-2", now),
                       record(salt, "da2-cccccccccccccccccccccccccc", "key-3", now - hours{1})}};
  struct row {
    std::string presented;
    key_ring::verdict outcome;
    std::string id;
  };
  const row rows[] = {
      {"da2-aaaaaaaaaaaaaaaaaaaaaaaaaa", key_ring::verdict::accepted, "key-1"},
      {"da2-bbbbbbbbbbbbbbbbbbbbbbbbbb", key_ring::verdict::expired, "key-2"},
      {"da2-cccccccccccccccccccccccccc", key_ring::verdict::expired, "key-3"},
      {"da2-aaaaaaaaaaaaaaaaaaaaaaaaab", key_ring::verdict::unknown, ""},
      {"da2-aaaaaaaaaaaaaaaaaaaaaaaaa", key_ring::verdict::unknown, ""},
      {"da2-aaaaaaaaaaaaaaaaaaaaaaaaaaa", key_ring::verdict::unknown, ""},
      {"DA2-AAAAAAAAAAAAAAAAAAAAAAAAAA", key_ring::verdict::unknown, ""},
      {"", key_ring::verdict::unknown, ""},
      {std::string(100'000, 'a'), key_ring::verdict::unknown, ""},
      {ring.keys()[0].hash, key_ring::verdict::unknown, ""},
  };
  for (const auto& [presented, outcome, id] : rows) {
    CAPTURE(presented.substr(0, 40));
    const auto found = ring.check(presented, now);
    CHECK(found.outcome == outcome);
    CHECK((found.key == nullptr) == id.empty());
    if (found.key != nullptr)
      CHECK(found.key->id == id);
  }
}

TEST_CASE("a ring without keys, or with hashes that are none, accepts nothing") {
  CHECK(key_ring{}.check("", now).outcome == key_ring::verdict::unknown);
  CHECK(key_ring{}.check("da2-aaaaaaaaaaaaaaaaaaaaaaaaaa", now).key == nullptr);
  for (const auto* const hash : {"", "zz", "00"}) {
    const key_ring ring{"salt", {{"key-1", hash, "", now, now + hours{1}}}};
    CHECK(ring.check("", now).outcome == key_ring::verdict::unknown);
    CHECK(ring.check("da2-aaaaaaaaaaaaaaaaaaaaaaaaaa", now).outcome == key_ring::verdict::unknown);
  }
}

TEST_CASE("the same key has another hash under another salt") {
  CHECK(hash_api_key("a", "key") != hash_api_key("b", "key"));
}

TEST_CASE("keys, salts and ids have their form, and differ") {
  constexpr std::string_view alphabet = "abcdefghijklmnopqrstuvwxyz0123456789";
  std::set<std::string> keys;
  std::set<char> characters;
  for (int i = 0; i < 500; ++i) {
    const auto key = make_api_key();
    REQUIRE(key.size() == 30);
    REQUIRE(key.starts_with("da2-"));
    REQUIRE(key.find_first_not_of(alphabet, 4) == std::string::npos);
    characters.insert(key.begin() + 4, key.end());
    keys.insert(key);
  }
  CHECK(keys.size() == 500);
  CHECK(characters.size() == alphabet.size());
  CHECK(make_salt().size() == 32);
  CHECK(make_salt() != make_salt());
  CHECK(make_key_id().size() == 12);
  CHECK(make_key_id().starts_with("key-"));
}

TEST_CASE("several threads may ask one ring at the same time") {
  const std::string salt = "salt";
  const key_ring ring{salt, {record(salt, "da2-k", "key-1", now + hours{1})}};
  std::vector<int> accepted(4);
  std::vector<std::thread> threads;
  for (auto& count : accepted) {
    threads.emplace_back([&ring, &count] {
      for (int i = 0; i < 1'000; ++i) {
        count += ring.check("da2-k", now).outcome == key_ring::verdict::accepted ? 1 : 0;
        count += ring.check("da2-x", now).outcome == key_ring::verdict::accepted ? 1 : 0;
      }
    });
  }
  for (auto& each : threads)
    each.join();
  CHECK(accepted == std::vector<int>(4, 1'000));
}
