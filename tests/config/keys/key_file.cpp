#include "config/keys/key_file.hpp"

#include "config/keys/key_text.hpp"
#include "config/keys/time_text.hpp"
#include "tests/config/temporary_folder.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <filesystem>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace actormesh::config;
using std::chrono::hours;
using std::chrono::sys_seconds;
using testing::read_file;
using testing::temporary_folder;
namespace fs = std::filesystem;

namespace {

constexpr sys_seconds now{std::chrono::seconds{1'800'000'000}}; // 2027-01-15T08:00:00Z
constexpr std::string_view hash =
    "\"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\"";
constexpr std::string_view salt = "salt: \"00112233445566778899aabbccddeeff\"\n";

new_key create(const fs::path& file, const key_request& request = {.now = now}) {
  const auto made = create_key(file, request);
  REQUIRE(made.has_value());
  return *made;
}

std::vector<api_key_record> keys_of(const fs::path& file) {
  const auto loaded = load_key_ring(file);
  REQUIRE(loaded.has_value());
  return loaded->ring->keys();
}

unsigned mode_of(const fs::path& file) {
  struct stat status {};
  REQUIRE(::stat(file.c_str(), &status) == 0);
  return status.st_mode & 07777U;
}

std::vector<std::string> files_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& each : fs::directory_iterator{folder})
    names.push_back(each.path().filename().string());
  return names;
}

std::string key_entry(const std::string& members) { return "  - " + members + "\n"; }

std::string first_problem(const std::string& text) {
  const auto parsed = parse_key_ring(text, "k.yaml");
  return parsed ? "none" : to_string(parsed.error().front());
}

} // namespace

TEST_CASE("the first key makes the file, for its owner alone") {
  const temporary_folder folder;
  const auto file = folder.path() / "keys.yaml";
  const auto made = create(file, {.description = "say \"hi\" \\ ü", .now = now});
  CHECK(mode_of(file) == 0600U);
  CHECK(files_in(folder.path()) == std::vector<std::string>{"keys.yaml"});
  CHECK(made.record.created == now);
  CHECK(made.record.expires == now + hours{7 * 24});
  CHECK(keys_of(file) == std::vector<api_key_record>{made.record});
  CHECK(keys_of(file)[0].description == "say \"hi\" \\ ü");

  const auto loaded = load_key_ring(file);
  CHECK(loaded->ring->check(made.key, now).outcome == key_ring::verdict::accepted);
  CHECK(loaded->ring->check(made.key, now + hours{7 * 24}).outcome == key_ring::verdict::expired);
  CHECK(loaded->warnings.empty());
  CHECK(loaded->stamp == stamp_of(file));
}

TEST_CASE("the file never holds a key") {
  const temporary_folder folder;
  const auto file = folder.path() / "keys.yaml";
  const auto made = create(file);
  CHECK(read_file(file).find(made.key) == std::string::npos);
  CHECK(read_file(file).find(made.key.substr(4)) == std::string::npos);
}

TEST_CASE("a file of keys reads as it was written") {
  const key_ring ring{"00112233445566778899aabbccddeeff",
                      {{"key-1", std::string(64, 'a'), "one", now, now + hours{24}},
                       {"key-2", std::string(64, 'b'), "", now, now + hours{48}}}};
  const auto text = format_key_ring(ring);
  CHECK(text == R"(# API keys of Actormesh: hashes only, a lost key can't be read from here.
# Edit with `actormesh keys create|list|revoke --file FILE`.
salt: "00112233445566778899aabbccddeeff"
keys:
  - id: "key-1"
    hash: ")" + std::string(64, 'a') +
                    R"("
    description: "one"
    created: 2027-01-15T08:00:00Z
    expires: 2027-01-16T08:00:00Z
  - id: "key-2"
    hash: ")" + std::string(64, 'b') +
                    R"("
    description: ""
    created: 2027-01-15T08:00:00Z
    expires: 2027-01-17T08:00:00Z
)");
  const auto parsed = parse_key_ring(text, "k.yaml");
  REQUIRE(parsed.has_value());
  CHECK(parsed->salt() == ring.salt());
  CHECK(parsed->keys() == ring.keys());
}

TEST_CASE("a revoked key is gone, and the others stay") {
  const temporary_folder folder;
  const auto file = folder.path() / "keys.yaml";
  const auto one = create(file);
  const auto two = create(file);
  const auto before = stamp_of(file);
  const auto revoked = revoke_key(file, one.record.id);
  REQUIRE(revoked.has_value());
  CHECK(*revoked == one.record);
  CHECK(keys_of(file) == std::vector<api_key_record>{two.record});
  CHECK_FALSE(stamp_of(file) == before);
  const auto ring = load_key_ring(file)->ring;
  CHECK(ring->check(one.key, now).outcome == key_ring::verdict::unknown);
  CHECK(ring->check(two.key, now).outcome == key_ring::verdict::accepted);

  REQUIRE(revoke_key(file, two.record.id).has_value());
  CHECK(keys_of(file).empty());
}

TEST_CASE("revoking what isn't there says so and changes nothing") {
  const temporary_folder folder;
  const auto file = folder.path() / "keys.yaml";
  create(file);
  const auto before = read_file(file);
  const auto revoked = revoke_key(file, "key-0");
  REQUIRE_FALSE(revoked.has_value());
  CHECK(revoked.error().front().message ==
        "has no key with the id \"key-0\" (`actormesh keys list` shows the ids)");
  CHECK(read_file(file) == before);
  const auto missing = revoke_key(folder.path() / "none.yaml", "key-0");
  REQUIRE_FALSE(missing.has_value());
  CHECK_THAT(missing.error().front().message,
             Catch::StartsWith("cannot be opened: No such file or directory (make one with"));
}

TEST_CASE("a key lives from one day to 365") {
  const temporary_folder folder;
  const auto file = folder.path() / "keys.yaml";
  CHECK(create(file, {.life = hours{24}, .now = now}).record.expires == now + hours{24});
  CHECK(create(file, {.life = hours{24 * 365}, .now = now}).record.expires ==
        now + hours{24 * 365});
  for (const auto life : {hours{0}, hours{23}, hours{24 * 365 + 1}}) {
    const auto refused = create_key(file, {.life = life, .now = now});
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().front().message == "a key's life: expected 1d to 365d");
  }
  CHECK(keys_of(file).size() == 2);
}

TEST_CASE("a description is short and printable") {
  const temporary_folder folder;
  const auto file = folder.path() / "keys.yaml";
  CHECK_FALSE(create_key(file, {.description = "a\nb"}).has_value());
  CHECK_FALSE(create_key(file, {.description = std::string(201, 'x')}).has_value());
  CHECK_FALSE(fs::exists(file));
  CHECK(create_key(file, {.description = std::string(200, 'x')}).has_value());
}

TEST_CASE("a file takes fifty keys, and lets go of what expired long ago") {
  const temporary_folder folder;
  const auto file = folder.path() / "keys.yaml";
  create(file, {.life = hours{24}, .now = now - hours{24 * 62}});
  for (int i = 0; i < 49; ++i)
    create(file);
  CHECK(keys_of(file).size() == 49);
  create(file);
  const auto refused = create_key(file, {.now = now});
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().front().message ==
        "has 50 keys already, which is the limit; revoke one first");
}

TEST_CASE("edits at the same time all count") {
  const temporary_folder folder;
  const auto file = folder.path() / "keys.yaml";
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&file] {
      for (int i = 0; i < 10; ++i)
        static_cast<void>(create_key(file, {.now = now}));
    });
  }
  for (auto& each : threads)
    each.join();
  std::set<std::string> ids;
  for (const auto& each : keys_of(file))
    ids.insert(each.id);
  CHECK(ids.size() == 40);
  CHECK(files_in(folder.path()) == std::vector<std::string>{"keys.yaml"});
}

TEST_CASE("of several that make the first key at the same time one does") {
  const temporary_folder folder;
  const auto file = folder.path() / "keys.yaml";
  std::atomic<int> made = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      const auto key = create_first_key(file, {.now = now});
      if (key && *key)
        ++made;
    });
  }
  for (auto& each : threads)
    each.join();
  CHECK(made == 1);
  CHECK(keys_of(file).size() == 1);
  CHECK(create_first_key(file, {.life = std::chrono::hours{1}}).has_error());
}

TEST_CASE("a file of keys without keys counts as made") {
  const temporary_folder folder;
  const auto file = folder.write("keys.yaml", format_key_ring({make_salt(), {}}));
  const auto key = create_first_key(file, {.now = now});
  REQUIRE(key.has_value());
  CHECK_FALSE(key->has_value());
  CHECK(keys_of(file).empty());
}

TEST_CASE("an edit keeps a mode that lets a group read, and a link that points to the file") {
  const temporary_folder folder;
  const auto file = folder.path() / "real.yaml";
  const auto link = folder.path() / "link.yaml";
  create(file);
  fs::create_symlink("real.yaml", link);
  REQUIRE(::chmod(file.c_str(), 0640) == 0);
  create(link);
  CHECK(fs::is_symlink(link));
  CHECK(mode_of(file) == 0640U);
  CHECK(keys_of(file).size() == 2);
}

TEST_CASE("a file that others may write to is refused, one that they may read is not") {
  const temporary_folder folder;
  const auto file = folder.path() / "keys.yaml";
  create(file);
  for (const mode_t mode : {0620U, 0602U, 0666U}) {
    REQUIRE(::chmod(file.c_str(), mode) == 0);
    const auto refused = load_key_ring(file);
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().front().message == "others than its owner may write to it; expected mode "
                                             "0600 (`chmod 600 " +
                                                 file.string() + "`)");
  }
  for (const mode_t mode : {0640U, 0604U, 0644U}) {
    REQUIRE(::chmod(file.c_str(), mode) == 0);
    const auto loaded = load_key_ring(file);
    REQUIRE(loaded.has_value());
    REQUIRE(loaded->warnings.size() == 1);
    CHECK(loaded->warnings.front().message ==
          "others than its owner may read it; expected mode 0600 (`chmod 600 " + file.string() +
              "`)");
  }
}

TEST_CASE("an edit of a file that is wrong leaves it alone") {
  const temporary_folder folder;
  const auto file = folder.write("keys.yaml", "salt: no\n");
  REQUIRE_FALSE(create_key(file, {}).has_value());
  CHECK(read_file(file) == "salt: no\n");
  CHECK(files_in(folder.path()) == std::vector<std::string>{"keys.yaml"});
}

TEST_CASE("a folder that isn't there is a problem like any other") {
  const auto made = create_key("/nonexistent/folder/keys.yaml", {});
  REQUIRE_FALSE(made.has_value());
  CHECK(to_string(made.error().front()) ==
        "/nonexistent/folder: cannot be opened: No such file or directory");
}

TEST_CASE("what is wrong in a file of keys is reported with its place, and never repeated") {
  struct row {
    std::string text;
    std::string expected;
  };
  const std::string start = std::string{salt} + "keys:\n";
  const std::string times = ", created: 2027-01-15T08:00:00Z, expires: 2027-01-16T08:00:00Z}";
  const std::string good = "{id: key-1, hash: " + std::string{hash} + times;
  const row rows[] = {
      {start, "none"},
      {start + key_entry(good), "none"},
      {"", "k.yaml:1:1: expected a mapping with salt and keys, found nothing"},
      {"- a", "k.yaml:1:1: expected a mapping with salt and keys, found a list"},
      {"keys: []", "k.yaml:1:1: salt: is missing, expected 32 hex digits"},
      {"salt: da2-secret", "k.yaml:1:7: salt: expected 32 hex digits"},
      {"sallt: 1", "k.yaml:1:1: unknown option \"sallt\", did you mean \"salt\"?"},
      {std::string{salt} + "keys: 7", "k.yaml:2:7: keys: expected a list, found \"7\""},
      {start + key_entry("7"), "k.yaml:3:5: keys: expected a mapping for each key, found \"7\""},
      {start + key_entry("{hash: da2-secret, id: key-1" + times),
       "k.yaml:3:12: hash: expected 64 hex digits"},
      {start + key_entry("{id: key-1" + times), "k.yaml:3:5: hash: is missing"},
      {start + key_entry("{id: a b, hash: " + std::string{hash} + times),
       "k.yaml:3:10: id: expected 1 to 64 characters of A-Z, a-z, 0-9, _ and -"},
      {start + key_entry("{id: key-1, key: 1, hash: " + std::string{hash} + times),
       "k.yaml:3:17: unknown option \"key\"; known here: id, hash, description, created, expires"},
      {start + key_entry(good) + key_entry(good),
       "k.yaml:4:5: id: another key has the id \"key-1\" too"},
      {start + key_entry("{id: k, id: k, hash: " + std::string{hash} + times),
       "k.yaml:3:13: \"id\" is already set in line 3"},
  };
  for (const auto& [text, expected] : rows) {
    CAPTURE(text);
    CHECK(first_problem(text) == expected);
  }
}

TEST_CASE("a time is written in one form") {
  for (const auto* const wrong :
       {"2027-01-15", "2027-01-15T08:00:00", "2027-01-15 08:00:00Z", "2027-13-15T08:00:00Z",
        "2027-02-29T08:00:00Z", "2027-01-15T24:00:00Z", "2027-01-15T08:60:00Z",
        "2027-01-15T08:00:60Z", "x027-01-15T08:00:00Z", "2027-01-15T08:00:00Z0"}) {
    CAPTURE(wrong);
    CHECK(first_problem(std::string{salt} + "keys:\n" +
                        key_entry("{id: k, hash: " + std::string{hash} +
                                  ", created: 2027-01-15T08:00:00Z, expires: '" + wrong + "'}")) ==
          "k.yaml:3:127: expires: expected a time such as 2026-11-28T20:00:00Z");
  }
  CHECK(format_time(now) == "2027-01-15T08:00:00Z");
  CHECK(format_time(sys_seconds{}) == "1970-01-01T00:00:00Z");
}

TEST_CASE("more than fifty keys are refused") {
  std::string text = std::string{salt} + "keys:\n";
  for (int i = 0; i < 51; ++i)
    text += key_entry("{id: k" + std::to_string(i) + ", hash: " + std::string{hash} +
                      ", created: 2027-01-15T08:00:00Z, expires: 2027-01-15T08:00:00Z}");
  CHECK(first_problem(text) == "k.yaml:2:1: keys: expected at most 50 keys, found 51");
}
