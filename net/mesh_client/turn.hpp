/// What the two halves of a C++ client's connection hand each other.
#pragma once

#include "actors/event.hpp"
#include "actors/mesh/client_frames.hpp"
#include "config/settings.hpp"

#include <cstddef>
#include <cstdint>
#include <variant>
#include <vector>

namespace actormesh::mesh {

/// Events of one subscription.
struct client_events {
  std::uint64_t subscription = 0;
  config::slow_consumer_policy policy = config::slow_consumer_policy::disconnect;
  event_batch_ptr batch;
};

/// Events of a subscription that were dropped already, and counted.
struct client_losses {
  std::uint64_t subscription = 0;
  std::uint64_t number = 0;
};

/// What a client is told in one turn of its loop, in order.
struct client_turn {
  enum class end : std::uint8_t {
    no,
    going_away,    ///< Say so once everything is out.
    slow_consumer, ///< At once.
  };

  std::vector<std::variant<client_answer, client_events, client_losses>> items;
  std::size_t request_bytes = 0; ///< Of the requests that were handled.
  end ending = end::no;
};

} // namespace actormesh::mesh
