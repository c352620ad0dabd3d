/// `mesh::frame_reader`: the same bytes in one piece and in others give the same frames.
#include "actors/mesh/protocol.hpp"
#include "tests/fuzz/input.hpp"

#include <string>
#include <vector>

using namespace actormesh;
using mesh::frame_reader;

namespace {

struct seen {
  mesh::frame_type type;
  std::string body;

  friend bool operator==(const seen&, const seen&) = default;
};

struct outcome {
  std::vector<seen> frames;
  bool malformed = false;

  friend bool operator==(const outcome&, const outcome&) = default;
};

constexpr std::size_t max_frame = 200;

outcome read(frame_reader& reader, fuzz::pieces input) {
  outcome result;
  while (!input.done() && !result.malformed) {
    const auto piece = input.next();
    // A copy of exactly the piece's size lets ASan see a read past its end.
    const auto* const bytes = reinterpret_cast<const caf::byte*>(piece.data());
    const std::vector<caf::byte> copy(bytes, bytes + piece.size());
    reader.feed(caf::make_span(copy));
    mesh::frame_view frame;
    for (;;) {
      const auto got = reader.next(frame);
      result.malformed = got == frame_reader::status::malformed;
      if (got != frame_reader::status::frame)
        break;
      fuzz::require(frame.body.size() < max_frame, "no frame is too long");
      result.frames.push_back(
          {frame.type, {reinterpret_cast<const char*>(frame.body.data()), frame.body.size()}});
    }
    input.take(piece.size());
  }
  return result;
}

outcome read_in_pieces(std::string_view bytes, std::string_view sizes) {
  frame_reader reader{max_frame};
  return read(reader, {bytes, sizes});
}

outcome read_whole(std::string_view bytes) {
  frame_reader reader{max_frame};
  const auto* const begin = reinterpret_cast<const caf::byte*>(bytes.data());
  const std::vector<caf::byte> copy(begin, begin + bytes.size());
  reader.feed(caf::make_span(copy));
  outcome result;
  mesh::frame_view frame;
  auto got = reader.next(frame);
  for (; got == frame_reader::status::frame; got = reader.next(frame))
    result.frames.push_back(
        {frame.type, {reinterpret_cast<const char*>(frame.body.data()), frame.body.size()}});
  result.malformed = got == frame_reader::status::malformed;
  return result;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto input = fuzz::split(fuzz::view(data, size));
  const auto whole = read_whole(input.bytes);
  fuzz::require(read_in_pieces(input.bytes, input.sizes) == whole, "pieces give the same");
  fuzz::require(read_in_pieces(input.bytes, {}) == whole, "single bytes give the same");
  return 0;
}
