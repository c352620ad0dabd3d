#include "audit/journal.hpp"
#include "tests/audit/scratch_log.hpp"

#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <string>

#include <sys/stat.h>
#include <unistd.h>

using namespace actormesh;
using namespace actormesh::audit;
using namespace actormesh::audit::testing;
namespace fs = std::filesystem;

namespace {

mode_t mode_of(const fs::path& file) {
  struct stat status {};
  REQUIRE(::stat(file.c_str(), &status) == 0);
  return status.st_mode & 07777U;
}

std::string problem_of(const scratch_log& it) {
  const auto opened = audit::log::open(it.how, it.from);
  REQUIRE_FALSE(opened.has_value());
  return opened.error().front().message;
}

bool holds(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

void append(const fs::path& file, std::string_view text) {
  std::ofstream{file, std::ios::binary | std::ios::app} << text;
}

} // namespace

// -- what is in a file -------------------------------------------------------------------------

TEST_CASE("a log begins with a header, and with a node that starts") {
  scratch_log it;
  it.open();
  REQUIRE(it.publish("r-1"));
  it.close();
  const auto lines = it.lines();
  REQUIRE(lines.size() == 4);
  CHECK(lines[0].starts_with(
      R"({"seq":1,"time":"2027-01-15T08:00:00.007Z","node":"node-1","what":"file_begins",)"
      R"("format":1,"chain":"sha256","prev":"0000)"));
  CHECK(holds(lines[1], R"("what":"audit_started","version":")"));
  CHECK(holds(lines[2],
              R"("what":"publish","result":"allowed","api":"prod","request":"r-1","prev":")"));
  CHECK(holds(lines[3], R"("what":"audit_stopped","prev":")"));
  for (const auto& each : lines)
    CHECK_NOTHROW(boost::json::parse(each));
  CHECK(mode_of(it.how.file) == 0600);
  CHECK_FALSE(it.check({.from_start = true}).broken);
}

TEST_CASE("a log counts what it does, and knows its head") {
  scratch_log it;
  it.open();
  REQUIRE(it.publish("r-1"));
  const auto& counts = it.get().counts();
  CHECK(counts.records_written == 3);
  CHECK(counts.records_lost == 0);
  CHECK(counts.bytes_written == it.text().size());
  CHECK(counts.write_errors == 0);
  CHECK(counts.queued_bytes == 0);
  CHECK_FALSE(counts.failing);
  CHECK(it.get().current_head().seq == 3);
  CHECK(it.get().current_head() == it.check().last);
  it.get().stop();
  CHECK(it.get().current_head() == it.check().last);
  CHECK_FALSE(it.publish("r-2"));
  CHECK(counts.records_lost == 1);
}

// -- restart -----------------------------------------------------------------------------------

TEST_CASE("a chain goes on after a restart") {
  const bool keyed = GENERATE(false, true);
  scratch_log it;
  expectation known;
  if (keyed) {
    known.key = std::string(32, 'k');
    it.how.key_file = it.folder.write("key", known.key);
  }
  for (int i = 0; i < 3; ++i) {
    it.open();
    REQUIRE(it.publish("r"));
    it.close();
  }
  const auto result = it.check(known);
  CHECK_FALSE(result.broken);
  CHECK(result.records == 10); // One header, three times started, publish, stopped.
  CHECK(it.files(".jsonl").size() == 1);
}

TEST_CASE("half a line after a crash is put aside, and the chain goes on before it") {
  scratch_log it;
  it.open();
  it.close();
  const auto before = it.text();
  const auto line = lines_of(before)[1];
  const auto half = GENERATE_COPY(line.substr(0, 1), line.substr(0, line.size() - 1), line,
                                  std::string{"no record\n{}\n"}, std::string(300'000, '\0'));
  append(it.how.file, half);
  it.open();
  it.close();

  CHECK(it.text().starts_with(before));
  const auto lines = it.lines();
  REQUIRE(lines.size() == 6);
  const auto kept = it.files(".damaged");
  REQUIRE(kept.size() == 1);
  CHECK(read_file(kept[0]) == half);
  CHECK(mode_of(kept[0]) == 0600);
  CHECK(holds(lines[3], "\"what\":\"tail_damaged\",\"bytes\":" + std::to_string(half.size()) +
                            ",\"kept_in\":\"" + kept[0].filename().string() + '"'));
  CHECK_FALSE(it.check().broken);
}

TEST_CASE("a last record that was changed is put aside, too") {
  scratch_log it;
  it.open();
  REQUIRE(it.publish("r-1"));
  it.close();
  auto text = it.text();
  text[text.rfind("audit_stopped")] = 'x';
  it.folder.write("audit.jsonl", text);
  it.open();
  it.close();
  CHECK_FALSE(it.check().broken);
  CHECK(it.files(".damaged").size() == 1);
  CHECK(holds(it.text(), "tail_damaged"));
}

TEST_CASE("a file whose header was never finished is begun anew") {
  scratch_log it;
  const auto begin = GENERATE(std::string{}, std::string{"{"}, std::string{"{\"seq\":1,\"ti"},
                              std::string(4'096, '\0'));
  it.folder.write("audit.jsonl", begin);
  it.open();
  it.close();
  CHECK(it.check({.from_start = true}).records == (begin.empty() ? 3 : 4));
  CHECK(it.files(".damaged").size() == (begin.empty() ? 0 : 1));
}

TEST_CASE("a file that is something else is left alone") {
  scratch_log it;
  const auto text = GENERATE(std::string{"root:x:0:0::/root:/bin/sh\n"}, std::string{"\n"},
                             std::string{"{\"seq\":1}\n"}, std::string(200'000, '\0'));
  it.folder.write("audit.jsonl", text);
  CHECK(holds(problem_of(it), "does not begin as an audit log does"));
  CHECK(it.text() == text);
}

TEST_CASE("a file without any record to go on from is left alone") {
  scratch_log it;
  it.open();
  it.close();
  append(it.how.file, std::string(1'000'000, 'x'));
  const auto text = it.text();
  CHECK(holds(problem_of(it), "hold no record that the chain could go on from"));
  CHECK(it.text() == text);
}

TEST_CASE("another key, or none, begins another file") {
  scratch_log it;
  expectation first;
  first.key = std::string(32, 'a');
  expectation second;
  second.key = GENERATE(std::string{}, std::string(32, 'b'));
  it.how.key_file = it.folder.write("key", first.key);
  it.open();
  it.close();
  if (second.key.empty())
    it.how.key_file.reset();
  else
    it.folder.write("key", second.key);
  it.open();
  it.close();

  const auto files = list_files(it.folder.path());
  REQUIRE(files.has_value());
  REQUIRE(files->size() == 2);
  const auto before = verify_files({files->at(0)}, first);
  REQUIRE(before.has_value());
  CHECK_FALSE(before->broken);
  const auto after = verify_files({files->at(1)}, second);
  REQUIRE(after.has_value());
  CHECK_FALSE(after->broken);
  CHECK(after->first_seq == before->last.seq + 1);
  CHECK(parse_line(it.lines()[0])->prev == before->last.hash);
}

// -- rotation ----------------------------------------------------------------------------------

TEST_CASE("a file that is large enough is rotated") {
  scratch_log it;
  it.how.rotate_bytes = 2'000;
  it.open();
  for (int i = 0; i < 50; ++i)
    REQUIRE(it.publish("r"));
  it.close();
  const auto rotated = find_rotated(it.how.file);
  CHECK(rotated.size() > 5);
  CHECK(it.files(".jsonl").size() == rotated.size() + 1);
  for (const auto& each : it.files(".jsonl")) {
    CHECK(fs::file_size(each) < 2'500);
    CHECK(mode_of(each) == 0600);
  }
  const auto result = it.check({.from_start = true});
  CHECK_FALSE(result.broken);
  CHECK(result.records == 52 + it.files(".jsonl").size());
}

TEST_CASE("a large batch is spread over files") {
  scratch_log it;
  it.how.rotate_bytes = 10'000;
  it.open();
  for (int i = 0; i < 500; ++i)
    REQUIRE(it.get().write({.what = action::publish, .request = "r"}));
  REQUIRE(it.get().flush());
  CHECK(it.files(".jsonl").size() > 10);
  CHECK_FALSE(it.check().broken);
}

TEST_CASE("a day begins a file of its own") {
  scratch_log it;
  it.open();
  REQUIRE(it.publish("r-1"));
  it.pass(std::chrono::hours{15});
  REQUIRE(it.publish("r-2"));
  CHECK(it.files(".jsonl").size() == 1);
  it.pass(std::chrono::hours{1}); // 2027-01-16T00:00:00.007Z
  REQUIRE(it.publish("r-3"));
  CHECK(fs::exists(it.folder.path() / "audit-20270116T000000Z-4.jsonl"));
  const auto lines = it.lines();
  REQUIRE(lines.size() == 2);
  CHECK(holds(lines[0], R"("what":"file_begins","format":1,"chain":"sha256",)"
                        R"("after":"audit-20270116T000000Z-4.jsonl","prev":")"));
  CHECK(it.get().counts().rotations == 1);
  CHECK_FALSE(it.check().broken);
}

TEST_CASE("a day without records begins no file") {
  scratch_log it;
  it.open();
  it.pass(std::chrono::hours{24});
  REQUIRE(it.get().flush());
  CHECK(it.files(".jsonl").size() == 2);
  for (int i = 0; i < 3; ++i) {
    it.pass(std::chrono::hours{24});
    REQUIRE(it.get().flush());
  }
  CHECK(it.files(".jsonl").size() == 2);
  CHECK_FALSE(it.check().broken);
}

TEST_CASE("the time for a rotation is kept over a restart") {
  scratch_log it;
  it.open();
  it.close();
  it.pass(std::chrono::hours{24});
  it.open();
  CHECK(it.files(".jsonl").size() == 2);
  it.close();
  CHECK_FALSE(it.check().broken);
}

TEST_CASE("a log may be told never to rotate") {
  scratch_log it;
  it.how.rotate_interval = std::chrono::milliseconds{0};
  it.open();
  it.pass(std::chrono::hours{10'000});
  REQUIRE(it.publish("r"));
  CHECK(it.files(".jsonl").size() == 1);
}

TEST_CASE("old files are removed only if a number of them is to be kept") {
  scratch_log it;
  it.how.keep_files = 2;
  it.open();
  for (int i = 0; i < 5; ++i) {
    it.pass(std::chrono::hours{24});
    REQUIRE(it.publish("r"));
  }
  CHECK(it.files(".jsonl").size() == 3);
  const auto result = it.check();
  CHECK_FALSE(result.broken);
  CHECK(result.first_seq > 1);
}

TEST_CASE("a node that stopped between two files goes on from the first") {
  scratch_log it;
  it.open();
  it.pass(std::chrono::hours{24});
  REQUIRE(it.publish("r-1"));
  it.close();
  const bool is_there = GENERATE(false, true);
  fs::remove(it.how.file);
  if (is_there)
    it.folder.write("audit.jsonl", "");
  it.open();
  it.close();
  const auto result = it.check({.from_start = true});
  CHECK_FALSE(result.broken);
  CHECK(result.records == 5);
}

TEST_CASE("files beside the log that only look like its own do not matter") {
  scratch_log it;
  it.folder.write("audit-20270116T000000Z-99999999999999999999.jsonl", "");
  it.folder.write("audit-20270116T000000Z-.jsonl", "");
  it.folder.write("audit-x-1.jsonl", "");
  it.folder.write("audit-.jsonl", "");
  it.open();
  it.close();
  CHECK(it.check({.from_start = true}).records == 3);
}

// -- whose file it is --------------------------------------------------------------------------

TEST_CASE("a file that others may write to is refused") {
  scratch_log it;
  it.open();
  it.close();
  const mode_t mode = GENERATE(0620U, 0602U);
  REQUIRE(::chmod(it.how.file.c_str(), mode) == 0);
  CHECK(holds(problem_of(it), "others than its owner may write to it"));
}

TEST_CASE("a folder that everybody may write to is refused") {
  scratch_log it;
  REQUIRE(::chmod(it.folder.path().c_str(), 0777) == 0);
  CHECK(holds(problem_of(it), "everybody may write to this folder"));
  REQUIRE(::chmod(it.folder.path().c_str(), 01777) == 0);
  it.open();
}

TEST_CASE("what is no file of its own is refused") {
  scratch_log it;
  SECTION("a symbolic link") {
    it.folder.write("elsewhere", "");
    fs::create_symlink(it.folder.path() / "elsewhere", it.how.file);
    CHECK(holds(problem_of(it), "is a symbolic link"));
  }
  SECTION("a symbolic link to nowhere") {
    fs::create_symlink(it.folder.path() / "elsewhere", it.how.file);
    CHECK(holds(problem_of(it), "is a symbolic link"));
    CHECK_FALSE(fs::exists(it.folder.path() / "elsewhere"));
  }
  SECTION("a pipe") {
    REQUIRE(::mkfifo(it.how.file.c_str(), 0600) == 0);
    CHECK(holds(problem_of(it), "is no regular file"));
  }
  SECTION("a folder") {
    REQUIRE(::mkdir(it.how.file.c_str(), 0700) == 0);
    CHECK_FALSE(problem_of(it).empty());
  }
  SECTION("in no folder") {
    it.how.file = it.folder.path() / "none" / "audit.jsonl";
    CHECK(holds(problem_of(it), "cannot be opened"));
  }
}

TEST_CASE("two nodes do not share a file") {
  scratch_log it;
  it.open();
  CHECK(problem_of(it) == "another node writes to this file");
  it.get().stop();
  CHECK(audit::log::open(it.how, it.from).has_value());
}

TEST_CASE("a log without its key is refused") {
  scratch_log it;
  it.how.key_file = it.folder.path() / "none";
  CHECK(holds(problem_of(it), "cannot be opened"));
}

// -- meddling ----------------------------------------------------------------------------------

TEST_CASE("a file that somebody moved away is followed by another") {
  scratch_log it;
  it.open();
  REQUIRE(it.publish("r-1"));
  fs::rename(it.how.file, it.folder.path() / "moved.jsonl");
  REQUIRE(it.publish("r-2"));
  const auto lines = it.lines();
  REQUIRE(lines.size() == 3);
  CHECK(holds(lines[1], R"("what":"file_changed","details":"The file was moved)"));
  CHECK_FALSE(it.check({.from_start = true}).broken);
}

TEST_CASE("a file that somebody cut is put away, and the cut is found") {
  scratch_log it;
  it.open();
  REQUIRE(it.publish("r-1"));
  fs::resize_file(it.how.file, fs::file_size(it.how.file) - 10);
  REQUIRE(it.publish("r-2"));
  CHECK(holds(it.text(), R"("what":"file_changed","details":"After record 3 the file had )"));
  const auto result = it.check();
  REQUIRE(result.broken);
  CHECK(result.broken->kind == fault::torn);
}
