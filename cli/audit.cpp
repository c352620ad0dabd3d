#include "cli/audit.hpp"

#include "audit/verify.hpp"
#include "cli/check_config.hpp"

#include <CLI/CLI.hpp>

#include <filesystem>
#include <ostream>
#include <utility>

namespace actormesh::cli {

namespace {

constexpr int whole = 0;
constexpr int broken = 1;
constexpr int refused = 2;

int report(const config::problems& wrong, std::ostream& err) {
  print_problems(wrong, err);
  return refused;
}

config::result<audit::expectation> expectation_of(const audit_options& options) {
  audit::expectation what;
  what.from_start = options.from_start;
  if (!options.expected_head.empty()) {
    what.head = audit::parse_hash(options.expected_head);
    if (!what.head)
      return config::problems{
          {config::severity::error, "--expect-head", 0, 0, "expected 64 digits of 0-9 and a-f"}};
  }
  if (!options.key_file.empty()) {
    auto key = audit::load_key(options.key_file);
    if (!key)
      return key.error();
    what.key = *std::move(key);
  }
  return what;
}

/// What was read as it was written; with a finding: before that.
void print_summary(const audit::summary& result, std::ostream& to) {
  to << "records: " << result.records;
  if (result.records > 0)
    to << " (" << result.first_seq << " to " << result.last.seq << ")\n"
       << "time:    " << result.first_time << " to " << result.last_time << '\n'
       << "head:    " << audit::view(result.last.hash);
  to << '\n';
}

} // namespace

CLI::App* add_audit(CLI::App& app, audit_options& into) {
  auto* command = app.add_subcommand("audit", "Check audit logs");
  command->require_subcommand(1);
  auto* verify = command->add_subcommand(
      "verify", "Check that no record was changed, cut out or put in, and print the head");
  verify
      ->add_option("files", into.files,
                   "Files in their order, or a folder with all of them (*.jsonl)")
      ->required()
      ->type_name("FILE");
  verify->add_option("--key-file", into.key_file, "The chain's key (audit.key_file)")
      ->type_name("FILE");
  verify
      ->add_option("--expect-head", into.expected_head,
                   "A head from earlier; fails if the log ends before it")
      ->type_name("HASH");
  verify->add_flag("--from-start", into.from_start, "Fail if the first record is not number 1");
  return command;
}

int run_audit(const audit_options& options, std::ostream& out, std::ostream& err) {
  const auto what = expectation_of(options);
  if (!what)
    return report(what.error(), err);
  std::vector<std::filesystem::path> files;
  for (const auto& name : options.files) {
    auto found = audit::list_files(name);
    if (!found)
      return report(found.error(), err);
    files.insert(files.end(), found->begin(), found->end());
  }
  const auto result = audit::verify_files(files, *what);
  if (!result)
    return report(result.error(), err);
  print_summary(*result, out);
  if (!result->broken)
    return whole;
  const auto& finding = *result->broken;
  if (finding.line > 0)
    err << finding.file << ':' << finding.line << ": ";
  err << to_string(finding.kind) << ": " << finding.message << '\n';
  return broken;
}

} // namespace actormesh::cli
