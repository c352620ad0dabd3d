#include "actors/mesh/protocol.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace actormesh::mesh {

namespace {

constexpr std::size_t length_size = 4;

std::uint32_t read_length(caf::span<const caf::byte> in) noexcept {
  std::uint32_t length = 0;
  for (std::size_t i = 0; i < length_size; ++i)
    length = length << 8U | static_cast<std::uint32_t>(in[i]);
  return length;
}

caf::string_view view(std::string_view text) noexcept { return {text.data(), text.size()}; }

} // namespace

const char* to_string(refusal why) noexcept {
  switch (why) {
  case refusal::none:
  case refusal::count:
    break;
  case refusal::wrong_mesh:
    return "wrong_mesh";
  case refusal::wrong_version:
    return "wrong_version";
  case refusal::name_in_use:
    return "name_in_use";
  case refusal::self:
    return "self";
  case refusal::already_linked:
    return "already_linked";
  case refusal::no_certificate:
    return "no_certificate";
  case refusal::wrong_certificate:
    return "wrong_certificate";
  case refusal::bad_frame:
    return "bad_frame";
  case refusal::handshake_timeout:
    return "handshake_timeout";
  case refusal::too_many:
    return "too_many";
  case refusal::unauthorized:
    return "unauthorized";
  case refusal::stopping:
    return "stopping";
  }
  return "none";
}

std::size_t begin_frame(caf::byte_buffer& out, frame_type type) {
  const auto place = out.size();
  out.resize(place + frame_header_size);
  out.back() = static_cast<caf::byte>(type);
  return place;
}

void end_frame(caf::byte_buffer& out, std::size_t place) {
  auto length = out.size() - place - length_size;
  for (auto i = length_size; i-- > 0; length >>= 8U)
    out[place + i] = static_cast<caf::byte>(length & 0xffU);
}

std::optional<std::uint16_t> read_hello_version(caf::span<const caf::byte> in) {
  caf::binary_deserializer source{nullptr, in};
  std::uint32_t magic = 0;
  std::uint16_t major = 0;
  if (!source.value(magic) || magic != protocol_magic || !source.value(major))
    return std::nullopt;
  return major;
}

void append_events(caf::byte_buffer& out, std::string_view key, std::span<const event_ptr> events) {
  caf::binary_serializer sink{nullptr, out};
  sink.seek(out.size());
  static_cast<void>(sink.value(view(key)));
  static_cast<void>(sink.begin_sequence(events.size()));
  for (const auto& what : events)
    static_cast<void>(sink.value(view(what->payload())));
}

std::optional<std::vector<event_batch_ptr>> read_events(caf::span<const caf::byte> in,
                                                        event::time_point received) {
  std::vector<event_batch_ptr> batches;
  caf::binary_deserializer source{nullptr, in};
  while (source.remaining() != 0) {
    std::string key;
    std::size_t number = 0;
    if (!source.value(key) || !source.begin_sequence(number) || number > source.remaining())
      return std::nullopt;
    std::vector<event_ptr> events;
    events.reserve(number);
    for (std::size_t i = 0; i < number; ++i) {
      std::string payload;
      if (!source.value(payload))
        return std::nullopt;
      events.emplace_back(caf::make_counted<event>(std::move(payload), received));
    }
    batches.emplace_back(caf::make_counted<event_batch>(std::move(key), std::move(events)));
  }
  return batches;
}

// -- frame_reader ---------------------------------------------------------------------------------

void frame_reader::feed(caf::span<const caf::byte> bytes) {
  if (std::exchange(kept_is_used_, false))
    kept_.clear();
  input_ = bytes;
}

frame_reader::status frame_reader::next(frame_view& out) {
  if (std::exchange(kept_is_used_, false))
    kept_.clear();
  if (!kept_.empty()) {
    // First its length, then as much as it lacks.
    const auto fill = [this](std::size_t wanted) {
      const auto missing = wanted - std::min(wanted, kept_.size());
      const auto taken = std::min(missing, input_.size());
      kept_.insert(kept_.end(), input_.begin(),
                   input_.begin() + static_cast<std::ptrdiff_t>(taken));
      input_ = input_.subspan(taken);
      return kept_.size() >= wanted;
    };
    if (!fill(length_size))
      return status::need_more;
    const auto length = read_length(kept_);
    if (length == 0 || length > max_frame_)
      return status::malformed;
    if (!fill(length_size + length))
      return status::need_more;
    caf::span<const caf::byte> whole{kept_.data(), kept_.size()};
    kept_is_used_ = true;
    return take_from(whole, out);
  }
  const auto got = take_from(input_, out);
  if (got == status::need_more) {
    kept_.assign(input_.begin(), input_.end());
    input_ = {};
  }
  return got;
}

frame_reader::status frame_reader::take_from(caf::span<const caf::byte>& from,
                                             frame_view& out) const {
  if (from.size() < length_size)
    return status::need_more;
  const auto length = read_length(from);
  if (length == 0 || length > max_frame_)
    return status::malformed;
  if (from.size() < length_size + length)
    return status::need_more;
  out.type = static_cast<frame_type>(from[length_size]);
  out.body = from.subspan(frame_header_size, length - 1);
  from = from.subspan(length_size + length);
  return status::frame;
}

} // namespace actormesh::mesh
