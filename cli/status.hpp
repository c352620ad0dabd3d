/// `actormesh status`
#pragma once

#include <iosfwd>
#include <string>
#include <string_view>

namespace CLI {
class App;
} // namespace CLI

namespace actormesh::cli {

/// What was written behind `actormesh status`.
struct status_options {
  std::string url = "http://127.0.0.1:8080";
  bool json = false;
};

/// Adds `status`. The options must outlive the parse.
CLI::App* add_status(CLI::App& app, status_options& into);

/// Asks a running node and returns the process's exit status: 0 if it has joined its mesh and all
/// its peers are up, 1 if not, 2 if it could not be asked.
int run_status(const status_options& options, std::ostream& out, std::ostream& err);

/// What `run_status` prints, made of the body of `GET /mesh`; returns 0 or 1 as it does. Throws if
/// the body is not one.
int print_status(std::string_view page, std::ostream& out);

} // namespace actormesh::cli
