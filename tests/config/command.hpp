/// Runs parts of the program as `main` does.
#pragma once

#include <CLI/CLI.hpp>

#include <algorithm>
#include <functional>
#include <ostream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace actormesh::config::testing {

struct outcome {
  int status = -1;
  std::string out;
  std::string err;
};

/// Parses the arguments, and if they are good calls `part` with where it is to write.
inline outcome run_command(CLI::App& app, std::vector<std::string> arguments,
                           const std::function<int(std::ostream&, std::ostream&)>& part) {
  std::reverse(arguments.begin(), arguments.end());
  try {
    app.parse(std::move(arguments));
  } catch (const CLI::ParseError& failure) {
    return {failure.get_exit_code(), "", failure.what()};
  }
  std::ostringstream out;
  std::ostringstream err;
  const int status = part(out, err);
  return {status, out.str(), err.str()};
}

} // namespace actormesh::config::testing
