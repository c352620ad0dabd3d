/// What an event of the ledger says of itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace actormesh::ledger {

/// Numbers count per publisher and channel, from 0, whatever connection an event went through.
struct stamp {
  std::string publisher;
  std::uint32_t connection = 0; ///< The publisher's how many-th.
  std::string channel;
  std::uint64_t number = 0;

  friend bool operator==(const stamp&, const stamp&) = default;
};

/// The event as JSON text, padded to at least `size` bytes.
[[nodiscard]] std::string to_event(const stamp& what, std::size_t size = 0);

/// Nothing if it is somebody else's event.
[[nodiscard]] std::optional<stamp> parse_stamp(std::string_view event);

} // namespace actormesh::ledger
