/// Several nodes of one mesh.
#pragma once

#include "tests/mesh/ledger/network_namespace.hpp"
#include "tests/mesh/ledger/place.hpp"
#include "tests/mesh/mesh_page.hpp"
#include "tests/process/node_process.hpp"
#include "tests/process/sanitizers.hpp"

#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace actormesh::mesh_tests {

/// After how much silence a peer is given up where tests are about that: short, so that they are,
/// and long enough that no node is silent by being slow.
inline const std::chrono::milliseconds short_timeout{process::sanitized ? 5'000 : 1'000};

/// A port that was free a moment ago, and that the system gives to nobody by itself.
[[nodiscard]] std::uint16_t free_port();

struct mesh_options {
  std::size_t size = 3;
  std::string loops = "1";
  /// Generous where no silence is to be noticed: tests share the machine.
  std::chrono::milliseconds heartbeat_timeout{10'000};
  /// More `OPTION=VALUE`.
  std::vector<std::string> settings = {};
  /// Where the nodes live, one each; empty: where the test does.
  std::vector<const ledger::network_namespace*> networks = {};
  /// The address of each on the mesh; empty: 127.0.0.1.
  std::vector<std::string> addresses = {};
};

/// They are called a, b, c, ... The seeds of each are a and b, except itself. All have the same
/// key, and each keeps its ports when it is started again.
class mesh_nodes {
public:
  explicit mesh_nodes(mesh_options how);

  [[nodiscard]] std::size_t size() const noexcept { return members_.size(); }
  [[nodiscard]] static std::string name(std::size_t index) {
    return std::string(1, static_cast<char>('a' + index));
  }

  /// `flags` are more arguments for this start.
  void start(std::size_t index, const std::vector<std::string>& flags = {});
  void start_all();

  [[nodiscard]] bool is_running(std::size_t index) const {
    return members_.at(index).process != nullptr;
  }
  [[nodiscard]] process::node_process& node(std::size_t index) {
    return *members_.at(index).process;
  }

  /// SIGKILL, and its end.
  void kill(std::size_t index);

  /// SIGSTOP, in effect when this returns; SIGCONT.
  void freeze(std::size_t index);
  void thaw(std::size_t index) { node(index).signal(SIGCONT); }

  /// SIGTERM, and an orderly end.
  void stop(std::size_t index) {
    node(index).signal(SIGTERM);
    wait_for_exit(index);
  }
  void wait_for_exit(std::size_t index);

  [[nodiscard]] std::string mesh_address(std::size_t index) const;
  [[nodiscard]] std::uint16_t mesh_port(std::size_t index) const {
    return members_.at(index).mesh_port;
  }

  /// Where clients connect.
  [[nodiscard]] const ledger::place& place(std::size_t index) const {
    return members_.at(index).where;
  }

  /// All that run.
  [[nodiscard]] std::vector<ledger::place> places() const;

  /// All, this one first: a client's list.
  [[nodiscard]] std::vector<ledger::place> places_from(std::size_t first) const;

  [[nodiscard]] mesh_page page(std::size_t index) const { return read_mesh_page(place(index)); }

  mesh_page wait_for_page(std::size_t index, const std::string& what,
                          const std::function<bool(const mesh_page&)>& wanted) const {
    return wait_for_mesh_page(place(index), what, wanted);
  }

  /// Until `index` has a link to `peer`, or has none.
  void wait_until_up(std::size_t index, std::size_t peer) const;
  void wait_until_down(std::size_t index, std::size_t peer) const;

  /// Until each that runs has joined and has links to all others that do, as they are now.
  void wait_until_linked() const;

  /// Until each that runs has so many channels and patterns, and all others know.
  void wait_until_agreed(std::uint64_t interest) const;

private:
  struct member {
    ledger::place where;
    std::uint16_t mesh_port = 0;
    std::unique_ptr<process::node_process> process;
  };

  mesh_options how_;
  std::vector<member> members_;
};

} // namespace actormesh::mesh_tests
