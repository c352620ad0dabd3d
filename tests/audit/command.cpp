#include "cli/audit.hpp"
#include "tests/audit/scratch_log.hpp"

#include <CLI/CLI.hpp>
#include <catch2/catch.hpp>

#include <sstream>
#include <string>

using namespace actormesh;
using namespace actormesh::audit::testing;

namespace {

struct outcome {
  int status = 0;
  std::string out;
  std::string err;
};

outcome verify(const std::string& arguments) {
  CLI::App app;
  cli::audit_options options;
  cli::add_audit(app, options);
  app.parse("audit verify " + arguments);
  std::ostringstream out;
  std::ostringstream err;
  const int status = cli::run_audit(options, out, err);
  return {status, out.str(), err.str()};
}

/// A log of four records.
void fill(scratch_log& it) {
  it.open();
  REQUIRE(it.publish("r-1"));
  it.close();
}

} // namespace

TEST_CASE("verify prints what it has read") {
  scratch_log it;
  fill(it);
  const std::string head{audit::view(it.check().last.hash)};
  const auto expected = "records: 4 (1 to 4)\n"
                        "time:    2027-01-15T08:00:00.007Z to 2027-01-15T08:00:00.007Z\n"
                        "head:    " +
                        head + '\n';
  for (const auto& arguments :
       {it.how.file.string(), it.folder.path().string(),
        it.folder.path().string() + " --from-start --expect-head " + head}) {
    const auto result = verify(arguments);
    CHECK(result.status == 0);
    CHECK(result.out == expected);
    CHECK(result.err.empty());
  }
}

TEST_CASE("verify names the first line that is wrong, and ends with status 1") {
  scratch_log it;
  fill(it);
  auto text = it.text();
  text.replace(text.find("r-1"), 3, "r-2");
  it.folder.write("audit.jsonl", text);
  const auto result = verify(it.how.file.string());
  CHECK(result.status == 1);
  CHECK(result.out.starts_with("records: 2 (1 to 2)\n"));
  CHECK(result.err == it.how.file.string() + ":3: changed: record 3 is not as it was written\n");
}

TEST_CASE("verify misses an end that somebody remembers") {
  scratch_log it;
  fill(it);
  const auto other = std::string(64, 'a');
  const auto result = verify(it.how.file.string() + " --expect-head " + other);
  CHECK(result.status == 1);
  CHECK(result.err.starts_with("wrong head: no record has the hash " + other));
}

TEST_CASE("verify wants the key of a chain that has one") {
  scratch_log it;
  it.how.key_file = it.folder.write("key", std::string(32, 'k'));
  fill(it);
  CHECK(verify(it.how.file.string()).status == 1);
  CHECK(verify(it.how.file.string() + " --key-file " + it.how.key_file->string()).status == 0);
}

TEST_CASE("verify ends with status 2 if it cannot look") {
  scratch_log it;
  fill(it);
  CHECK(verify("/nowhere/audit.jsonl").status == 2);
  CHECK(verify(it.how.file.string() + " --key-file /nowhere/key").status == 2);
  const auto result = verify(it.how.file.string() + " --expect-head abc");
  CHECK(result.status == 2);
  CHECK(result.err == "--expect-head: expected 64 digits of 0-9 and a-f\n");
}
