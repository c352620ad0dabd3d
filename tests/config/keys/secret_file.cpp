#include "config/keys/secret_file.hpp"

#include "tests/config/temporary_folder.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <initializer_list>
#include <string>
#include <vector>

#include <sys/stat.h>

using namespace actormesh::config;
using testing::temporary_folder;

namespace {

namespace fs = std::filesystem;

constexpr uid_t root = 0;
constexpr uid_t service = 1'000;
constexpr uid_t stranger = 1'001;

std::string refusal(const fs::path& file) {
  const auto read = read_secret_file(file);
  return read ? "" : to_string(read.error().front());
}

} // namespace

TEST_CASE("one rule says who may have access to a file of secrets") {
  using enum access_verdict;
  struct row {
    mode_t mode;
    uid_t owner;
    uid_t reader;
    access_verdict expected;
  };
  const auto given = GENERATE(values<row>({
      // The owner alone.
      {0600, service, service, good},
      {0400, service, service, good},
      {0700, service, service, good},
      {0600, root, root, good},
      // Nobody else may read it,
      {0640, service, service, readable},
      {0604, service, service, readable},
      {0644, service, service, readable},
      {0444, service, service, readable},
      {0601, service, service, readable},
      {0640, root, root, readable},
      // but the group of a file that root hands to a service.
      {0640, root, service, good},
      {0440, root, service, good},
      {0650, root, service, readable},
      {0644, root, service, readable},
      {0444, root, service, readable},
      // Nobody else may write to it.
      {0620, service, service, writable},
      {0602, service, service, writable},
      {0666, service, service, writable},
      {0660, root, service, writable},
      {0620, root, root, writable},
      // It belongs to root or to who reads it. Root reads what anybody has.
      {0600, stranger, service, wrong_owner},
      {0666, stranger, service, wrong_owner},
      {0600, service, root, good},
      {0640, service, root, readable},
  }));
  CAPTURE(given.mode, given.owner, given.reader);
  CHECK(judge({S_IFREG | given.mode, given.owner, given.reader}) == given.expected);
}

TEST_CASE("only regular files hold secrets") {
  for (const auto type :
       std::initializer_list<mode_t>{S_IFDIR, S_IFIFO, S_IFSOCK, S_IFCHR, S_IFBLK, S_IFLNK})
    CHECK(judge({type | 0600U, service, service}) == access_verdict::not_a_file);
}

TEST_CASE("a secret is read from a file that keeps to the rule") {
  const temporary_folder folder;
  const auto file = folder.write("secret", " one \n\ntwo");
  const auto read = read_secret_file(file);
  REQUIRE(read.has_value());
  CHECK(read->view() == " one \n\ntwo");
  const auto lines = secret_lines(*read);
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].view() == "one");
  CHECK(lines[1].view() == "two");

  // As orchestrators mount it.
  fs::create_symlink(file, folder.path() / "link");
  CHECK(refusal(folder.path() / "link").empty());
}

TEST_CASE("a file that does not keep to the rule is refused, and says why") {
  const temporary_folder folder;
  const auto file = folder.write("secret", "text");
  const auto name = file.string();
  REQUIRE(::chmod(file.c_str(), 0604) == 0);
  CHECK(refusal(file) == name +
                             ": others than its owner may read it; expected mode 0600 (`chmod "
                             "600 " +
                             name + "`)");
  REQUIRE(::chmod(file.c_str(), 0620) == 0);
  CHECK(refusal(file) == name +
                             ": others than its owner may write to it; expected mode 0600 "
                             "(`chmod 600 " +
                             name + "`)");
  CHECK(refusal(folder.path()) == folder.path().string() + ": is not a file");
  CHECK(refusal(folder.path() / "none") ==
        (folder.path() / "none").string() + ": cannot be opened: No such file or directory");
  const auto pipe = folder.path() / "pipe";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  CHECK(refusal(pipe) == pipe.string() + ": is not a file");
}

TEST_CASE("secrets are bounded") {
  const temporary_folder folder;
  CHECK(read_secret_file(folder.write("most", "1234"), 4).has_value());
  const auto file = folder.write("more", "12345");
  const auto read = read_secret_file(file, 4);
  REQUIRE_FALSE(read.has_value());
  CHECK(read.error().front().message == "is larger than 4 bytes");
}

TEST_CASE("that others may read hashes is a warning") {
  const temporary_folder folder;
  const auto file = folder.write("hashes", "text");
  CHECK(open_secret_file(file, file_content::hashes)->warnings.empty());
  REQUIRE(::chmod(file.c_str(), 0644) == 0);
  const auto opened = open_secret_file(file, file_content::hashes);
  REQUIRE(opened.has_value());
  REQUIRE(opened->warnings.size() == 1);
  CHECK(opened->warnings.front().level == severity::warning);
  CHECK_FALSE(open_secret_file(file, file_content::secrets).has_value());
  REQUIRE(::chmod(file.c_str(), 0662) == 0);
  CHECK_FALSE(open_secret_file(file, file_content::hashes).has_value());
}
