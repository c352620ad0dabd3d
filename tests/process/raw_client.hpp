/// A TCP client that sends any bytes, and never waits longer than a test may.
#pragma once

#include "tests/process/program.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace actormesh::process {

/// Every operation throws when it takes longer than the client's patience.
class raw_client {
public:
  struct options {
    int receive_buffer = 0; ///< 0: what the system gives.
    std::chrono::milliseconds patience = process::patience;
  };

  raw_client(std::uint16_t port, const options& how);
  explicit raw_client(std::uint16_t port)
    : raw_client(port, options{}) {}

  void send(std::string_view bytes);

  /// Sends what the socket takes at once and returns how much that was.
  [[nodiscard]] std::size_t send_some(std::string_view bytes);

  /// The input up to and with `end`.
  [[nodiscard]] std::string read_until(std::string_view end);

  /// The next `count` bytes.
  [[nodiscard]] std::string read_bytes(std::size_t count);

  /// Everything up to the end of the connection, be it an orderly one or a reset.
  [[nodiscard]] std::string read_to_end();

  /// Whether bytes, or the end, have come and were not taken yet.
  [[nodiscard]] bool has_input() const noexcept {
    return wait_for_input(std::chrono::milliseconds{0});
  }

  /// Waits until there is some, but no longer than that.
  [[nodiscard]] bool wait_for_input(std::chrono::milliseconds limit) const noexcept;

  void shut_down_writing();

  /// Closes; `reset` tells the node at once that nobody is there any more.
  void close() noexcept { socket_.close(); }
  void reset();

private:
  [[nodiscard]] bool read_more();
  void wait_for(short events, const char* what) const;

  descriptor socket_;
  std::chrono::milliseconds patience_;
  std::string input_;
};

} // namespace actormesh::process
