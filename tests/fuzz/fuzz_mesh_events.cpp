/// The bodies of frames of events: what is read can be written, and read again.
#include "actors/mesh/protocol.hpp"
#include "tests/fuzz/input.hpp"

#include <vector>

using namespace actormesh;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto* const begin = reinterpret_cast<const caf::byte*>(data);
  const std::vector<caf::byte> copy(begin, begin + size);
  const auto first = mesh::read_events(caf::make_span(copy), event::time_point{});
  if (!first)
    return 0;
  caf::byte_buffer written;
  std::size_t total = 0;
  for (const auto& each : *first) {
    mesh::append_events(written, each->channel(), each->events());
    total += each->events().size();
  }
  fuzz::require(total <= size, "each event takes some of the bytes");
  const auto again = mesh::read_events(caf::make_span(written), event::time_point{});
  fuzz::require(again && again->size() == first->size(), "what was written is read again");
  for (std::size_t i = 0; i < first->size(); ++i) {
    const auto& one = *first->at(i);
    const auto& other = *again->at(i);
    fuzz::require(one.channel() == other.channel() && one.events().size() == other.events().size(),
                  "it is the same as before");
    for (std::size_t k = 0; k < one.events().size(); ++k)
      fuzz::require(one.events()[k]->payload() == other.events()[k]->payload(),
                    "each event is the same as before");
  }
  return 0;
}
