/// Nodes that take C++ clients.
#pragma once

#include "tests/client_library/recorder.hpp"
#include "tests/process/metrics.hpp"
#include "tests/process/node_process.hpp"

#include <actormesh/client.hpp>
#include <chrono>
#include <string>
#include <vector>

namespace actormesh::client_tests {

/// A node called `name`, with a mesh port of its own.
struct mesh_node {
  explicit mesh_node(const std::string& name, process::node_options how = {},
                     const std::vector<std::string>& seeds = {},
                     const std::string& heartbeat_timeout = "5s")
    : process(with_mesh(name, std::move(how), seeds, heartbeat_timeout))
    , address(process.printed_after("mesh on ")) {}

  static process::node_options with_mesh(const std::string& name, process::node_options how,
                                         const std::vector<std::string>& seeds,
                                         const std::string& heartbeat_timeout) {
    how.flags.insert(how.flags.end(), {"--name", name, "--mesh-listen", "127.0.0.1:0", "--set",
                                       "mesh.heartbeat_interval=100ms", "--set",
                                       "mesh.heartbeat_timeout=" + heartbeat_timeout});
    for (const auto& each : seeds)
      how.flags.insert(how.flags.end(), {"--join", each});
    return how;
  }

  process::node_process process;
  std::string address;
};

/// Options of a client with the key of every node. The machine is shared: no silence is noticed
/// early.
[[nodiscard]] inline client::options options_for(const std::vector<std::string>& nodes) {
  client::options how;
  how.nodes = nodes;
  how.api_key = process::node_process::key();
  how.heartbeat_timeout = std::chrono::seconds{10};
  how.connect_timeout = std::chrono::seconds{10};
  how.retry_max = std::chrono::milliseconds{300};
  how.request_timeout = process::patience;
  return how;
}

} // namespace actormesh::client_tests
