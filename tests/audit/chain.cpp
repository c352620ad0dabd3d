#include "audit/chain.hpp"

#include "audit/record.hpp"
#include "tests/config/temporary_folder.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <string>

#include <sys/stat.h>
#include <unistd.h>

using namespace actormesh;
using namespace actormesh::audit;

namespace {

constexpr std::string_view body = R"("time":"2027-01-15T08:00:00.007Z","what":"connect")";

std::string hash_of(hasher& with, std::string_view bytes) {
  const auto hash = with(bytes);
  REQUIRE(hash.has_value());
  return std::string{view(*hash)};
}

} // namespace

TEST_CASE("hashes are SHA-256, and HMAC-SHA-256 with a key") {
  hasher plain{""};
  CHECK(plain.name() == "sha256");
  CHECK(plain.key_id().empty());
  // FIPS 180-4; twice, because the state is used again.
  for (int i = 0; i < 2; ++i)
    CHECK(hash_of(plain, "abc") ==
          "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  hasher keyed{"Jefe"};
  CHECK(keyed.name() == "hmac-sha256");
  CHECK(keyed.key_id().size() == 16);
  CHECK(hasher{"jefe"}.key_id() != keyed.key_id());
  // RFC 4231, test case 2.
  for (int i = 0; i < 2; ++i)
    CHECK(hash_of(keyed, "what do ya want for nothing?") ==
          "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST_CASE("a line holds the hash of the one before and its own") {
  hasher hash{""};
  std::string text;
  const auto first = append_line(text, {}, body, hash);
  REQUIRE(first.has_value());
  const std::string hashed =
      R"({"seq":1,"time":"2027-01-15T08:00:00.007Z","what":"connect","prev":")" +
      std::string(64, '0') + '"';
  CHECK(first->seq == 1);
  CHECK(text == hashed + R"(,"hash":")" + hash_of(hash, hashed) + "\"}\n");

  std::string next;
  const auto second = append_line(next, *first, body, hash);
  REQUIRE(second.has_value());
  CHECK(second->seq == 2);
  const auto parsed = parse_line(std::string_view{next}.substr(0, next.size() - 1));
  REQUIRE(parsed.has_value());
  CHECK(parsed->seq == 2);
  CHECK(parsed->prev == first->hash);
  CHECK(parsed->hash == second->hash);
  CHECK(parsed->body == body);
  CHECK(parsed->time == "2027-01-15T08:00:00.007Z");
  CHECK(hash(parsed->hashed) == parsed->hash);
}

TEST_CASE("what is no line is not read as one") {
  hasher hash{""};
  std::string line;
  REQUIRE(append_line(line, {}, body, hash).has_value());
  line.pop_back();
  REQUIRE(parse_line(line).has_value());
  for (std::size_t size = 0; size < line.size(); ++size) {
    if (parse_line(std::string_view{line}.substr(0, size)))
      FAIL("begin of a line, " << size << " bytes");
    if (size > 0 && parse_line(std::string_view{line}.substr(size)))
      FAIL("end of a line, from " << size);
  }
  const auto with = [&](std::string_view from, std::string_view to) {
    auto changed = line;
    const auto at = changed.find(from);
    REQUIRE(at != std::string::npos);
    return changed.replace(at, from.size(), to);
  };
  CHECK_FALSE(parse_line(with("\"seq\":1", "\"seq\":01")));
  CHECK_FALSE(parse_line(with("\"seq\":1", "\"seq\":-1")));
  CHECK_FALSE(parse_line(with("\"seq\":1", "\"seq\":18446744073709551616")));
  CHECK_FALSE(parse_line(with("2027-01-15", "2027-13-15")));
  CHECK_FALSE(parse_line(with("\"prev\":\"0", "\"prev\":\"A")));
  CHECK_FALSE(parse_line(line + " "));
}

TEST_CASE("keys of chains are read from files that nobody else may touch") {
  const config::testing::temporary_folder folder;
  const std::string key(64, 'a');
  const auto file = folder.write("key", key + "\r\n");
  const auto loaded = load_key(file);
  REQUIRE(loaded.has_value());
  CHECK(*loaded == key);

  CHECK_FALSE(load_key(folder.path() / "none").has_value());
  CHECK_FALSE(load_key(folder.path()).has_value());
  CHECK_FALSE(load_key(folder.write("short", std::string(31, 'a'))).has_value());
  CHECK_FALSE(load_key(folder.write("long", std::string(4'097, 'a'))).has_value());
  CHECK(load_key(folder.write("longest", std::string(4'096, 'a') + '\n')).has_value());

  std::filesystem::create_symlink(file, folder.path() / "link");
  CHECK_FALSE(load_key(folder.path() / "link").has_value());
  for (const mode_t mode : {0604U, 0602U, 0620U, 0640U}) {
    REQUIRE(::chmod(file.c_str(), mode) == 0);
    CHECK_FALSE(load_key(file).has_value());
  }
  REQUIRE(::chmod(file.c_str(), 0400) == 0);
  CHECK(load_key(file).has_value());
}
