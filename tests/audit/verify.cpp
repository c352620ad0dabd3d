#include "tests/audit/scratch_log.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace actormesh;
using namespace actormesh::audit;
using namespace actormesh::audit::testing;

namespace {

/// Two files, and the key they were made with.
struct written {
  std::vector<std::string> texts;
  expectation known;
  head last;
};

written write_two_files(const std::string& key) {
  scratch_log it;
  written made;
  if (!key.empty())
    it.how.key_file = it.folder.write("key", key);
  made.known.key = key;
  it.open();
  REQUIRE(it.publish("r-1"));
  REQUIRE(it.publish("r-2"));
  it.pass(std::chrono::hours{24});
  REQUIRE(it.publish("r-3"));
  REQUIRE(it.publish("r-4"));
  made.last = it.get().current_head();
  const auto files = list_files(it.folder.path());
  REQUIRE(files.has_value());
  REQUIRE(files->size() == 2);
  for (const auto& each : *files)
    made.texts.push_back(read_file(each));
  return made;
}

fault fault_of(const summary& result) {
  REQUIRE(result.broken.has_value());
  return result.broken->kind;
}

/// The first file with its lines changed.
template <class Change> summary with_lines(const written& from, std::size_t file, Change change) {
  auto texts = from.texts;
  auto lines = lines_of(texts[file]);
  change(lines);
  texts[file] = joined(lines);
  return verify(texts, from.known);
}

} // namespace

TEST_CASE("what was written is found in order") {
  const auto key = GENERATE(std::string{}, std::string(32, 'k'));
  auto from = write_two_files(key);
  // file_begins, audit_started, r-1, r-2; file_begins, r-3, r-4
  REQUIRE(lines_of(from.texts[0]).size() == 4);
  REQUIRE(lines_of(from.texts[1]).size() == 3);
  const auto result = verify(from.texts, from.known);
  CHECK_FALSE(result.broken);
  CHECK(result.records == 7);
  CHECK(result.first_seq == 1);
  CHECK(result.first_time == "2027-01-15T08:00:00.007Z");
  CHECK(result.last_time == "2027-01-16T08:00:00.007Z");
  CHECK(result.last == from.last);

  from.known.head = from.last.hash;
  from.known.from_start = true;
  CHECK_FALSE(verify(from.texts, from.known).broken);
}

TEST_CASE("no byte of a file can be changed") {
  const auto key = GENERATE(std::string{}, std::string(32, 'k'));
  const auto from = write_two_files(key);
  const auto changed_to = GENERATE('x', '0', '\n', '"', '\0', '\xff');
  auto texts = from.texts;
  for (std::size_t file = 0; file < texts.size(); ++file) {
    std::uint64_t line = 1;
    for (std::size_t i = 0; i < texts[file].size(); ++i) {
      const char was = texts[file][i];
      if (was != changed_to) {
        texts[file][i] = changed_to;
        const auto result = verify(texts, from.known);
        if (!result.broken || result.broken->file != "file" + std::to_string(file + 1) ||
            result.broken->line != line)
          FAIL("file " << file << ", byte " << i);
        texts[file][i] = was;
      }
      line += was == '\n' ? 1U : 0U;
    }
  }
}

TEST_CASE("no line can be taken out") {
  const auto from = write_two_files({});
  for (std::size_t file = 0; file < 2; ++file) {
    const auto count = lines_of(from.texts[file]).size();
    for (std::size_t i = 0; i < count; ++i) {
      const auto result = with_lines(from, file, [&](auto& lines) {
        lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(i));
      });
      INFO("file " << file << ", line " << i);
      // The last line is what only somebody who knows the head can miss.
      if (file == 1 && i == count - 1)
        CHECK_FALSE(result.broken);
      else
        CHECK(fault_of(result) == (i == 0 ? fault::no_header : fault::missing));
    }
  }
  const auto result = with_lines(from, 0, [](auto& lines) { lines.erase(lines.begin() + 2); });
  CHECK(result.broken->file == "file1");
  CHECK(result.broken->line == 3);
  CHECK(result.broken->message == "record 3 is missing before this one");
  CHECK(result.records == 2);
}

TEST_CASE("many lines that are gone are one finding") {
  const auto result = with_lines(write_two_files({}), 0, [](auto& lines) {
    lines.erase(lines.begin() + 1, lines.begin() + 3);
  });
  CHECK(result.broken->message == "records 2 to 3 are missing before this one");
}

TEST_CASE("lines that change places are told from lines that are gone") {
  const auto from = write_two_files({});
  const auto near = with_lines(from, 0, [](auto& lines) { std::swap(lines[2], lines[3]); });
  CHECK(fault_of(near) == fault::reordered);
  CHECK(near.broken->line == 3);
  CHECK(near.broken->message ==
        "record 3 is missing before this one; record 3 comes later, in file1:4");
  CHECK(fault_of(verify({from.texts[1], from.texts[0]}, from.known)) == fault::inserted);
}

TEST_CASE("no line can be put in") {
  const auto from = write_two_files({});
  const auto copied =
      with_lines(from, 0, [](auto& lines) { lines.insert(lines.begin() + 2, lines[1]); });
  CHECK(fault_of(copied) == fault::inserted);
  CHECK(copied.broken->line == 3);

  // One that is made well, so that the next one is the one too many.
  const auto made = with_lines(from, 0, [](auto& lines) {
    const auto before = parse_line(lines[1]);
    std::string line;
    hasher hash{""};
    REQUIRE(append_line(line, {before->seq, before->hash}, before->body, hash).has_value());
    line.pop_back();
    lines.insert(lines.begin() + 2, line);
  });
  CHECK(fault_of(made) == fault::inserted);
  CHECK(made.broken->line == 4);

  const auto blank = with_lines(from, 0, [](auto& lines) { lines.insert(lines.begin() + 1, ""); });
  CHECK(fault_of(blank) == fault::malformed);
}

TEST_CASE("a record with a new hash does not fit the one behind it") {
  const auto forge = [](auto& lines) {
    auto forged = *parse_line(lines[2]);
    std::string body{forged.body};
    body.replace(body.find("r-1"), 3, "r-9");
    const auto before = parse_line(lines[1]);
    std::string line;
    hasher hash{""};
    REQUIRE(append_line(line, {before->seq, before->hash}, body, hash).has_value());
    line.pop_back();
    lines[2] = line;
  };
  const auto plain = with_lines(write_two_files({}), 0, forge);
  CHECK(fault_of(plain) == fault::replaced);
  CHECK(plain.broken->line == 4);
  // Without the key nobody makes a hash in the first place.
  const auto keyed = with_lines(write_two_files(std::string(32, 'k')), 0, forge);
  CHECK(fault_of(keyed) == fault::changed);
  CHECK(keyed.broken->line == 3);
}

TEST_CASE("a begin that was cut off shows if the chain is said to be whole") {
  auto from = write_two_files({});
  from.texts.erase(from.texts.begin());
  const auto rest = verify(from.texts, from.known);
  CHECK_FALSE(rest.broken);
  CHECK(rest.first_seq == 5);
  from.known.from_start = true;
  CHECK(fault_of(verify(from.texts, from.known)) == fault::wrong_start);
}

TEST_CASE("an end that was cut off shows to somebody who kept a head") {
  auto from = write_two_files({});
  from.known.head = from.last.hash;
  const auto cut = with_lines(from, 1, [](auto& lines) { lines.pop_back(); });
  CHECK(fault_of(cut) == fault::wrong_head);
  CHECK(cut.broken->line == 0);
  CHECK(fault_of(verify({from.texts[0]}, from.known)) == fault::wrong_head);
}

TEST_CASE("a head that was kept some time ago is still in the chain") {
  auto from = write_two_files({});
  from.known.head = parse_line(lines_of(from.texts[0]).back())->hash;
  CHECK_FALSE(verify(from.texts, from.known).broken);
}

TEST_CASE("half a line at the end is told from other damage") {
  const auto from = write_two_files({});
  auto texts = from.texts;
  texts[1].pop_back();
  const auto result = verify(texts, from.known);
  CHECK(fault_of(result) == fault::torn);
  CHECK(result.broken->file == "file2");
  CHECK(result.broken->line == 3);
  CHECK(result.records == 6);
}

TEST_CASE("a chain is checked with its own key only") {
  const auto plain = write_two_files({});
  const auto keyed = write_two_files(std::string(32, 'k'));
  expectation other;
  other.key = std::string(32, 'o');
  CHECK(fault_of(verify(plain.texts, keyed.known)) == fault::wrong_kind);
  CHECK(fault_of(verify(keyed.texts, plain.known)) == fault::wrong_kind);
  CHECK(fault_of(verify(keyed.texts, other)) == fault::wrong_kind);
}

TEST_CASE("a line longer than any record ends the check, not the memory") {
  const auto from = write_two_files({});
  verifier check{{}};
  check.begin_file("f");
  check.put(from.texts[0]);
  const std::string piece(64UL * 1024, 'x');
  for (int i = 0; i < 64; ++i)
    check.put(piece);
  check.put("\n");
  check.end_file();
  const auto result = check.finish();
  CHECK(fault_of(result) == fault::too_long);
  CHECK(result.broken->line == 5);
  CHECK(result.records == 4);
}

TEST_CASE("the pieces in which a file is read make no difference") {
  const auto from = write_two_files({});
  const auto size = GENERATE(1U, 2U, 7U, 63U, 1'000U);
  verifier check{from.known};
  for (const auto& text : from.texts) {
    check.begin_file("f");
    for (std::size_t i = 0; i < text.size(); i += size)
      check.put(std::string_view{text}.substr(i, size));
    check.end_file();
  }
  const auto result = check.finish();
  CHECK_FALSE(result.broken);
  CHECK(result.last == from.last);
}

TEST_CASE("files that cannot be read are told from files that are broken") {
  const config::testing::temporary_folder folder;
  CHECK_FALSE(list_files(folder.path()).has_value());
  CHECK_FALSE(verify_files({folder.path() / "none"}, {}).has_value());
  CHECK_FALSE(verify_files({folder.path()}, {}).has_value());
}
