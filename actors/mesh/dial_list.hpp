/// Whom a node looks for.
#pragma once

#include "actors/mesh/transport.hpp"
#include "text/host_port.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <string_view>

namespace actormesh::mesh {

/// The addresses a node dials: its seeds for ever, and those it has heard of as long as they are of
/// use. Knows when the next attempt is due. Not bound to a thread.
class dial_list {
public:
  using clock = std::chrono::steady_clock;

  struct target {
    text::host_port where;
    std::string node; ///< Who is there, as far as is known.
    bool seed = false;
    bool is_self = false;
    bool busy = false;  ///< An attempt is under way: a dial, or a handshake behind it.
    bool tried = false; ///< An attempt has come to its end.
    unsigned failures = 0;
    std::string last_error; ///< Of the attempts since it was of use.
    clock::time_point next{};
  };

  dial_list(std::chrono::milliseconds retry_min, std::chrono::milliseconds retry_max);

  /// Adds an address, to be dialed at once, unless it is known already.
  target& add(const text::host_port& where, bool seed);

  /// Null if the address is unknown.
  [[nodiscard]] target* find(const std::string& address);

  /// Stops looking for a node, except where it is a seed.
  void drop_node(std::string_view node);

  /// An attempt has failed; the next one is due after a while that doubles with each failure, with
  /// jitter, so that nodes that lost each other do not all come at once.
  void failed(target& at, clock::time_point now);

  /// An attempt was of use.
  void succeeded(target& at);

  /// Have it dialed soon.
  void hurry(std::string_view node, clock::time_point now);

  /// Whether every address has been tried once.
  [[nodiscard]] bool all_tried() const;

  [[nodiscard]] std::map<std::string, target>& all() noexcept { return targets_; }

private:
  std::chrono::milliseconds retry_min_;
  std::chrono::milliseconds retry_max_;
  std::map<std::string, target> targets_; ///< By address.
  std::minstd_rand random_{std::random_device{}()};
};

} // namespace actormesh::mesh
