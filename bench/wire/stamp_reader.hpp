/// Finds the moment in messages that all have the same shape.
#pragma once

#include "bench/measure/histogram.hpp"
#include "bench/wire/event.hpp"
#include "bench/wire/protocol.hpp"

#include <string_view>

namespace actormesh::bench::wire {

/// Searches the first message for its moment and looks at the same place in all others.
class stamp_reader {
public:
  /// Records how long before `now` the event in `message` left.
  void record(std::string_view message, std::uint64_t now, histogram& latency) {
    if (!stands_at(message, offset_)) {
      const auto found = find_stamp(message);
      if (!found)
        throw protocol_error{"an event without its moment: " + std::string{message.substr(0, 200)}};
      offset_ = *found;
    }
    const auto moment = read_stamp(message.data() + offset_);
    latency.record(now > moment ? now - moment : 0);
  }

private:
  [[nodiscard]] static bool stands_at(std::string_view message, std::size_t offset) noexcept {
    return offset != 0 && message.size() > offset + stamp_digits && message[offset] == '1' &&
           message[offset - 1] == ':' && message[offset + stamp_digits] == ',';
  }

  std::size_t offset_ = 0;
};

} // namespace actormesh::bench::wire
