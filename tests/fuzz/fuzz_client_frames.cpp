/// Frames of C++ clients. What is read can be written, and is read again as the same.
#include "actors/mesh/client_frames.hpp"
#include "tests/fuzz/input.hpp"

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace {

using namespace actormesh;
using fuzz::require;

caf::byte_buffer body_of(auto what) {
  caf::byte_buffer out;
  mesh::append_frame(out, std::move(what));
  out.erase(out.begin(), out.begin() + mesh::frame_header_size);
  return out;
}

/// Equal values have equal bytes.
template <class Body> void check_frame(caf::span<const caf::byte> in) {
  const auto got = mesh::read_frame<Body>(in);
  if (!got)
    return;
  const auto written = body_of(*got);
  const auto again = mesh::read_frame<Body>(caf::make_span(written));
  require(again.has_value(), "what was written can be read");
  require(body_of(*again) == written, "it is the same");
}

void check_events(caf::span<const caf::byte> in) {
  const auto got = mesh::read_client_events(in);
  if (!got)
    return;
  caf::byte_buffer written;
  for (const auto& part : *got) {
    std::vector<event_ptr> events;
    for (const auto& payload : part.payloads)
      events.emplace_back(caf::make_counted<event>(payload, event::time_point{}));
    mesh::append_client_events(written, {part.subscription, part.lost, part.channel, events});
  }
  const auto again = mesh::read_client_events(caf::make_span(written));
  require(again.has_value(), "events that were written can be read");
  require(again->size() == got->size(), "all parts are there");
  for (std::size_t i = 0; i < got->size(); ++i) {
    require((*again)[i].payloads == (*got)[i].payloads, "with the same events");
    require((*again)[i].channel == (*got)[i].channel, "of the same channel");
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0)
    return 0;
  const caf::span<const caf::byte> body{reinterpret_cast<const caf::byte*>(data) + 1, size - 1};
  switch (data[0] % 3) {
  case 0:
    check_frame<mesh::client_request>(body);
    break;
  case 1:
    check_frame<mesh::client_answer>(body);
    break;
  default:
    check_events(body);
    break;
  }
  return 0;
}
