/// Many TCP connections at once.
#pragma once

#include "tests/process/descriptor.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace actormesh::process {

/// How many connections a crowd can have here; `wanted` where the system lets it.
[[nodiscard]] std::size_t crowd_size(std::size_t wanted);

/// Connections from 127.0.0.2 on, and nobody who waits for an answer.
class crowd {
public:
  struct member {
    descriptor socket;
    std::string received;
  };

  /// `count` connections, spread over so many addresses.
  crowd(std::uint16_t port, std::size_t count, std::size_t addresses = 1);

  /// Each sends this, or as much of it as its socket takes at once.
  void send(std::string_view bytes);

  /// Reads what is there, without waiting. Returns how many connections the node has ended so far.
  std::size_t ended();

  /// Waits until it has ended so many.
  void wait_until_ended(std::size_t count);

  /// Waits until each that is open has got `text`.
  void wait_until_received(std::string_view text);

  [[nodiscard]] std::size_t open() const noexcept { return members_.size(); }

  /// Those that are open.
  [[nodiscard]] const std::vector<member>& members() const noexcept { return members_; }

  /// What those got that were ended.
  [[nodiscard]] const std::vector<std::string>& received() const noexcept { return received_; }

  /// All go, without a word.
  void leave();

private:
  void wait_for_input();

  std::vector<member> members_;
  std::vector<std::string> received_;
};

} // namespace actormesh::process
