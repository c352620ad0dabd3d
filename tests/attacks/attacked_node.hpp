/// A node under attack, with clients that have nothing to do with it.
#pragma once

#include "tests/process/metrics.hpp"
#include "tests/process/node_process.hpp"
#include "tests/process/web_socket.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace actormesh::process {

/// Loops and time-outs that suit the healthy clients, then `more`: pairs of an option and a value.
[[nodiscard]] std::vector<std::string> attack_flags(const std::vector<std::string>& more = {});

class attacked_node {
public:
  explicit attacked_node(const node_options& how = {.flags = attack_flags()});

  [[nodiscard]] std::uint16_t port() const noexcept { return node_.port(); }
  [[nodiscard]] node_process& process() noexcept { return node_; }
  [[nodiscard]] metrics numbers() { return read_metrics(publisher_); }

  /// Waits until the node's numbers are as wanted.
  metrics wait_for(const std::function<bool(const metrics&)>& wanted) {
    return wait_for_metrics(publisher_, wanted);
  }

  /// What a client publishes that was there before the attack reaches a subscriber that was, too.
  void require_served();

  /// So it does, and clients that come now are served as well.
  void require_healthy();

  /// Healthy; and no connection, descriptor or memory is held any more for the attackers, who have
  /// gone.
  void require_recovered();

  /// The channels that nobody uses any more are gone. That takes some seconds.
  void require_no_new_channels();

private:
  [[nodiscard]] std::size_t descriptors() const;
  [[nodiscard]] std::size_t resident_bytes() const;
  void wait_until_alone();

  node_process node_;
  http_client publisher_{node_.port()};
  web_socket subscriber_{node_.port()};
  int published_ = 0;
  double channels_before_ = 0;
  std::size_t descriptors_before_ = 0;
  std::size_t memory_before_ = 0;
};

} // namespace actormesh::process
