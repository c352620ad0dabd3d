/// How what this folder asks of other libraries keeps its promise not to throw.
#pragma once

#include "config/file_io.hpp"
#include "config/problem.hpp"

#include <exception>
#include <string>

namespace actormesh::config {

/// Calls a function that returns problems or a result. What it throws becomes a problem of
/// `source`.
template <class Function> auto guarded(const std::string& source, const Function& function) {
  try {
    return function();
  } catch (const std::exception& failure) {
    return decltype(function()){one_problem(source, failure.what())};
  }
}

} // namespace actormesh::config
