#include "actors/mesh/client_frames.hpp"

#include <utility>

namespace actormesh::mesh {

namespace {

caf::string_view view(std::string_view text) noexcept { return {text.data(), text.size()}; }

/// Numbers, lengths and the status.
constexpr std::size_t answer_overhead = 64;

} // namespace

const char* to_string(client_status what) noexcept {
  switch (what) {
  case client_status::ok:
    return "ok";
  case client_status::unauthorized:
    return "unauthorized";
  case client_status::invalid_channel:
    return "invalid_channel";
  case client_status::no_events:
    return "no_events";
  case client_status::too_many_events:
    return "too_many_events";
  case client_status::event_not_json:
    return "event_not_json";
  case client_status::event_too_large:
    return "event_too_large";
  case client_status::too_many_subscriptions:
    return "too_many_subscriptions";
  case client_status::duplicate_subscription:
    return "duplicate_subscription";
  case client_status::unknown_subscription:
    return "unknown_subscription";
  case client_status::rate_limited:
    return "rate_limited";
  case client_status::unavailable:
    return "unavailable";
  case client_status::internal:
    break;
  }
  return "internal";
}

std::size_t size_of(const client_answer& what) noexcept {
  auto size = answer_overhead + what.text.size();
  for (const auto& each : what.events)
    size += sizeof each + each.id.size();
  return size;
}

void append_client_events(caf::byte_buffer& out, const client_events_part& what) {
  caf::binary_serializer sink{nullptr, out};
  sink.seek(out.size());
  // Writing to memory does not fail.
  static_cast<void>(sink.value(what.subscription));
  static_cast<void>(sink.value(what.lost));
  static_cast<void>(sink.value(view(what.channel)));
  static_cast<void>(sink.begin_sequence(what.events.size()));
  for (const auto& each : what.events)
    static_cast<void>(sink.value(view(each->payload())));
}

std::optional<std::vector<received_client_events>>
read_client_events(caf::span<const caf::byte> in) {
  std::vector<received_client_events> parts;
  caf::binary_deserializer source{nullptr, in};
  while (source.remaining() != 0) {
    received_client_events part;
    std::size_t number = 0;
    if (!source.value(part.subscription) || !source.value(part.lost) ||
        !source.value(part.channel) || !source.begin_sequence(number) ||
        number > source.remaining())
      return std::nullopt;
    part.payloads.reserve(number);
    for (std::size_t i = 0; i < number; ++i) {
      std::string payload;
      if (!source.value(payload))
        return std::nullopt;
      part.payloads.push_back(std::move(payload));
    }
    parts.push_back(std::move(part));
  }
  return parts;
}

} // namespace actormesh::mesh
