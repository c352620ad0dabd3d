/// The bodies of all frames between nodes: what is read can be written, and read again.
#include "actors/mesh/protocol.hpp"
#include "tests/fuzz/input.hpp"

#include <vector>

using namespace actormesh;

namespace {

using bytes = caf::span<const caf::byte>;

bytes body_of(const caf::byte_buffer& frame) {
  return caf::make_span(frame).subspan(mesh::frame_header_size);
}

template <class Body> void check(bytes in) {
  const auto first = mesh::read_frame<Body>(in);
  if (!first)
    return;
  caf::byte_buffer written;
  mesh::append_frame(written, *first);
  const auto again = mesh::read_frame<Body>(body_of(written));
  fuzz::require(again.has_value(), "what was written can be read");
  caf::byte_buffer twice;
  mesh::append_frame(twice, *again);
  fuzz::require(written == twice, "it is the same as before");
}

void check_hello(bytes in) {
  const auto major = mesh::read_hello_version(in);
  if (const auto whole = mesh::read_frame<mesh::hello>(in))
    fuzz::require(major.has_value() == (whole->magic == mesh::protocol_magic) &&
                      (!major || *major == whole->major),
                  "the version is found in every hello");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0)
    return 0;
  const auto* const begin = reinterpret_cast<const caf::byte*>(data);
  const std::vector<caf::byte> copy(begin + 1, begin + size);
  const bytes in{copy.data(), copy.size()};
  switch (static_cast<mesh::frame_type>(data[0])) {
  case mesh::frame_type::hello:
    check_hello(in);
    check<mesh::hello>(in);
    break;
  case mesh::frame_type::welcome:
    check<mesh::welcome>(in);
    break;
  case mesh::frame_type::refuse:
    check<mesh::refuse>(in);
    break;
  case mesh::frame_type::confirm:
    check<mesh::confirm>(in);
    break;
  case mesh::frame_type::start:
    check<mesh::start>(in);
    break;
  case mesh::frame_type::ping:
    check<mesh::ping>(in);
    break;
  case mesh::frame_type::pong:
    check<mesh::pong>(in);
    break;
  case mesh::frame_type::peers:
    check<mesh::peers>(in);
    break;
  case mesh::frame_type::interest:
    check<mesh::interest>(in);
    break;
  case mesh::frame_type::interest_seen:
    check<mesh::interest_seen>(in);
    break;
  case mesh::frame_type::events_seen:
    check<mesh::events_seen>(in);
    break;
  case mesh::frame_type::leave:
    check<mesh::leave>(in);
    break;
  case mesh::frame_type::events:         // fuzz_mesh_events
  case mesh::frame_type::client_request: // fuzz_client_frames
  case mesh::frame_type::client_answer:
  case mesh::frame_type::client_events:
    break;
  }
  return 0;
}
