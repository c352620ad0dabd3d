/// How a publish goes over a connection, and what answers it.
#pragma once

#include "tests/mesh/ledger/publisher.hpp"
#include "tests/process/web_socket.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace actormesh::ledger {

/// The answer to the publish with this id.
struct publish_answer {
  std::uint64_t id = 0;
  bool is_success = false;
  std::string refusal; ///< What it says otherwise.
};

/// Everything throws when the connection is no longer of use.
class publish_wire {
public:
  publish_wire() = default;
  publish_wire(const publish_wire&) = delete;
  publish_wire& operator=(const publish_wire&) = delete;
  virtual ~publish_wire() = default;

  virtual void send(std::uint64_t id, const std::string& channel,
                    const std::vector<std::string>& events) = 0;
  [[nodiscard]] virtual bool wait_for_input(std::chrono::milliseconds limit) = 0;

  /// Nothing: what came was not an answer.
  [[nodiscard]] virtual std::optional<publish_answer> read() = 0;
};

[[nodiscard]] std::unique_ptr<publish_wire> connect(transport how, const place& where,
                                                    const client_options& options);

/// A WebSocket that shows the client's key and has been acknowledged.
[[nodiscard]] std::unique_ptr<process::web_socket>
connect_web_socket(const place& where, const client_options& options);

/// The `authorization` member of an operation.
[[nodiscard]] std::string authorization_member(const std::string& key);

} // namespace actormesh::ledger
