#include "auth/digest.hpp"

#include "text/hex.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <string_view>
#include <thread>
#include <vector>

using namespace actormesh::auth;
using actormesh::text::to_hex;

TEST_CASE("SHA-256 and HMAC-SHA-256 are what the standards say") {
  CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(to_hex(view(*hmac_sha256("Jefe", "what do ya want for nothing?"))) ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  CHECK(to_hex(view(*hmac_sha256(std::string(131, '\xaa'),
                                 "Test Using Larger Than Block-Size Key - Hash Key First"))) ==
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST_CASE("an empty key is a key, not the one before") {
  const auto empty = "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad";
  for (const auto key : {std::string_view{}, std::string_view{""}}) {
    CHECK(hmac_sha256("another", "") != hmac_sha256(key, ""));
    CHECK(to_hex(view(*hmac_sha256(key, ""))) == empty);
  }
}

TEST_CASE("secrets are equal or they are not") {
  CHECK(equal_in_constant_time("", ""));
  CHECK(equal_in_constant_time("abc", "abc"));
  CHECK_FALSE(equal_in_constant_time("abc", "abd"));
  CHECK_FALSE(equal_in_constant_time("abc", "ab"));
  CHECK_FALSE(equal_in_constant_time("", "a"));
}

TEST_CASE("a secret that was wiped is gone") {
  std::string text = "secret";
  wipe(text);
  CHECK(text.empty());
  auto digest = *sha256("secret");
  wipe(digest);
  CHECK(digest == sha256_digest{});
}

TEST_CASE("threads do not disturb each other's digests") {
  std::vector<int> wrong(4);
  std::vector<std::thread> threads;
  for (auto& count : wrong) {
    threads.emplace_back([&count] {
      const auto key = std::to_string(reinterpret_cast<std::uintptr_t>(&count));
      const auto expected = hmac_sha256(key, "message");
      for (int i = 0; i < 1'000; ++i)
        count += hmac_sha256(key, "message") == expected ? 0 : 1;
    });
  }
  for (auto& each : threads)
    each.join();
  CHECK(wrong == std::vector<int>(4));
}
