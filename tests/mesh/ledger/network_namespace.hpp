/// A network of its own for a node: its connections to others can be cut.
#pragma once

#include "tests/process/descriptor.hpp"

#include <string>

namespace actormesh::ledger {

/// Made new, and gone with its last process and its last socket.
class network_namespace {
public:
  /// Throws if the system does not permit it.
  network_namespace();

  /// A path under which programs find it while this process lives.
  [[nodiscard]] const std::string& path() const noexcept { return path_; }

  /// While it lives, its thread is in the namespace: sockets it makes and processes it starts
  /// belong there.
  class visit {
  public:
    /// Null: stays where it is.
    explicit visit(const network_namespace* where);
    visit(const visit&) = delete;
    visit& operator=(const visit&) = delete;
    ~visit();

  private:
    process::descriptor home_;
  };

private:
  process::descriptor handle_;
  std::string path_;
};

} // namespace actormesh::ledger
