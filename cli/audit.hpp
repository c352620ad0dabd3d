/// `actormesh audit verify`
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

namespace CLI {
class App;
} // namespace CLI

namespace actormesh::cli {

/// What was written behind `actormesh audit verify`.
struct audit_options {
  std::vector<std::string> files; ///< Or folders.
  std::string key_file;
  std::string expected_head;
  bool from_start = false;
};

/// Adds `audit` and its subcommand. The options must outlive the parse.
CLI::App* add_audit(CLI::App& app, audit_options& into);

/// Runs it and returns the process's exit status: 0 if the files are as they were written, 1 with
/// the first thing that is wrong on `err`, or 2 with what could not be read.
int run_audit(const audit_options& options, std::ostream& out, std::ostream& err);

} // namespace actormesh::cli
