/// `actormesh serve`: runs a node until it is told to stop.
#pragma once

#include "cli/serve_options.hpp"

#include <iosfwd>

namespace actormesh::cli {

/// Returns the process's exit status: 0 after a stop by signal, 2 if the configuration is wrong, 1
/// if the node could not start.
int run_serve(const serve_options& options, std::ostream& out, std::ostream& err);

} // namespace actormesh::cli
