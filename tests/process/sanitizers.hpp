/// What tests can't expect of a program that is built with a sanitizer.
#pragma once

#include <cstdlib>

namespace actormesh::process {

/// Whether the program under test is built with one; ctest says so to tests that are not built with
/// it themselves. Sanitizers keep freed memory, to find who still uses it, and shadows of all of
/// it: the size of the process says nothing then. And everything is slow.
inline const bool sanitized = std::getenv("ACTORMESH_SANITIZED") != nullptr;

} // namespace actormesh::process
