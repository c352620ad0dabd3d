/// Where a node takes clients.
#pragma once

#include <cstdint>
#include <string>

namespace actormesh::ledger {

class network_namespace;

/// A port of 127.0.0.1.
struct place {
  std::string node;
  std::uint16_t port = 0;
  /// Whose loopback; null: this process's.
  const network_namespace* where = nullptr;
};

} // namespace actormesh::ledger
